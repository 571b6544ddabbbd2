namespace Pallium.Inference;

/// <summary>Monte Carlo errors of means over weighted paths, told from groups of paths that err together.</summary>
/// <remarks>
/// Paths of a common beginning, an antithetic pair of the first slice, share what became of it. The paths of a chunk take the cells of a slice in one order, and where
/// the model's orders disagree they err together: the larger of the two errors is told, that of chunks from <see cref="EnoughChunks"/> on, times √(K/(K-1)) for K of them.
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
        int[] roots = paths.Lineage(0).ToArray();
        int[] pairs = [.. roots.Select(root => root / 2)];
        int[] chunks = [.. roots.Select(root => root / ParticleChunk.Size)];
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
        double error = _paths.StandardError(values, _pairs ?? _paths.Lineage(slice));
        return _chunks is null ? error : Math.Max(error, _correction * _paths.StandardError(values, _chunks));
    }
}
