using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What is known of a slice before any of its cells.</summary>
internal enum SliceKnowledge
{
    /// <summary>Not even its time: exogenous features are averaged over.</summary>
    Timeless,

    /// <summary>Its exogenous features.</summary>
    Features,

    /// <summary>Its features and its past.</summary>
    Past,
}

/// <summary>The joint Gaussian of one slice's coordinates, and what is left of it as coordinates are clamped one by one.</summary>
/// <remarks>
/// Clamping coordinate j to v is m += c_j (v - m_j) / C_jj, C -= c_j c_jᵀ / C_jj with c_j column j of C: O(D²), no allocation. A coordinate
/// whose variance the earlier clamps have used up (the last of a one-hot block, a duplicated channel) tells nothing new and moves nothing.
/// One object is filled again and again by <see cref="LinearBase.Predict"/>; it belongs to one thread.
/// </remarks>
internal sealed class SliceGaussian
{
    /// <summary>Share of its prior variance below which a coordinate tells nothing new.</summary>
    internal const double UsedUp = 1e-7;
    private const double LargestValue = 1e9;

    internal SliceGaussian(int coordinates)
    {
        Coordinates = coordinates;
        MeanStore = new double[coordinates];
        CovarianceStore = new double[coordinates * coordinates];
        PriorMeanStore = new double[coordinates];
        PriorCovarianceStore = new double[coordinates * coordinates];
        Floor = new double[coordinates];
        Clamped = new bool[coordinates];
        Scratch = new double[MarginalRegression.ScratchSize(coordinates) + (2 * coordinates * coordinates) + (5 * coordinates) + 8];
        Row = new double[Math.Max(coordinates, 1)];
        Hidden = new int[coordinates];
        Known = new int[coordinates];
        Unknown = new int[coordinates];
    }

    /// <summary>D.</summary>
    public int Coordinates { get; }

    /// <summary>Whether the slice was predicted from a past.</summary>
    public bool HasPast => Knowledge == SliceKnowledge.Past;

    /// <summary>What the prediction rests on.</summary>
    public SliceKnowledge Knowledge { get; internal set; }

    /// <summary>[D]: conditional means; a clamped coordinate's own value.</summary>
    public ReadOnlySpan<double> Mean => MeanStore;

    /// <summary>[D, D]: conditional covariance; rows and columns of clamped coordinates are zero.</summary>
    public ReadOnlySpan<double> Covariance => CovarianceStore;

    /// <summary>[D]: means before any clamp.</summary>
    public ReadOnlySpan<double> PriorMean => PriorMeanStore;

    /// <summary>[D, D]: covariance before any clamp.</summary>
    public ReadOnlySpan<double> PriorCovariance => PriorCovarianceStore;

    internal double[] MeanStore { get; }

    internal double[] CovarianceStore { get; }

    internal double[] PriorMeanStore { get; }

    internal double[] PriorCovarianceStore { get; }

    internal double[] Floor { get; }

    internal bool[] Clamped { get; }

    internal double[] Scratch { get; }

    internal double[] Row { get; }

    internal int[] Hidden { get; }

    internal int[] Known { get; }

    internal int[] Unknown { get; }

    /// <summary>Conditional variance of coordinate <paramref name="j"/>.</summary>
    public double Variance(int j) => CovarianceStore[(j * Coordinates) + j];

    /// <summary>Takes back all clamps.</summary>
    public void Release()
    {
        PriorMeanStore.AsSpan().CopyTo(MeanStore);
        PriorCovarianceStore.AsSpan().CopyTo(CovarianceStore);
        Clamped.AsSpan().Clear();
    }

    /// <summary>Becomes a copy of <paramref name="other"/>, clamps included.</summary>
    public void CopyFrom(SliceGaussian other)
    {
        other.MeanStore.AsSpan().CopyTo(MeanStore);
        other.CovarianceStore.AsSpan().CopyTo(CovarianceStore);
        other.PriorMeanStore.AsSpan().CopyTo(PriorMeanStore);
        other.PriorCovarianceStore.AsSpan().CopyTo(PriorCovarianceStore);
        other.Floor.AsSpan().CopyTo(Floor);
        other.Clamped.AsSpan().CopyTo(Clamped);
        Knowledge = other.Knowledge;
    }

    /// <summary>Clamps coordinate <paramref name="j"/>; the others follow. A coordinate clamped before keeps its first value.</summary>
    public void Clamp(int j, double value)
    {
        if (Clamped[j])
        {
            return;
        }

        Clamped[j] = true;
        value = Math.Clamp(value, -LargestValue, LargestValue);
        double variance = Variance(j);
        Span<double> row = Row;
        CovarianceStore.AsSpan(j * Coordinates, Coordinates).CopyTo(row);
        if (variance > Floor[j])
        {
            double shift = (value - MeanStore[j]) / variance;
            for (int i = 0; i < Coordinates; i++)
            {
                if (row[i] != 0 && i != j)
                {
                    MeanStore[i] = Math.FusedMultiplyAdd(row[i], shift, MeanStore[i]);
                    RowUpdate.AddScaled(-row[i] / variance, row, CovarianceStore.AsSpan(i * Coordinates, Coordinates));

                    // Rounding must not leave a variance below zero.
                    CovarianceStore[(i * Coordinates) + i] = Math.Max(CovarianceStore[(i * Coordinates) + i], 0);
                }
            }
        }

        MeanStore[j] = value;
        CovarianceStore.AsSpan(j * Coordinates, Coordinates).Clear();
        for (int i = 0; i < Coordinates; i++)
        {
            CovarianceStore[(i * Coordinates) + j] = 0;
        }
    }

    /// <summary>Clamps all coordinates of a channel to <paramref name="values"/>, its coordinates in order.</summary>
    public void Clamp(BaseGroup group, ReadOnlySpan<double> values)
    {
        for (int i = 0; i < group.Count; i++)
        {
            Clamp(group.Start + i, values[i]);
        }
    }

    /// <summary>Called when the prior is complete: sets the pivots under which a coordinate counts as used up, and takes back all clamps.</summary>
    internal void Begin(SliceKnowledge knowledge)
    {
        Knowledge = knowledge;
        for (int j = 0; j < Coordinates; j++)
        {
            Floor[j] = UsedUp * PriorCovarianceStore[(j * Coordinates) + j];
        }

        Release();
    }
}
