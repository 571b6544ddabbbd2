using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="DepthGate{T}"/> is made from.</summary>
/// <param name="Share">Share c of the slices to let through, in (0, 1].</param>
public sealed record DepthGateOptions(double Share)
{
    /// <summary>Slices b by which the number let through may run ahead of, or behind, its share, but for one.</summary>
    public double Slack { get; init; } = 16;

    /// <summary>Whether learning lets the best of each row's window through instead: what streaming cannot do, as it would have to know what comes.</summary>
    public bool LearnsFromWholeWindow { get; init; }
}

/// <summary>Lets a share of the slices through: y = p where 2p - 1 > d/b, else 0, for p in (0, 1); the state d counts how many more were let through than the share.</summary>
/// <remarks>
/// d ← d + [let through] - c. As d nears b the threshold nears 1, and as it nears -b it nears 0, so that |d| ≤ b + 1 always: any run of T slices has
/// between c T - 2(b + 1) and c T + 2(b + 1) let through. The choice counts as fixed in the reverse pass.
/// Source of the mixture of depths that it serves: Raposo et al., 2024 (arXiv 2404.02258), whose choice among a whole sequence is the option; the controller is our own.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DepthGate<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DepthGateOptions _options;
    private readonly T _share;
    private readonly T _gain;

    /// <summary>Creates the gate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share lies outside (0, 1], or the slack is not positive.</exception>
    public DepthGate(DepthGateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Share, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Slack);
        _options = options;
        _share = T.CreateChecked(options.Share);
        _gain = T.CreateChecked(1 / options.Slack);
    }

    /// <inheritdoc/>
    public int Inputs => 1;

    /// <inheritdoc/>
    public int Outputs => 1;

    /// <summary>d.</summary>
    public int StateSize => 1;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [];

    /// <inheritdoc/>
    public LayerCost Cost => new(2, 0, 0, Unsafe.SizeOf<T>());

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
    }

    /// <inheritdoc/>
    public void Refresh()
    {
    }

    /// <inheritdoc/>
    public void ConstrainStart(Span<T> start) =>
        start[0] = T.Clamp(start[0], T.CreateChecked(-_options.Slack - 1), T.CreateChecked(_options.Slack + 1));

    /// <inheritdoc/>
    public int StepScratch(int rows) => 0;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        for (int row = 0; row < rows; row++)
        {
            outputs[row] = Advance(inputs[row], Opens(inputs[row], states[row]), ref states[row]);
        }
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => 0;

    /// <summary>One row's p and marks, for the choice among a whole window.</summary>
    public int PassScratch(int steps, int rows) => _options.LearnsFromWholeWindow ? checked(2 * SpanCarver.Room(steps)) : 0;

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Start.CopyTo(pass.Final);
        bool isWhole = _options.LearnsFromWholeWindow && pass.Noise is not null;
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<T> marks = isWhole ? MarkBest(pass, row) : [];
            ref T state = ref pass.Final[row];
            for (int step = 0; step < pass.Steps; step++)
            {
                int slice = (step * pass.Rows) + row;
                T p = pass.Inputs[slice];
                pass.Outputs[slice] = Advance(p, isWhole ? !T.IsZero(marks[step]) : Opens(p, state), ref state);
            }
        }
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        for (int slice = 0; slice < gradients.Inputs.Length; slice++)
        {
            gradients.Inputs[slice] += T.IsZero(pass.Outputs[slice]) ? T.Zero : gradients.Outputs[slice];
        }

        if (!gradients.Final.IsEmpty)
        {
            StateRows.Add(pass.Rows, 1, 0, 1, gradients.Final, gradients.Start);
        }
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode excess = graph.Subtract(graph.Subtract(graph.Add(inputs, inputs), graph.Constant(T.One)), graph.Multiply(state!, graph.Constant(_gain)));
        StepNode opens = graph.IsNotZero(graph.Max(excess, graph.Constant(T.Zero)));
        return (graph.Multiply(inputs, opens), graph.Add(state!, graph.Subtract(opens, graph.Constant(_share))));
    }

    private bool Opens(T p, T state) => p + p - T.One > state * _gain;

    private T Advance(T p, bool opens, ref T state)
    {
        state += (opens ? T.One : T.Zero) - _share;
        return opens ? p : T.Zero;
    }

    /// <summary>Marks the slices of a row with the greatest p, as many as its share.</summary>
    private Span<T> MarkBest(in SequencePass<T> pass, int row)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> p = carver.Take(pass.Steps);
        Span<T> marks = carver.Take(pass.Steps);
        for (int step = 0; step < pass.Steps; step++)
        {
            p[step] = pass.Inputs[(step * pass.Rows) + row];
        }

        Choice.MarkLargest(p, (int)Math.Ceiling(_options.Share * pass.Steps), marks);
        return marks;
    }
}
