using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Weighted paths as sampled, with their ancestry: a slice keeps its values once, however many later paths go through them.</summary>
internal sealed class SampledPaths : IDisposable
{
    private readonly Rented _rented = new();
    private readonly double[][] _values;
    private readonly double[] _weights;
    private readonly int[]?[] _ancestors;
    private readonly int[][] _places;

    /// <param name="count">Paths.</param>
    /// <param name="places">Per slice and channel, its column among those that are kept, or -1.</param>
    public SampledPaths(int count, int[][] places)
    {
        Count = count;
        _places = places;
        _values = [.. places.Select(columns => _rented.Numbers(count * columns.Count(place => place >= 0)))];
        _ancestors = new int[]?[places.Length];
        _weights = _rented.Numbers(count);
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>Weights of the paths after the last slice, adding up to 1.</summary>
    public Span<double> Weights => _weights.AsSpan(0, Count);

    /// <summary>log of the evidence of all that was known.</summary>
    public double LogEvidence { get; set; }

    /// <summary>The clamp that even the path which believed most in it held to be least likely, and log of that probability; null: there was none.</summary>
    public (Clamp? Clamp, double LogMass) Unlikeliest { get; set; }

    /// <summary>Whether a cell is kept.</summary>
    public bool Keeps(int slice, int channel) => _places[slice][channel] >= 0;

    /// <summary>Keeps a value of a path as it is numbered in that slice; nothing where the cell is not kept.</summary>
    public void Keep(int slice, int channel, int path, double value)
    {
        if (Keeps(slice, channel))
        {
            _values[slice][(_places[slice][channel] * Count) + path] = value;
        }
    }

    /// <summary>A cell's values by the paths' numbers in its own slice.</summary>
    public ReadOnlySpan<double> Kept(int slice, int channel) => _values[slice].AsSpan(_places[slice][channel] * Count, Count);

    /// <summary>After <paramref name="slice"/>, path p goes on from path <c>ancestors[p]</c>, which the caller fills in.</summary>
    public Span<int> Resample(int slice)
    {
        _ancestors[slice] = _rented.Indices(Count);
        return _ancestors[slice].AsSpan(0, Count);
    }

    /// <summary>Who path p of the slice after <paramref name="slice"/> goes on from.</summary>
    public int Ancestor(int slice, int path) => _ancestors[slice]![path];

    /// <summary>For each path, its number in <paramref name="slice"/>.</summary>
    public void Lineage(int slice, Span<int> lineage)
    {
        for (int p = 0; p < Count; p++)
        {
            lineage[p] = p;
        }

        for (int h = _places.Length - 1; h >= slice; h--)
        {
            // What was resampled after a slice changes the numbers up to that slice.
            for (int p = 0; p < Count && _ancestors[h] is { } ancestors; p++)
            {
                lineage[p] = ancestors[lineage[p]];
            }
        }
    }

    /// <summary>The numbers of one path, slice by slice.</summary>
    public int[] NumbersOf(int path)
    {
        var numbers = new int[_places.Length];
        for (int h = numbers.Length - 1; h >= 0; h--)
        {
            path = _ancestors[h] is { } ancestors ? ancestors[path] : path;
            numbers[h] = path;
        }

        return numbers;
    }

    public void Dispose() => _rented.Dispose();
}

/// <summary>The paths of one or more runs, independent or sweeps of chains, weighted by their evidence.</summary>
internal sealed class PathSet : IDisposable
{
    private readonly IReadOnlyList<SampledPaths> _runs;
    private readonly Rented _rented = new();
    private readonly double[] _weights;
    private readonly double[] _groups;
    private readonly int[] _lineage;

    /// <param name="runs">The runs.</param>
    /// <param name="chains">Of how many chains of conditional sweeps, one after the other, they are; 0: they are independent.</param>
    public PathSet(IReadOnlyList<SampledPaths> runs, int chains = 0)
    {
        (_runs, Chains) = (runs, chains);
        Count = runs.Sum(run => run.Count);
        _weights = _rented.Numbers(Count);
        _groups = _rented.Numbers(Count);
        _lineage = _rented.Indices(Count);
        double[] logs = [.. runs.Select(run => run.LogEvidence + Elementary.Log((double)run.Count / Count))];
        LogEvidence = Reduction.LogSumExp<double>(logs);
        int at = 0;
        for (int r = 0; r < runs.Count; r++)
        {
            double share = Elementary.Exp(logs[r] - LogEvidence);
            foreach (double weight in runs[r].Weights)
            {
                _weights[at++] = share * weight;
            }
        }
    }

    /// <summary>How many chains of conditional sweeps the runs are; 0: they are independent.</summary>
    public int Chains { get; }

    /// <summary>Paths of all runs.</summary>
    public int Count { get; }

    /// <summary>Their weights, adding up to 1.</summary>
    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count);

    /// <summary>log of the mean evidence.</summary>
    public double LogEvidence { get; }

    /// <summary>The clamp held to be least likely, of all runs.</summary>
    public (Clamp? Clamp, double LogMass) Unlikeliest => _runs.Select(run => run.Unlikeliest).MinBy(clamp => clamp.LogMass);

    /// <summary>For each path, its number in <paramref name="slice"/>; of one run's after those of the runs before. It holds until the next call.</summary>
    public ReadOnlySpan<int> Lineage(int slice)
    {
        int at = 0;
        foreach (SampledPaths run in _runs)
        {
            Span<int> own = _lineage.AsSpan(at, run.Count);
            run.Lineage(slice, own);
            for (int p = 0; p < own.Length; p++)
            {
                own[p] += at;
            }

            at += run.Count;
        }

        return _lineage.AsSpan(0, Count);
    }

    /// <summary>A cell's value on every path.</summary>
    public double[] Values(int slice, int channel, ReadOnlySpan<int> lineage)
    {
        var values = new double[Count];
        int at = 0;
        foreach (SampledPaths run in _runs)
        {
            ReadOnlySpan<double> kept = run.Kept(slice, channel);
            for (int p = at; p < at + run.Count; p++)
            {
                values[p] = kept[lineage[p] - at];
            }

            at += run.Count;
        }

        return values;
    }

    /// <summary>How many independent paths these are worth where those of one group count as one: 1/Σ_g (Σ_(p in g) w_p)².</summary>
    /// <param name="groups">A number below <see cref="Count"/> for each path.</param>
    public double Effective(ReadOnlySpan<int> groups)
    {
        Span<double> mass = _groups.AsSpan(0, Count);
        mass.Clear();
        for (int p = 0; p < Count; p++)
        {
            mass[groups[p]] += _weights[p];
        }

        return 1 / Reduction.SumOfSquares<double>(mass);
    }

    /// <summary>The mean of each run alone.</summary>
    public double[] Means(ReadOnlySpan<double> values)
    {
        var means = new double[_runs.Count];
        int at = 0;
        for (int r = 0; r < means.Length; r++)
        {
            means[r] = Reduction.Dot(_runs[r].Weights, values.Slice(at, _runs[r].Count));
            at += _runs[r].Count;
        }

        return means;
    }

    /// <summary>Error of a mean from how much groups of paths pull it together: √Σ_g (Σ_(p in g) w_p (x_p - mean))².</summary>
    /// <remarks>Source: Chan and Lai, Annals of Statistics 41, 2013.</remarks>
    public double StandardError(ReadOnlySpan<double> values, ReadOnlySpan<int> groups)
    {
        double mean = Reduction.Dot(values, Weights);
        Span<double> pulls = _groups.AsSpan(0, Count);
        pulls.Clear();
        for (int p = 0; p < Count; p++)
        {
            pulls[groups[p]] += _weights[p] * (values[p] - mean);
        }

        return Math.Sqrt(Reduction.SumOfSquares<double>(pulls));
    }

    public void Dispose() => _rented.Dispose();
}
