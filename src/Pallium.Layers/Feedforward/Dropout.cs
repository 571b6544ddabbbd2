using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Dropout{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
/// <param name="Rate">Share p of channels set to zero, at least 0 and less than 1.</param>
public sealed record DropoutOptions(int Channels, double Rate);

/// <summary>In learning, each channel of each slice is 0 with probability p and x/(1 - p) else; otherwise y = x.</summary>
/// <remarks>
/// What is dropped is keyed by the pass's noise, the row's index in the whole batch and the step, so that it does not
/// depend on how a batch is cut. Source: Srivastava et al., JMLR 15, 2014.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Dropout<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _rate;

    /// <summary>Creates the layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, or the rate is out of range.</exception>
    public Dropout(DropoutOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Rate, 1);
        Inputs = options.Channels;
        _rate = options.Rate;
    }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <inheritdoc/>
    public int Outputs => Inputs;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [];

    /// <inheritdoc/>
    public LayerCost Cost => default;

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
    }

    /// <inheritdoc/>
    public void Refresh()
    {
    }

    /// <inheritdoc/>
    public int StepScratch(int rows) => 0;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        this.CheckStep(inputs, elapsed, states, outputs, scratch);
        inputs.CopyTo(outputs);
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(steps * rows * Inputs);

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => 0;

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        if (pass.Noise is not { } noise)
        {
            pass.Inputs.CopyTo(pass.Outputs);
            return;
        }

        T kept = T.CreateChecked(1 / (1 - _rate));
        for (int row = 0; row < pass.Rows; row++)
        {
            Rng ofRow = noise.For(pass.FirstRow + row);
            for (int step = 0; step < pass.Steps; step++)
            {
                Rng rng = ofRow.For(step);
                foreach (ref T factor in pass.Trace.Slice(((step * pass.Rows) + row) * Inputs, Inputs))
                {
                    factor = rng.Uniform() < _rate ? T.Zero : kept;
                }
            }
        }

        TensorPrimitives.Multiply(pass.Inputs, pass.Trace[..pass.Inputs.Length], pass.Outputs);
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        if (pass.Noise is null)
        {
            TensorPrimitives.Add(gradients.Inputs, gradients.Outputs, gradients.Inputs);
        }
        else
        {
            TensorPrimitives.FusedMultiplyAdd(gradients.Outputs, pass.Trace[..gradients.Outputs.Length], gradients.Inputs, gradients.Inputs);
        }
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state) => (inputs, null);
}
