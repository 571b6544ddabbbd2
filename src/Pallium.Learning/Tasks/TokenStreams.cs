using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Streams of tokens through a model, side by side, slice by slice: its memory does not grow with what was read.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TokenStreams<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TokenModel<T> _model;
    private readonly T[] _inputs;
    private readonly T[] _elapsed;
    private readonly T[] _states;
    private readonly T[] _outputs;
    private readonly T[] _logits;
    private readonly T[] _scratch;

    /// <summary>Fresh streams.</summary>
    /// <param name="model">Whose weights are not changed while the streams go on.</param>
    /// <param name="rows">Streams B.</param>
    public TokenStreams(TokenModel<T> model, int rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        _model = model;
        Rows = rows;
        _inputs = new T[rows * model.Trunk.Inputs];
        _elapsed = [.. Enumerable.Repeat(T.One, rows)];
        _states = new T[rows * model.Trunk.StateSize];
        _outputs = new T[rows * model.Trunk.Outputs];
        _logits = new T[rows * model.Classes];
        _scratch = new T[model.Trunk.StepScratch(rows)];
    }

    /// <summary>Streams B.</summary>
    public int Rows { get; }

    /// <summary>Makes all streams fresh.</summary>
    public void Reset() => Array.Clear(_states);

    /// <summary>Every stream reads a token. No allocation.</summary>
    /// <param name="tokens">[B].</param>
    /// <param name="answers">Receives the likeliest class of each, [B].</param>
    /// <exception cref="DivergenceException">The stack's outputs are not finite.</exception>
    public void Step(ReadOnlySpan<int> tokens, Span<int> answers)
    {
        int width = _model.Trunk.Inputs;
        for (int row = 0; row < Rows; row++)
        {
            _model.Embedding.Values.Slice(tokens[row] * width, width).CopyTo(_inputs.AsSpan(row * width));
        }

        _model.Trunk.Step(_inputs, _elapsed, _states, _outputs, _scratch);
        DivergenceException.ThrowIfNotFinite<T>(_outputs, "trunk", _model.Trunk.Outputs);
        _model.Read(_outputs, _logits);
        for (int row = 0; row < Rows; row++)
        {
            answers[row] = TensorPrimitives.IndexOfMax<T>(_logits.AsSpan(row * _model.Classes, _model.Classes));
        }
    }
}
