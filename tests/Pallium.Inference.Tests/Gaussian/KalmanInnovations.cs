namespace Pallium.Inference.Tests;

/// <summary>
/// The innovations form of a Kalman filter for many streams of one model that see the same cells: covariances are found once for all, a stream (a particle)
/// is its predicted mean, one row of N numbers.
/// </summary>
/// <remarks>
/// One object stands for one slice about to be seen and does not change. y ~ N(C·m + d, S), S = C·P·Cᵀ + R, jointly over all channels: clamping some cells of the slice
/// and drawing others one after another from it is exact. When it has been seen, e = y - (C·m + d) over the seen cells o, m ← A·(m + K·e), K = P·C_oᵀ·S_oo⁻:
/// K is the filter's gain, the predictor's is A·K. Cost per stream O(N² + N·D), nothing allocated; covariances are found at the first batch.
/// Source: Anderson and Moore, Optimal Filtering, 1979, section 9.3.
/// </remarks>
internal sealed class KalmanInnovations
{
    private readonly StateSpace _space;
    private readonly KalmanStep? _before;
    private readonly double[] _covariance;
    private KalmanInnovations? _next;

    private KalmanInnovations(StateSpace space, KalmanStep? before, double[] covariance)
    {
        _space = space;
        _before = before;
        _covariance = covariance;
        CellCovariance = space.CellCovariance(covariance, [.. Enumerable.Range(0, space.D)]);
    }

    /// <summary>N: numbers of a stream's mean.</summary>
    public int StateSize => _space.N;

    /// <summary>S, [D, D]: covariance of its cells.</summary>
    public double[] CellCovariance { get; }

    /// <summary>The slice after a history, and the one mean that all streams begin with, [N].</summary>
    public static (KalmanInnovations Innovations, double[] Mean) After(GaussianHistory history)
    {
        StateBelief next = history.Next;
        return (new KalmanInnovations(history.Model.Space, null, next.Covariance), next.Mean);
    }

    /// <summary>Means of the cells, [B, D], of streams with these means [B, N].</summary>
    public void Predict(ReadOnlySpan<double> means, Span<double> cells)
    {
        (int n, int d) = (_space.N, _space.D);
        for (int row = 0; row < cells.Length / d; row++)
        {
            Span<double> predicted = cells.Slice(row * d, d);
            _space.Offset.CopyTo(predicted);
            Dense.AddProduct(_space.C, means.Slice(row * n, n), predicted);
        }
    }

    /// <summary>Takes in the slice.</summary>
    /// <param name="values">[B, D]: NaN is not seen; the same cells in every row.</param>
    /// <param name="means">[B, N]: of this slice's states on entry, of the next one's on return.</param>
    /// <param name="logDensities">[B]: of the seen cells, -∞ where they cannot be; or empty.</param>
    /// <returns>The next slice.</returns>
    /// <exception cref="ArgumentException">A row sees other cells than the first.</exception>
    public KalmanInnovations Update(ReadOnlySpan<double> values, Span<double> means, Span<double> logDensities = default)
    {
        (int n, int d) = (_space.N, _space.D);
        ReadOnlySpan<double> first = values[..d];
        KalmanInnovations after = NextSeeing(first);
        KalmanStep step = after._before!;
        double[] scratch = new double[n + (2 * step.Seen.Length)];
        Span<double> next = scratch.AsSpan(0, n);
        for (int row = 0; row < values.Length / d; row++)
        {
            ReadOnlySpan<double> cells = values.Slice(row * d, d);
            for (int c = 0; c < d; c++)
            {
                if (double.IsNaN(cells[c]) != double.IsNaN(first[c]))
                {
                    throw new ArgumentException($"Row {row} differs from row 0 in whether channel {c} is seen; streams share covariances only where they see the same.", nameof(values));
                }
            }

            Span<double> mean = means.Slice(row * n, n);
            double density = step.Update(cells, mean, scratch.AsSpan(n), out _);
            if (!logDensities.IsEmpty)
            {
                logDensities[row] = density;
            }

            _space.NextMean(mean, next);
            next.CopyTo(mean);
        }

        return after;
    }

    /// <summary>The next slice when these cells are seen in this one; kept, for the next batch that sees the same.</summary>
    private KalmanInnovations NextSeeing(ReadOnlySpan<double> values)
    {
        KalmanInnovations? next = _next;
        if (next is null || !next._before!.IsOf(values))
        {
            KalmanStep step = _before?.Next(values) ?? KalmanStep.For(_space, _covariance, values);
            _next = next = new KalmanInnovations(_space, step, step.NextPredicted);
        }

        return next;
    }

    /// <summary>
    /// Ψ_k = C·Aᵏ·K, k = 1..horizon: how much the mean of the cells k slices later moves with each seen cell's innovation in this one, [horizon][D, o].
    /// </summary>
    /// <param name="seen">The channels that are seen in this slice, ascending.</param>
    /// <param name="horizon">Slices ahead.</param>
    public double[][] ImpulseResponse(ReadOnlySpan<int> seen, int horizon)
    {
        double[] values = new double[_space.D];
        values.AsSpan().Fill(double.NaN);
        foreach (int c in seen)
        {
            values[c] = 0;
        }

        KalmanStep step = KalmanStep.For(_space, _covariance, values);
        double[][] responses = new double[horizon][];
        double[] carried = step.Gain;
        for (int k = 0; k < horizon; k++)
        {
            carried = Dense.Product(_space.A, carried, _space.N, _space.N, seen.Length);
            responses[k] = Dense.Product(_space.C, carried, _space.D, _space.N, seen.Length);
        }

        return responses;
    }

    /// <summary>The cells of later slices, nothing more being seen: k = 0 (this slice) to <paramref name="horizon"/>.</summary>
    public CellsAhead[] Ahead(int horizon)
    {
        var ahead = new CellsAhead[horizon + 1];
        double[] loading = _space.C;
        double[] covariance = _covariance;
        int[] all = [.. Enumerable.Range(0, _space.D)];
        double[] now = Dense.ProductTransposed(_covariance, _space.C, _space.N, _space.N, _space.D);
        for (int k = 0; k <= horizon; k++)
        {
            double[] cells = _space.CellCovariance(covariance, all);
            ahead[k] = new CellsAhead(loading, cells, k == 0 ? cells : Dense.Product(loading, now, _space.D, _space.N, _space.D));
            loading = Dense.Product(loading, _space.A, _space.D, _space.N, _space.N);
            covariance = _space.NextCovariance(covariance);
        }

        return ahead;
    }
}

/// <summary>The cells of a slice k steps ahead, as they are now seen coming.</summary>
/// <param name="Loading">C·Aᵏ, [D, N]: their means are this times a stream's mean, plus the offset d.</param>
/// <param name="Covariance">Of those cells, [D, D].</param>
/// <param name="CovarianceWithNow">Of those cells (rows) with the cells of the slice about to be seen (columns), [D, D].</param>
internal sealed record CellsAhead(double[] Loading, double[] Covariance, double[] CovarianceWithNow);
