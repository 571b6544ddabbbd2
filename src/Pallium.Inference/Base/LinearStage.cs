using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One predictor of the next slice's deviations: each coordinate from its own last L, and all from all over the last p slices.</summary>
/// <remarks>r̂_j[t] = Σ_l w_jl r_j[t-l] + Σ_k Σ_i C_kji r_i[t-k], l = 1..L, k = 1..p.</remarks>
internal sealed class LinearStage
{
    private readonly int _d;
    private readonly int _ring;
    private readonly double[] _rolled;
    private readonly double[] _persistent;
    private readonly bool _followsDynamics;

    /// <summary>A predictor over a ring of <paramref name="ring"/> slices.</summary>
    /// <param name="coordinates">D.</param>
    /// <param name="ring">Slices kept, at least L and p.</param>
    /// <param name="own">w, [D, L], lag 1 first.</param>
    /// <param name="cross">C, [p, D, D], target first.</param>
    /// <param name="innovation">Covariance of the error, [D, D].</param>
    /// <param name="marginal">Covariance of the deviations, [D, D].</param>
    /// <param name="followsDynamics">Whether uncertainty about hidden coordinates moves by the cross weights, or by what the covariances alone say.</param>
    public LinearStage(
        int coordinates, int ring, double[] own, double[] cross, double[] innovation, ReadOnlySpan<double> marginal, bool followsDynamics)
    {
        _d = coordinates;
        _ring = ring;
        _followsDynamics = followsDynamics && cross.Length > 0;
        Own = own;
        Cross = cross;
        Lookback = own.Length / coordinates;
        CrossSlices = cross.Length / (coordinates * coordinates);
        Dynamics = new LinearDynamics(coordinates, marginal, innovation);
        _rolled = Roll();
        _persistent = new double[CrossSlices == 0 ? 0 : coordinates * coordinates];
        for (int i = 0; i < cross.Length; i++)
        {
            _persistent[i % _persistent.Length] += cross[i];
        }
    }

    /// <summary>L, slices of a coordinate's own past.</summary>
    public int Lookback { get; }

    /// <summary>p, slices of all coordinates' past.</summary>
    public int CrossSlices { get; }

    /// <summary>w, [D, L].</summary>
    public double[] Own { get; }

    /// <summary>C, [p, D, D].</summary>
    public double[] Cross { get; }

    /// <summary>w of coordinate <paramref name="j"/>, the longest lag first, [L].</summary>
    public ReadOnlySpan<double> ReversedOwn(int j) => _rolled.AsSpan((j * 2 * _ring) + _ring - Lookback, Lookback);

    /// <summary>What becomes of uncertainty.</summary>
    public LinearDynamics Dynamics { get; }

    /// <summary>Slices that must have been seen for this predictor to be used.</summary>
    public int Needs => Math.Max(Lookback, CrossSlices);

    /// <summary>How much an error in deviation <paramref name="from"/> of the last slices, where only that is hidden, counts in deviation <paramref name="to"/> of the next.</summary>
    public double Influence(int to, int from) =>
        _followsDynamics ? _persistent[(to * _d) + from] : to == from ? Dynamics.Step(to, from) : 0;

    /// <summary>Covariance of the next slice's deviations, [D, D].</summary>
    /// <remarks>
    /// One step adds G·P·Gᵀ to the innovations'. Where the predictor's own dynamics are followed, G = Σ_k C_k: a Kalman filter, exact for p = 1. Else the rows of
    /// hidden coordinates are those of F, so that their variance grows to the marginal one, and the others are zero: less is inferred from
    /// what follows, but nothing that the predictor's many small weights only seem to say. Of a longer time the rest follows F^(t-1); for a
    /// shorter one G is drawn towards the identity.
    /// </remarks>
    /// <param name="elapsed">t, in median steps.</param>
    /// <param name="uncertainty">P, [D, D], zero outside the rows and columns <paramref name="hidden"/>.</param>
    /// <param name="hidden">The coordinates of the last slice that were not seen.</param>
    /// <param name="covariance">[D, D], on return.</param>
    /// <param name="scratch">2·D² numbers.</param>
    public void Spread(double elapsed, ReadOnlySpan<double> uncertainty, ReadOnlySpan<int> hidden, Span<double> covariance, Span<double> scratch)
    {
        Dynamics.Spread(Math.Min(elapsed, 1), covariance);
        if (!hidden.IsEmpty)
        {
            Carry(Math.Min(elapsed, 1), uncertainty, hidden, covariance, scratch);
        }

        if (elapsed > 1)
        {
            Dynamics.Decay(elapsed - 1, covariance, scratch);
        }
    }

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
                : Reduction.Dot<double>(rings.Slice(j * _ring, _ring), _rolled.AsSpan((j * 2 * _ring) + _ring - position, _ring));
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

    /// <summary>Adds G·P·Gᵀ; only the columns of G for hidden coordinates count.</summary>
    private void Carry(double elapsed, ReadOnlySpan<double> uncertainty, ReadOnlySpan<int> hidden, Span<double> covariance, Span<double> scratch)
    {
        int h = hidden.Length;
        Span<double> carrier = scratch[..(_d * h)];
        Span<double> half = scratch.Slice(_d * _d, _d * h);
        for (int i = 0; i < _d; i++)
        {
            bool moves = _followsDynamics || hidden.Contains(i);
            for (int a = 0; a < h; a++)
            {
                double step = !moves ? 0 : _followsDynamics ? _persistent[(i * _d) + hidden[a]] : Dynamics.Step(i, hidden[a]);
                carrier[(i * h) + a] = (elapsed * step) + (i == hidden[a] ? 1 - elapsed : 0);
            }
        }

        for (int i = 0; i < _d; i++)
        {
            for (int b = 0; b < h; b++)
            {
                double sum = 0;
                for (int a = 0; a < h; a++)
                {
                    sum = Math.FusedMultiplyAdd(carrier[(i * h) + a], uncertainty[(hidden[a] * _d) + hidden[b]], sum);
                }

                half[(i * h) + b] = sum;
            }
        }

        for (int i = 0; i < _d; i++)
        {
            for (int j = 0; j < _d; j++)
            {
                double sum = covariance[(i * _d) + j];
                for (int b = 0; b < h; b++)
                {
                    sum = Math.FusedMultiplyAdd(half[(i * h) + b], carrier[(j * h) + b], sum);
                }

                covariance[(i * _d) + j] = sum;
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
