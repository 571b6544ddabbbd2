using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A function of one number.</summary>
public enum ActivationKind
{
    /// <summary>x σ(x).</summary>
    Silu,

    /// <summary>σ(x) = 1/(1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>exp x.</summary>
    Exp,

    /// <summary>log(1 + exp x).</summary>
    Softplus,

    /// <summary>log σ(x).</summary>
    LogSigmoid,

    /// <summary>elu(x) + 1: x + 1 for x &gt; 0, exp x otherwise.</summary>
    EluPlusOne,

    /// <summary>max(x, 0)².</summary>
    SquaredRelu,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>What an <see cref="Activation{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
/// <param name="Kind">The function f.</param>
public sealed record ActivationOptions(int Channels, ActivationKind Kind)
{
    /// <summary>Factor after the function, s.</summary>
    public double Scale { get; init; } = 1;
}

/// <summary>y = s f(x), number by number.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Activation<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ActivationKind _kind;
    private readonly ActivationFunction<T> _function;
    private readonly T _scale;

    /// <summary>Creates the layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, or the function is not one of the enumeration.</exception>
    public Activation(ActivationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        Inputs = options.Channels;
        _kind = options.Kind;
        _function = ActivationFunction<T>.Of(_kind);
        _scale = T.CreateChecked(options.Scale);
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(Inputs, _kind is ActivationKind.SquaredRelu or ActivationKind.Relu ? 0 : Inputs, 0, 0);

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked(steps * rows * Inputs * (_function.ReversesFromOutput ? 2 : 1));

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode y = Function(graph, inputs);
        return (_scale == T.One ? y : graph.Multiply(y, graph.Constant(_scale)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        _function.Map(inputs, outputs);
        if (_scale != T.One)
        {
            TensorPrimitives.Multiply(outputs, _scale, outputs);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<T> kept = pass.Inputs;
        Span<T> dy = pass.Scratch[..kept.Length];
        TensorPrimitives.Multiply(gradients.Outputs, _scale, dy);
        if (_function.ReversesFromOutput)
        {
            Span<T> y = pass.Scratch.Slice(kept.Length, kept.Length);
            _function.Map(kept, y);
            kept = y;
        }

        _function.Reverse(kept, dy, gradients.Inputs);
    }

    private StepNode Function(StepGraph<T> graph, StepNode x)
    {
        StepNode Number(double value) => graph.Constant(T.CreateChecked(value));
        StepNode Negative(StepNode a) => graph.Subtract(Number(0), a);
        StepNode Positive(StepNode a) => graph.Multiply(graph.Add(a, graph.Apply(StepOperation.Abs, a)), Number(0.5));
        return _kind switch
        {
            ActivationKind.Silu => graph.Multiply(x, graph.Sigmoid(x)),
            ActivationKind.Sigmoid => graph.Sigmoid(x),
            ActivationKind.Tanh => graph.Tanh(x),
            ActivationKind.Exp => graph.Exp(x),
            ActivationKind.Softplus => graph.Softplus(x),
            ActivationKind.LogSigmoid => Negative(graph.Softplus(Negative(x))),
            ActivationKind.EluPlusOne => graph.Add(Positive(x), graph.Exp(graph.Subtract(x, Positive(x)))),
            ActivationKind.SquaredRelu => graph.Multiply(Positive(x), Positive(x)),
            _ => Positive(x),
        };
    }
}
