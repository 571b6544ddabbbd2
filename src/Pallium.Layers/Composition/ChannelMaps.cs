using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Several maps of the same input, y = [W_1 x + b_1 | W_2 x + b_2 | ...], done as one product.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ChannelMaps<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FromInputs = 0;
    private readonly List<(string Name, Parameter<T> Weight, Parameter<T>? Bias)> _maps = [];
    private readonly AffineMap<T> _product;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="maps">Name, channels and whether there is a bias, of each map.</param>
    public ChannelMaps(int inputs, IReadOnlyList<(string Name, int Channels, bool HasBias)> maps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        Inputs = inputs;
        Outputs = maps.Sum(map => map.Channels);
        _product = new AffineMap<T>(Outputs, inputs);
        int row = 0;
        foreach ((string name, int channels, bool hasBias) in maps)
        {
            var weight = new Parameter<T>(channels, inputs) { Decays = true };
            Parameter<T>? bias = hasBias ? new(channels) : null;
            _product.AddWeight(weight, row);
            if (bias is not null)
            {
                _product.AddBias(bias, row);
            }

            _maps.Add((name, weight, bias));
            row += channels;
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters
    {
        get
        {
            foreach ((string name, Parameter<T> weight, Parameter<T>? bias) in _maps)
            {
                yield return ($"{name}.weight", weight);
                if (bias is not null)
                {
                    yield return ($"{name}.bias", bias);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        (long)Inputs * Outputs, 0, Parameters.Sum(item => (long)item.Parameter.Length) * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        foreach ((string name, Parameter<T> parameter) in Parameters)
        {
            Initialization.UniformByFan(parameter, Inputs, rng.For(name));
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh() => _product.Refresh();

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => _product.GradientScratch;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode[] parts =
        [
            .. _maps.Select(map =>
            {
                StepNode product = graph.Affine(graph.Constant(map.Weight), inputs);
                return map.Bias is null ? product : graph.Add(product, graph.Constant(map.Bias));
            }),
        ];
        return (graph.Concatenate(parts), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records) =>
        _product.Apply(slices, inputs, Inputs, outputs, Outputs);

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        _product.AccumulateParameters(slices, gradients.Outputs, pass.Inputs, Inputs, gradients.Parameters, pass.Scratch);
        if (!gradients.Inputs.IsEmpty)
        {
            _product.AccumulateInputs(FromInputs, slices, gradients.Outputs, gradients.Inputs);
        }
    }
}
