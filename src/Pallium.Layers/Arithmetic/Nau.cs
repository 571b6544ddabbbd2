using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Nau{T}"/> is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Outputs">Channels O of y.</param>
public sealed record NauOptions(int Inputs, int Outputs)
{
    /// <summary>How the weights are pushed to -1, 0 and 1.</summary>
    public SparsityOptions Sparsity { get; init; } = new(0.01);
}

/// <summary>Neural addition unit: y = W x with every weight in [-1, 1], so that sums and differences extrapolate; parameter weight [O, I].</summary>
/// <remarks>
/// Learning clips the weights after every update, and the auxiliary loss "sparsity" pushes them to -1, 0 and 1 (<see cref="SparsityOptions"/>).
/// Source: Madsen and Johansen, ICLR 2020 (arXiv 2001.05016).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Nau<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FromInputs = 0;
    private const double MostStart = 0.5;
    private readonly SparsityOptions _sparsity;
    private readonly Parameter<T> _weight;
    private readonly AffineMap<T> _map;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or an option of the sparsity is out of range.</exception>
    public Nau(NauOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Outputs);
        options.Sparsity.Check();
        _sparsity = options.Sparsity;
        (Inputs, Outputs) = (options.Inputs, options.Outputs);
        _weight = new(Outputs, Inputs) { Minimum = -1, Maximum = 1 };
        _map = new AffineMap<T>(Outputs, Inputs);
        _map.AddWeight(_weight);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight)];

    /// <inheritdoc/>
    public override LayerCost Cost => new((long)Inputs * Outputs, 0, (long)_weight.Length * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override IReadOnlyList<string> AuxiliaryLosses => WholeWeights.Names;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        double bound = Math.Min(MostStart, Math.Sqrt(6.0 / (Inputs + Outputs)));
        rng.For("weight").Uniform(_weight.Values, -bound, bound);
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh() => _map.Refresh();

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => _map.GradientScratch;

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        base.Forward(pass);
        WholeWeights.AddLoss(_weight, _sparsity, pass);
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (graph.Affine(graph.Constant(_weight), inputs), null);
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

        WholeWeights.AddGradient(_weight, _sparsity, pass, gradients);
    }
}
