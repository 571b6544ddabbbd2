using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Weighted paths as sampled, with their ancestry: a slice keeps its values once, however many later paths go through them.</summary>
internal sealed class SampledPaths
{
    private readonly double[][] _values;
    private readonly int[]?[] _ancestors;
    private readonly int[][] _places;

    /// <param name="count">Paths.</param>
    /// <param name="places">Per slice and channel, its column among those that are kept, or -1.</param>
    public SampledPaths(int count, int[][] places)
    {
        Count = count;
        _places = places;
        _values = [.. places.Select(columns => new double[count * columns.Count(place => place >= 0)])];
        _ancestors = new int[]?[places.Length];
        Weights = new double[count];
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>Weights of the paths after the last slice, adding up to 1.</summary>
    public double[] Weights { get; }

    /// <summary>log of the evidence of all that was known.</summary>
    public double LogEvidence { get; set; }

    /// <summary>How often paths were resampled.</summary>
    public int Resamplings => _ancestors.Count(ancestors => ancestors is not null);

    /// <summary>The smallest effective sample size that was met, before resampling.</summary>
    public double LeastEffective { get; set; } = double.PositiveInfinity;

    /// <summary>Keeps a value of a path as it is numbered in that slice; nothing where the cell is not kept.</summary>
    public void Keep(int slice, int channel, int path, double value)
    {
        int place = _places[slice][channel];
        if (place >= 0)
        {
            _values[slice][(place * Count) + path] = value;
        }
    }

    /// <summary>Whether a cell is kept.</summary>
    public bool Keeps(int slice, int channel) => _places[slice][channel] >= 0;

    /// <summary>After <paramref name="slice"/>, path p goes on from path <paramref name="ancestors"/>[p].</summary>
    public void Resample(int slice, int[] ancestors) => _ancestors[slice] = ancestors;

    /// <summary>For each path, its number in <paramref name="slice"/>.</summary>
    public int[] Lineage(int slice)
    {
        int[] lineage = [.. Enumerable.Range(0, Count)];
        for (int h = _places.Length - 1; h >= slice; h--)
        {
            // What was resampled after a slice changes the numbers up to that slice.
            if (_ancestors[h] is { } ancestors)
            {
                for (int p = 0; p < Count; p++)
                {
                    lineage[p] = ancestors[lineage[p]];
                }
            }
        }

        return lineage;
    }

    /// <summary>A cell's values by the paths' numbers in its own slice.</summary>
    public ReadOnlySpan<double> Kept(int slice, int channel) => _values[slice].AsSpan(_places[slice][channel] * Count, Count);

    /// <summary>A cell's value on every path.</summary>
    public double[] Values(int slice, int channel)
    {
        int[] lineage = Lineage(slice);
        ReadOnlySpan<double> kept = Kept(slice, channel);
        var values = new double[Count];
        for (int p = 0; p < Count; p++)
        {
            values[p] = kept[lineage[p]];
        }

        return values;
    }

    /// <summary>How many independent paths those of a slice are worth: paths that go through the same one count as one.</summary>
    public double EffectiveAt(int slice)
    {
        int[] lineage = Lineage(slice);
        var mass = new double[Count];
        for (int p = 0; p < Count; p++)
        {
            mass[lineage[p]] += Weights[p];
        }

        return 1 / Reduction.SumOfSquares<double>(mass);
    }
}
