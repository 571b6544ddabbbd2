using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Linear{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Outputs">Channels of y.</param>
public sealed record LinearOptions(int Inputs, int Outputs)
{
    /// <summary>Whether there is a b.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Newly drawn weights are uniform in plus and minus this; 1/√I if not given.</summary>
    public double? Bound { get; init; }

    /// <summary>A newly drawn b for each output channel; uniform like the weights if not given.</summary>
    public Func<int, double>? StartBias { get; init; }
}

/// <summary>y = W x + b, slice by slice; parameters weight [O, I] and, if it has one, bias [O].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Linear<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FromInputs = 0;
    private readonly LinearOptions _options;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T>? _bias;
    private readonly AffineMap<T> _map;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Linear(LinearOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Outputs);
        _options = options;
        Inputs = options.Inputs;
        Outputs = options.Outputs;
        _weight = new(Outputs, Inputs) { Decays = true };
        _map = new AffineMap<T>(Outputs, Inputs);
        _map.AddWeight(_weight);
        if (options.HasBias)
        {
            _bias = new(Outputs);
            _map.AddBias(_bias);
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        _bias is null ? [("weight", _weight)] : [("weight", _weight), ("bias", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new((long)Inputs * Outputs, 0, (long)(_weight.Length + (_bias?.Length ?? 0)) * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        double bound = _options.Bound ?? 1 / Math.Sqrt(Inputs);
        foreach ((string name, Parameter<T> parameter) in Parameters)
        {
            rng.For(name).Uniform(parameter.Values, -bound, bound);
        }

        for (int channel = 0; channel < _bias?.Length && _options.StartBias is not null; channel++)
        {
            _bias.Values[channel] = T.CreateChecked(_options.StartBias(channel));
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh() => _map.Refresh();

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => _map.GradientScratch;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode product = graph.Affine(graph.Constant(_weight), inputs);
        return (_bias is null ? product : graph.Add(product, graph.Constant(_bias)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records) =>
        _map.Apply(slices, inputs, Inputs, outputs, Outputs);

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        _map.AccumulateParameters(slices, gradients.Outputs, pass.Inputs, Inputs, gradients.Parameters, pass.Scratch);
        if (!gradients.Inputs.IsEmpty)
        {
            _map.AccumulateInputs(FromInputs, slices, gradients.Outputs, gradients.Inputs);
        }
    }
}
