using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One predictor of the next slice's deviations: each coordinate from its own last L, and all from all over the last p slices.</summary>
/// <remarks>r̂_j[t] = Σ_l w_jl r_j[t-l] + Σ_k Σ_i C_kji r_i[t-k], l = 1..L, k = 1..p.</remarks>
internal sealed class LinearStage
{
    private readonly int _d;
    private readonly int _ring;
    private readonly double[] _rolled;

    /// <summary>A predictor over a ring of <paramref name="ring"/> slices.</summary>
    /// <param name="coordinates">D.</param>
    /// <param name="ring">Slices kept, at least L and p.</param>
    /// <param name="own">w, [D, L], lag 1 first.</param>
    /// <param name="cross">C, [p, D, D], target first.</param>
    /// <param name="innovation">Covariance of the error, [D, D].</param>
    /// <param name="marginal">Covariance of the deviations, [D, D].</param>
    public LinearStage(int coordinates, int ring, double[] own, double[] cross, double[] innovation, ReadOnlySpan<double> marginal)
    {
        _d = coordinates;
        _ring = ring;
        Own = own;
        Cross = cross;
        Lookback = own.Length / coordinates;
        CrossSlices = cross.Length / (coordinates * coordinates);
        Dynamics = new LinearDynamics(coordinates, marginal, innovation);
        _rolled = Roll();
    }

    /// <summary>L, slices of a coordinate's own past.</summary>
    public int Lookback { get; }

    /// <summary>p, slices of all coordinates' past.</summary>
    public int CrossSlices { get; }

    /// <summary>w, [D, L].</summary>
    public double[] Own { get; }

    /// <summary>C, [p, D, D].</summary>
    public double[] Cross { get; }

    /// <summary>What becomes of uncertainty.</summary>
    public LinearDynamics Dynamics { get; }

    /// <summary>Slices that must have been seen for this predictor to be used.</summary>
    public int Needs => Math.Max(Lookback, CrossSlices);

    /// <summary>r̂ into <paramref name="deviations"/>, [D]. O(D·ring + p·D²).</summary>
    /// <param name="rings">[D, ring]: slot (position - l) mod ring of row j holds r_j[t-l].</param>
    /// <param name="position">The slot written next.</param>
    /// <param name="deviations">[D], on return.</param>
    public void Predict(ReadOnlySpan<double> rings, int position, Span<double> deviations)
    {
        for (int j = 0; j < _d; j++)
        {
            deviations[j] = Lookback == 0
                ? 0
                : InnerProduct.Of(rings.Slice(j * _ring, _ring), _rolled.AsSpan((j * 2 * _ring) + _ring - position, _ring));
        }

        for (int k = 0; k < CrossSlices; k++)
        {
            int slot = (position - 1 - k + _ring) % _ring;
            for (int j = 0; j < _d; j++)
            {
                ReadOnlySpan<double> weights = Cross.AsSpan(((k * _d) + j) * _d, _d);
                double sum = deviations[j];
                for (int i = 0; i < _d; i++)
                {
                    sum = Math.FusedMultiplyAdd(weights[i], rings[(i * _ring) + slot], sum);
                }

                deviations[j] = sum;
            }
        }
    }

    /// <summary>
    /// The own weights twice over, [D, 2·ring], so that a window of them lies beside the ring as it is stored: slot s at position q has lag
    /// (q - s) mod ring, and meets entry s + ring - q.
    /// </summary>
    private double[] Roll()
    {
        double[] rolled = new double[_d * 2 * _ring];
        for (int j = 0; j < _d; j++)
        {
            for (int i = 0; i < 2 * _ring; i++)
            {
                int lag = _ring - (i % _ring);
                rolled[(j * 2 * _ring) + i] = lag <= Lookback ? Own[(j * Lookback) + lag - 1] : 0;
            }
        }

        return rolled;
    }
}
