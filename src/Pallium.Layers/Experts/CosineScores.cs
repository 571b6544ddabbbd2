using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Scores of experts on the unit sphere: s_i = x · e_i/|e_i| / τ for x of length one; parameters emb [E, C] and tau.</summary>
/// <remarks>Source: Chi et al., NeurIPS 2022 (arXiv 2204.09179), eq. 6 and 7.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class CosineScores<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double ShortestLength = 1e-12;
    private const double LeastTemperature = 0.01;
    private const double UsualTemperature = 0.07;

    private readonly Parameter<T> _directions;
    private readonly Parameter<T> _temperature = new() { Minimum = LeastTemperature };
    private readonly T[] _units;
    private readonly T[] _lengths;
    private readonly PackedMatrix<T> _forward;
    private readonly PackedMatrix<T> _reverse;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <param name="channels">Channels C of x.</param>
    /// <param name="experts">Experts E.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public CosineScores(int channels, int experts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(experts);
        (Inputs, Outputs) = (channels, experts);
        _directions = new(experts, channels);
        _units = new T[experts * channels];
        _lengths = new T[experts];
        _forward = new PackedMatrix<T>(channels, experts);
        _reverse = new PackedMatrix<T>(experts, channels);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("emb", _directions), ("tau", _temperature)];

    /// <inheritdoc/>
    public override LayerCost Cost => new((long)Inputs * Outputs, Outputs, (long)(_directions.Length + 1) * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        rng.For("emb").Normal(_directions.Values, 1);
        _temperature.Values[0] = T.CreateChecked(UsualTemperature);
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        for (int i = 0; i < Outputs; i++)
        {
            ReadOnlySpan<T> direction = _directions.Values.Slice(i * Inputs, Inputs);
            _lengths[i] = T.Max(T.Sqrt(Reduction.SumOfSquares(direction)), T.CreateChecked(ShortestLength));
            TensorPrimitives.Divide(direction, _lengths[i], _units.AsSpan(i * Inputs));
        }

        _forward.PackTransposed(_units);
        _reverse.Pack(_units);
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked(SpanCarver.Room(steps * rows * Outputs) + SpanCarver.Room(_units.Length));

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode directions = graph.Constant(_directions);
        int[] expertOf = [.. Enumerable.Range(0, _directions.Length).Select(i => i / Inputs)];
        StepNode lengths = graph.Apply(StepOperation.Sqrt, graph.Scatter(graph.Multiply(directions, directions), Outputs, expertOf));
        StepNode units = graph.Divide(directions, graph.Gather(lengths, expertOf));
        return (graph.Divide(graph.Affine(units, inputs), graph.Constant(_temperature)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        outputs.Clear();
        _forward.Accumulate(slices, inputs, Inputs, outputs, Outputs);
        TensorPrimitives.Divide(outputs, _temperature.Values[0], outputs);
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dCosines = carver.Take(slices * Outputs);
        Span<T> dUnits = carver.Take(_units.Length);
        T temperature = _temperature.Values[0];
        gradients.Parameters[_temperature][0] -= Reduction.Dot(gradients.Outputs, pass.Outputs) / temperature;
        TensorPrimitives.Divide(gradients.Outputs, temperature, dCosines);
        dUnits.Clear();
        MatrixProduct.AccumulateTransposedA(Outputs, Inputs, slices, dCosines, Outputs, pass.Inputs, Inputs, dUnits, Inputs);
        for (int i = 0; i < Outputs; i++)
        {
            ReadOnlySpan<T> unit = _units.AsSpan(i * Inputs, Inputs);
            ReadOnlySpan<T> dUnit = dUnits.Slice(i * Inputs, Inputs);
            Span<T> target = gradients.Parameters[_directions].Slice(i * Inputs, Inputs);
            TensorPrimitives.FusedMultiplyAdd(dUnit, T.One / _lengths[i], target, target);
            TensorPrimitives.FusedMultiplyAdd(unit, -Reduction.Dot(unit, dUnit) / _lengths[i], target, target);
        }

        if (!gradients.Inputs.IsEmpty)
        {
            _reverse.Accumulate(slices, dCosines, Outputs, gradients.Inputs, Inputs);
        }
    }
}
