using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>How the predicted deviations of a slice move when the values of the slices before it do: the linear part of <see cref="LinearBase.Predict"/>.</summary>
/// <remarks>
/// Streams that saw the same cells differ in their deviations alone: what one stream predicts, with all its bookkeeping, and this response to
/// the difference give the prediction of every other.
/// </remarks>
internal sealed class LinearResponse
{
    private readonly LinearStage _stage;
    private readonly int _d;
    private readonly double _blend;
    private readonly double[]? _transform;

    /// <param name="stage">The predictor.</param>
    /// <param name="coordinates">D.</param>
    /// <param name="blend">1, or the elapsed time where it is less than a step: the rest stays as it was.</param>
    /// <param name="transform">What is done to the prediction, [D, D]; null: nothing.</param>
    public LinearResponse(LinearStage stage, int coordinates, double blend, double[]? transform)
    {
        _stage = stage;
        _d = coordinates;
        _blend = blend;
        _transform = transform;
    }

    /// <summary>Moves of the predicted deviations.</summary>
    /// <param name="differences">[D, <paramref name="capacity"/>]: per coordinate, how the slices so far differ, the first one first.</param>
    /// <param name="capacity">Distance of two coordinates' rows.</param>
    /// <param name="count">Slices so far.</param>
    /// <param name="moves">[D], on return.</param>
    /// <param name="scratch">D numbers.</param>
    public void Predict(ReadOnlySpan<double> differences, int capacity, int count, Span<double> moves, Span<double> scratch)
    {
        Span<double> next = _transform is null ? moves : scratch;
        int own = Math.Min(count, _stage.Lookback);
        for (int j = 0; j < _d; j++)
        {
            // The weights lie with lag 1 first, the differences with the oldest: the reversed copy of the weights runs beside them.
            next[j] = own == 0 ? 0 : Reduction.Dot(differences.Slice((j * capacity) + count - own, own), _stage.ReversedOwn(j)[^own..]);
        }

        for (int k = 0; k < Math.Min(count, _stage.CrossSlices); k++)
        {
            for (int j = 0; j < _d; j++)
            {
                ReadOnlySpan<double> weights = _stage.Cross.AsSpan(((k * _d) + j) * _d, _d);
                double sum = next[j];
                for (int i = 0; i < _d; i++)
                {
                    sum = Math.FusedMultiplyAdd(weights[i], differences[(i * capacity) + count - 1 - k], sum);
                }

                next[j] = sum;
            }
        }

        if (_blend < 1 && count > 0)
        {
            for (int j = 0; j < _d; j++)
            {
                double before = differences[(j * capacity) + count - 1];
                next[j] = before + (_blend * (next[j] - before));
            }
        }

        if (_transform is not null)
        {
            for (int j = 0; j < _d; j++)
            {
                double sum = 0;
                for (int i = 0; i < _d; i++)
                {
                    sum = Math.FusedMultiplyAdd(_transform[(j * _d) + i], next[i], sum);
                }

                moves[j] = sum;
            }
        }
    }

    /// <summary>Φ_k, k = 0 .. <paramref name="most"/>, each [D, D]: how the prediction k slices later responds to a slice's deviations, of this predictor at even steps.</summary>
    public double[][] Impulses(int most)
    {
        var impulses = new double[most + 1][];
        var column = new double[_d * (most + 1)];
        var moves = new double[_d];
        for (int k = 0; k <= most; k++)
        {
            impulses[k] = new double[_d * _d];
        }

        var plain = new LinearResponse(_stage, _d, 1, null);
        for (int from = 0; from < _d; from++)
        {
            column.AsSpan().Clear();
            column[from * (most + 1)] = 1;
            for (int k = 0; k <= most; k++)
            {
                if (k > 0)
                {
                    plain.Predict(column, most + 1, k, moves, []);
                    for (int j = 0; j < _d; j++)
                    {
                        column[(j * (most + 1)) + k] = moves[j];
                    }
                }

                for (int j = 0; j < _d; j++)
                {
                    impulses[k][(j * _d) + from] = column[(j * (most + 1)) + k];
                }
            }
        }

        return impulses;
    }
}
