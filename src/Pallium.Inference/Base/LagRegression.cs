using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Ridge regression of each coordinate's deviations on its own past ones.</summary>
/// <remarks>
/// The ridge draws weights to zero, the more the longer the lag. An anchor κ adds imagined rows in which all lags and the target are the same
/// number, with κ times the target's sum of squares: it draws Σ_l w_l to one, since (1 - Σ_l w_l)² is what such a row costs (the sum-of-coefficients
/// prior of Doan, Litterman and Sims, Econometric Reviews 1984). Unlike a ridge it does not fade as rows are added: it stands for levels that
/// will have moved, not for too few rows.
/// </remarks>
internal static class LagRegression
{
    /// <summary>Own weights of every coordinate, [D, L]; those of discrete channels are zero (all their past goes through the cross part).</summary>
    /// <param name="table">Deviations.</param>
    /// <param name="rows">Stretches to learn from.</param>
    /// <param name="structure">L and ridges.</param>
    /// <param name="gramLookback">Targets leave out this many rows at the start of a stretch, at least L.</param>
    /// <param name="sharedGram">Sum of the coordinates' <see cref="LagGram"/>s over the stretches, [gramLookback + 1, gramLookback + 1], or empty to have it summed here.</param>
    public static double[] Own(DeviationTable table, IReadOnlyList<RowRange> rows, LinearStructure structure, int gramLookback, ReadOnlySpan<double> sharedGram)
    {
        int size = gramLookback + 1;
        double[] own = new double[table.Coordinates * structure.Lookback];
        List<int> lookbacks = structure.AveragedLookbacks();
        if (lookbacks.Count == 0)
        {
            return own;
        }

        double[] gram = sharedGram.IsEmpty ? SharedGram(table, rows, gramLookback) : sharedGram.ToArray();
        double[][] shared = [.. lookbacks.Select(lookback => Solve(gram, size, structure, pull: 0, new double[lookback]))];
        for (int j = 0; j < table.Coordinates; j++)
        {
            if (!IsReal(table.Groups, j))
            {
                continue;
            }

            double[][] weights = shared;
            if (double.IsFinite(structure.Sharing))
            {
                gram.AsSpan().Clear();
                AddGram(table, rows, j, gramLookback, gram);
                weights = [.. shared.Select(towards => Solve(gram, size, structure, structure.Sharing, towards))];
            }

            AddMean(weights, own.AsSpan(j * structure.Lookback, structure.Lookback));
        }

        return own;
    }

    /// <summary>The sum of all real coordinates' <see cref="LagGram"/>s.</summary>
    public static double[] SharedGram(DeviationTable table, IReadOnlyList<RowRange> rows, int lookback)
    {
        double[] gram = new double[(lookback + 1) * (lookback + 1)];
        for (int j = 0; j < table.Coordinates; j++)
        {
            if (IsReal(table.Groups, j))
            {
                AddGram(table, rows, j, lookback, gram);
            }
        }

        return gram;
    }

    /// <summary>Deviations less what the own weights predict, [N, D]; filled only for rows with <paramref name="skip"/> rows before them in their stretch.</summary>
    public static double[] Residuals(DeviationTable table, IReadOnlyList<RowRange> rows, ReadOnlySpan<double> own, int skip)
    {
        int d = table.Coordinates;
        int lookback = own.Length / d;
        double[] residuals = (double[])table.Deviations.Clone();
        double[] reversed = new double[lookback];
        for (int j = 0; j < d && lookback > 0; j++)
        {
            for (int l = 0; l < lookback; l++)
            {
                reversed[lookback - 1 - l] = own[(j * lookback) + l];
            }

            foreach (RowRange range in rows)
            {
                double[] x = Column(table, range, j);
                for (int t = skip; t < x.Length; t++)
                {
                    residuals[((range.Start + t) * d) + j] -= Reduction.Dot<double>(reversed, x.AsSpan(t - lookback, lookback));
                }
            }
        }

        return residuals;
    }

    private static void AddMean(double[][] weights, Span<double> own)
    {
        foreach (double[] fit in weights)
        {
            for (int l = 0; l < fit.Length; l++)
            {
                own[l] += fit[l] / weights.Length;
            }
        }
    }

    /// <summary>Whether a coordinate is a channel's z-score.</summary>
    public static bool IsReal(IReadOnlyList<BaseGroup> groups, int coordinate)
    {
        foreach (BaseGroup group in groups)
        {
            if (coordinate < group.Start + group.Count)
            {
                return group.Kind == BaseKind.Real;
            }
        }

        return false;
    }

    private static void AddGram(DeviationTable table, IReadOnlyList<RowRange> rows, int coordinate, int lookback, Span<double> gram)
    {
        int d = table.Coordinates;
        foreach (RowRange range in rows)
        {
            bool[] missing = table.HasHoles[coordinate] ? new bool[range.Length] : [];
            for (int i = 0; i < missing.Length; i++)
            {
                missing[i] = table.Missing[((range.Start + i) * d) + coordinate];
            }

            LagGram.Accumulate(Column(table, range, coordinate), missing, lookback, gram);
        }
    }

    private static double[] Column(DeviationTable table, RowRange range, int coordinate)
    {
        double[] x = new double[range.Length];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = table.Deviations[((range.Start + i) * table.Coordinates) + coordinate];
        }

        return x;
    }

    /// <summary>w with (G + κ G[0, 0]·11ᵀ + penalties)·w = g + κ G[0, 0]·1 + pulls·towards, for the leading lags, as many as <paramref name="towards"/> has.</summary>
    private static double[] Solve(ReadOnlySpan<double> gram, int size, LinearStructure structure, double pull, double[] towards)
    {
        int n = towards.Length;
        double[] factor = new double[n * n];
        double[] weights = new double[n];
        double anchor = structure.Anchor * gram[0];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                factor[(i * n) + j] = gram[((i + 1) * size) + j + 1] + anchor;
            }

            double lag = (i + 1) / 100.0;
            double penalty = (structure.OwnRidge * ((lag * lag) + 1e-4)) + pull;
            factor[(i * n) + i] += penalty;
            weights[i] = gram[i + 1] + anchor + (penalty * towards[i]);
        }

        Cholesky.FactorWithJitter(factor, n);
        Cholesky.Solve(factor, n, weights, 1);
        return weights;
    }
}
