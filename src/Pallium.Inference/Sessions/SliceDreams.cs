using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Draws slices from a model's distribution of one slice and tells their probabilities, many at once: one run of the head per cell for all of them.</summary>
/// <remarks>
/// The conditionals of one head are not exactly one joint. Its joint is taken as the mean of the chain in two opposite orders, so a slice is drawn
/// by either order, each as often. Belongs to one thread.
/// </remarks>
internal sealed class SliceDreams(WorldEngine engine)
{
    /// <summary>Slices drawn together: memory is this many covariances.</summary>
    private const int Block = 16;

    private readonly SliceCore _core = engine.Core;
    private readonly QuestionBatch _questions = new(engine);
    private readonly List<Dream> _dreams = [];

    /// <summary>log of the mean of two probabilities; exact where they agree.</summary>
    public static double Average(double one, double two) =>
        one == two ? one : Elementary.LogAddExp(one, two) - 0.69314718055994530942;

    public static int[] Backwards(ReadOnlySpan<int> order)
    {
        int[] backwards = order.ToArray();
        Array.Reverse(backwards);
        return backwards;
    }

    /// <summary>Draws slices.</summary>
    /// <param name="prior">The base's distribution of the slice, without clamps.</param>
    /// <param name="features">Exogenous features of the slice.</param>
    /// <param name="elapsed">Time since the slice before.</param>
    /// <param name="network">State of the network, one for all.</param>
    /// <param name="channels">What to draw; the others are NaN.</param>
    /// <param name="rng">Slice i is drawn by its stream i.</param>
    /// <param name="count">How many.</param>
    public (double[][] Slices, double[] LogProbabilities) Draw(
        SliceGaussian prior, ReadOnlySpan<double> features, double elapsed, ReadOnlySpan<double> network, int[] channels, Rng rng, int count)
    {
        var slices = new double[count][];
        var logs = new double[count];
        int[] backwards = Backwards(channels);
        while (_dreams.Count < Math.Min(Block, count))
        {
            _dreams.Add(new Dream(_core));
        }

        for (int first = 0; first < count; first += Block)
        {
            Span<Dream> dreams = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_dreams)[..Math.Min(Block, count - first)];
            for (int i = 0; i < dreams.Length; i++)
            {
                dreams[i].Start(prior, rng.For(first + i), channels, backwards);
            }

            Draw(dreams, channels.Length, features, elapsed, network);
            Reconsider(dreams, channels.Length, features, elapsed, network);
            for (int i = 0; i < dreams.Length; i++)
            {
                slices[first + i] = [.. dreams[i].Values];
                logs[first + i] = Average(Reduction.Sum<double>(dreams[i].Drawn), Reduction.Sum<double>(dreams[i].Reconsidered));
            }
        }

        return (slices, logs);
    }

    private void Draw(ReadOnlySpan<Dream> dreams, int cells, ReadOnlySpan<double> features, double elapsed, ReadOnlySpan<double> network)
    {
        for (int i = 0; i < cells; i++)
        {
            _questions.Clear();
            foreach (Dream dream in dreams)
            {
                _questions.Add(dream.Gaussian, dream.Coordinates, dream.Clamped, features, elapsed, only: dream.Order[i]);
            }

            _questions.Answer(network);
            for (int d = 0; d < dreams.Length; d++)
            {
                dreams[d].Take(_core, i, _questions.Cell(d, dreams[d].Order[i]));
            }
        }
    }

    /// <summary>The other order's log probability of every cell.</summary>
    private void Reconsider(ReadOnlySpan<Dream> dreams, int cells, ReadOnlySpan<double> features, double elapsed, ReadOnlySpan<double> network)
    {
        _questions.Clear();
        foreach (Dream dream in dreams)
        {
            dream.Gaussian.Release();
            dream.Clamped.AsSpan().Clear();
            foreach (int c in dream.Reversed)
            {
                _questions.Add(dream.Gaussian, dream.Coordinates, dream.Clamped, features, elapsed, only: c);
                _core.Clamp(dream.Gaussian, c, dream.Coordinates);
                dream.Clamped[c] = true;
            }
        }

        _questions.Answer(network);
        for (int d = 0; d < dreams.Length; d++)
        {
            for (int i = 0; i < cells; i++)
            {
                int c = dreams[d].Reversed[i];
                dreams[d].Reconsidered[i] = _questions.Cell((d * cells) + i, c).LogProbability(dreams[d].Values[c]);
            }
        }
    }

    private sealed class Dream(SliceCore core)
    {
        private Rng _rng;

        public SliceGaussian Gaussian { get; } = core.Base.CreateSlice();

        public double[] Coordinates { get; } = new double[core.Layout.Coordinates];

        public double[] Values { get; } = new double[core.Layout.Channels];

        public bool[] Clamped { get; } = new bool[core.Layout.Channels];

        /// <summary>log p of the cells, in the order they were drawn.</summary>
        public double[] Drawn { get; private set; } = [];

        /// <summary>The same in the other order.</summary>
        public double[] Reconsidered { get; private set; } = [];

        public int[] Order { get; private set; } = [];

        public int[] Reversed { get; private set; } = [];

        public void Start(SliceGaussian prior, Rng rng, int[] forwards, int[] backwards)
        {
            Gaussian.CopyFrom(prior);
            Values.AsSpan().Fill(double.NaN);
            Coordinates.AsSpan().Fill(double.NaN);
            Clamped.AsSpan().Clear();
            Drawn = Drawn.Length == forwards.Length ? Drawn : new double[forwards.Length];
            Reconsidered = Reconsidered.Length == forwards.Length ? Reconsidered : new double[forwards.Length];
            _rng = rng;
            (Order, Reversed) = _rng.Below(2) == 0 ? (forwards, backwards) : (backwards, forwards);
        }

        public void Take(SliceCore core, int i, CellPosterior cell)
        {
            int c = Order[i];
            Values[c] = cell.SampleRecorded(ref _rng);
            Drawn[i] = cell.LogProbability(Values[c]);
            core.Layout.Encode(Values, Coordinates);
            core.Clamp(Gaussian, c, Coordinates);
            Clamped[c] = true;
        }
    }
}
