using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Monte Carlo errors of means over weighted paths.</summary>
/// <remarks>
/// <para>Of independent runs they are told from groups of paths that err together. Paths of a common beginning, an antithetic pair of the first slice, share what became
/// of it. The paths of a chunk take the cells of a slice in one order, and where the model's orders disagree they err together: the larger of the two errors is
/// told, that of chunks from <see cref="EnoughChunks"/> on, times √(K/(K-1)) for K of them.</para>
/// <para>Of chains of conditional sweeps they are told from the sweeps' means and how these hang together: √(γ₀ τ/n), τ = 1 + 2 Σ ρ_k over the pairs of lags
/// whose sum is positive (Geyer, Statistical Science 7, 1992); or from how the means of whole chains differ, where that says more.</para>
/// </remarks>
internal sealed class PathErrors
{
    /// <summary>Independent beginnings that are enough to tell an error from.</summary>
    private const double EnoughRoots = 16;

    /// <summary>Independent chunks that are enough to tell an error from.</summary>
    private const double EnoughChunks = 3.5;

    private readonly PathSet _paths;
    private readonly int[]? _pairs;
    private readonly int[]? _chunks;
    private readonly double _correction;

    public PathErrors(PathSet paths)
    {
        _paths = paths;
        if (paths.Chains > 0)
        {
            return;
        }

        int[] roots = paths.Lineage(0).ToArray();
        int[] pairs = [.. roots.Select(root => root / 2)];
        int[] chunks = [.. roots.Select(root => root / SamplerOptions.UsualChunk)];
        double count = paths.Effective(chunks);
        _pairs = paths.Effective(pairs) >= EnoughRoots ? pairs : null;
        _chunks = count >= EnoughChunks ? chunks : null;
        _correction = Math.Sqrt(count / (count - 1));
    }

    /// <summary>The error of a mean.</summary>
    /// <param name="values">What it is the mean of, path by path.</param>
    /// <param name="slice">
    /// The last slice that the values depend on: where hardly any beginnings are left the paths of that slice must do, which tell too little.
    /// </param>
    public double Of(ReadOnlySpan<double> values, int slice)
    {
        if (_paths.Chains > 0)
        {
            return OfChains(_paths.Means(values), _paths.Chains);
        }

        double error = _paths.StandardError(values, _pairs ?? _paths.Lineage(slice));
        return _chunks is null ? error : Math.Max(error, _correction * _paths.StandardError(values, _chunks));
    }

    /// <summary>
    /// How many independent paths give a cell's mean with the error it has, at the most as many as have ancestors of their own in its slice: those of few beginnings
    /// may all differ there, and still err together.
    /// </summary>
    /// <param name="values">The cell's values.</param>
    /// <param name="slice">Its slice.</param>
    public double Effective(ReadOnlySpan<double> values, int slice)
    {
        double most = _paths.Chains > 0 ? _paths.Count : _paths.Effective(_paths.Lineage(slice));
        if (_paths.Chains == 0 && _pairs is null)
        {
            return most;
        }

        double mean = Reduction.Dot(values, _paths.Weights);
        double variance = 0;
        for (int p = 0; p < values.Length; p++)
        {
            variance += _paths.Weights[p] * (values[p] - mean) * (values[p] - mean);
        }

        double error = _pairs is null ? Of(values, slice) : _paths.StandardError(values, _pairs);
        return error > 0 ? Math.Min(most, variance / (error * error)) : most;
    }

    /// <summary>The error of the mean of chains of equal length, one after the other.</summary>
    private static double OfChains(ReadOnlySpan<double> means, int chains)
    {
        int length = means.Length / chains;
        double mean = Reduction.Sum(means) / means.Length;
        double together = 1;
        double variance = Autocovariance(means, length, 0, mean);
        for (int lag = 1; variance > 0 && lag + 1 < length; lag += 2)
        {
            double pair = Autocovariance(means, length, lag, mean) + Autocovariance(means, length, lag + 1, mean);
            if (!(pair > 0))
            {
                break;
            }

            together += 2 * pair / variance;
        }

        // n - 1 for the mean that was estimated with it.
        double within = variance * together / Math.Max(1, means.Length - 1);
        double between = 0;
        for (int chain = 0; chain < chains; chain++)
        {
            double own = Reduction.Sum(means.Slice(chain * length, length)) / length;
            between += (own - mean) * (own - mean) / (chains * Math.Max(1, chains - 1));
        }

        return Math.Sqrt(Math.Max(within, between));
    }

    private static double Autocovariance(ReadOnlySpan<double> means, int length, int lag, double mean)
    {
        double sum = 0;
        for (int i = 0; i < means.Length; i++)
        {
            sum += i % length + lag < length ? (means[i] - mean) * (means[i + lag] - mean) : 0;
        }

        return sum / means.Length;
    }
}
