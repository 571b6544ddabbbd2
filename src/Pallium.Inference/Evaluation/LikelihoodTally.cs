using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Running likelihoods of one-slice questions: cells in random order, cells given all others, and how far orders disagree.</summary>
internal sealed class LikelihoodTally(WorldModel model, ulong seed)
{
    private readonly SliceObserver _observer = new(model.Engine);
    private readonly (double Sum, long Count)[] _chain = new (double, long)[model.Schema.Channels.Count];
    private readonly (double Sum, long Count)[] _conditional = new (double, long)[model.Schema.Channels.Count];
    private (double Sum, long Count) _disagreement;

    /// <summary>Mean spread, in nats per slice, of the joint likelihood between an order and its reverse.</summary>
    public double Disagreement => _disagreement.Count == 0 ? 0 : Mean(_disagreement);

    /// <summary>Nats per cell of a channel given the past, cells in random order.</summary>
    public double Chain(int channel) => Mean(_chain[channel]);

    /// <summary>Nats per cell of a channel given the past and the other cells of its slice.</summary>
    public double Conditional(int channel) => Mean(_conditional[channel]);

    /// <summary>Asks about a slice before it is taken in.</summary>
    /// <param name="state">The stream.</param>
    /// <param name="slice">What came.</param>
    /// <param name="index">Its place in the series, which draws the order.</param>
    public void Add(StreamState state, Slice slice, long index)
    {
        int[] observed = [.. Enumerable.Range(0, slice.Values.Length).Where(c => !double.IsNaN(slice.Values[c]))];
        var permutation = new int[observed.Length];
        new Rng(seed).For("orders").For(index).Permutation(permutation);
        int[] shuffled = [.. permutation.Select(i => observed[i])];
        double[] each = _observer.LogCells(state, slice.Time, slice.Values, shuffled);
        for (int i = 0; i < shuffled.Length; i++)
        {
            int c = shuffled[i];
            Add(ref _chain[c], -each[i]);
            Add(ref _conditional[c], -_observer.LogProbabilityGivenOthers(state, slice.Time, slice.Values, shuffled, c));
        }

        if (shuffled.Length > 1)
        {
            double reversed = _observer.LogChain(state, slice.Time, slice.Values, [.. shuffled.Reverse()]);
            Add(ref _disagreement, Math.Abs(reversed - each.Sum()));
        }
    }

    private static void Add(ref (double Sum, long Count) mean, double value) => mean = (mean.Sum + value, mean.Count + 1);

    private static double Mean((double Sum, long Count) mean) => mean.Count == 0 ? double.NaN : mean.Sum / mean.Count;
}
