using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Some coordinates given others, when nothing is known of the past: X = Σ_kk⁻¹·Σ_ku and V = Σ_uu - Xᵀ·Σ_ku.</summary>
internal readonly ref struct MarginalRegression
{
    private const double FirstJitter = 1e-9;
    private readonly ReadOnlySpan<int> _known;
    private readonly ReadOnlySpan<int> _unknown;
    private readonly Span<double> _weights;
    private readonly Span<double> _rest;

    /// <summary>Solves for X and V. O(k³ + k²·u).</summary>
    /// <param name="covariance">Σ, [D, D].</param>
    /// <param name="coordinates">D.</param>
    /// <param name="known">Coordinates that the others are regressed on.</param>
    /// <param name="unknown">The others; both together at most D.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> numbers, which hold the result.</param>
    public MarginalRegression(
        ReadOnlySpan<double> covariance, int coordinates, ReadOnlySpan<int> known, ReadOnlySpan<int> unknown, Span<double> scratch)
    {
        int k = known.Length;
        int u = unknown.Length;
        _known = known;
        _unknown = unknown;
        Span<double> factor = scratch[..(k * k)];
        _weights = scratch.Slice(k * k, k * u);
        _rest = scratch.Slice((k * k) + (k * u), u * u);
        Span<double> work = scratch.Slice(coordinates * coordinates, Cholesky.ScratchSize(coordinates));
        double jitter = FirstJitter;
        do
        {
            Gather(covariance, coordinates, known, known, factor);
            for (int i = 0; i < k; i++)
            {
                factor[(i * k) + i] *= 1 + jitter;
            }

            jitter *= 100;
        }
        while (!Cholesky.TryFactor(factor, k, work) && jitter < 1e6);

        Gather(covariance, coordinates, known, unknown, _weights);
        Cholesky.Solve(factor, k, _weights, u);
        Gather(covariance, coordinates, unknown, unknown, _rest);
        for (int i = 0; i < u; i++)
        {
            for (int j = 0; j < u; j++)
            {
                double sum = _rest[(i * u) + j];
                for (int a = 0; a < k; a++)
                {
                    sum = Math.FusedMultiplyAdd(-_weights[(a * u) + i], covariance[(known[a] * coordinates) + unknown[j]], sum);
                }

                _rest[(i * u) + j] = i == j ? Math.Max(sum, 0) : sum;
            }
        }
    }

    /// <summary>Numbers of scratch for D coordinates.</summary>
    public static int ScratchSize(int coordinates) => (coordinates * coordinates) + Cholesky.ScratchSize(coordinates);

    /// <summary>V[i, i] of the i-th unknown coordinate.</summary>
    public double Variance(int i) => _rest[(i * _unknown.Length) + i];

    /// <summary>Expected deviation of the i-th unknown coordinate, given the known ones' in <paramref name="deviations"/>, [D].</summary>
    public double Mean(int i, ReadOnlySpan<double> deviations)
    {
        double sum = 0;
        for (int a = 0; a < _known.Length; a++)
        {
            sum = Math.FusedMultiplyAdd(_weights[(a * _unknown.Length) + i], deviations[_known[a]], sum);
        }

        return sum;
    }

    /// <summary>Makes the unknown coordinates' rows and columns of <paramref name="covariance"/> [D, D] follow from the known ones': Xᵀ·C and Xᵀ·C·X + V.</summary>
    public void Complete(Span<double> covariance, int coordinates)
    {
        int u = _unknown.Length;
        for (int i = 0; i < u; i++)
        {
            Span<double> row = covariance.Slice(_unknown[i] * coordinates, coordinates);
            row.Clear();
            for (int a = 0; a < _known.Length; a++)
            {
                double weight = _weights[(a * u) + i];
                foreach (int b in _known)
                {
                    row[b] = Math.FusedMultiplyAdd(weight, covariance[(_known[a] * coordinates) + b], row[b]);
                }
            }

            foreach (int b in _known)
            {
                covariance[(b * coordinates) + _unknown[i]] = row[b];
            }
        }

        for (int i = 0; i < u; i++)
        {
            for (int j = 0; j < u; j++)
            {
                double sum = _rest[(i * u) + j];
                for (int a = 0; a < _known.Length; a++)
                {
                    sum = Math.FusedMultiplyAdd(_weights[(a * u) + j], covariance[(_unknown[i] * coordinates) + _known[a]], sum);
                }

                covariance[(_unknown[i] * coordinates) + _unknown[j]] = sum;
            }
        }
    }

    private static void Gather(ReadOnlySpan<double> covariance, int d, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, Span<double> block)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++)
            {
                block[(i * columns.Length) + j] = covariance[(rows[i] * d) + columns[j]];
            }
        }
    }
}
