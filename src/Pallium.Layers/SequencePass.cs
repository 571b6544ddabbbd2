using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a layer's learning form reads and writes over one window of B rows and T steps.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct SequencePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>T.</summary>
    public required int Steps { get; init; }

    /// <summary>B.</summary>
    public required int Rows { get; init; }

    /// <summary>x, [T, B, I].</summary>
    public required ReadOnlySpan<T> Inputs { get; init; }

    /// <summary>dt, [T, B].</summary>
    public required ReadOnlySpan<T> Elapsed { get; init; }

    /// <summary>States before the first step, [B, S].</summary>
    public required ReadOnlySpan<T> Start { get; init; }

    /// <summary>y, [T, B, O], overwritten.</summary>
    public required Span<T> Outputs { get; init; }

    /// <summary>States after the last step, [B, S], overwritten; does not overlap <see cref="Start"/>.</summary>
    public required Span<T> Final { get; init; }

    /// <summary>Kept from Forward to Backward; TraceSize numbers.</summary>
    public required Span<T> Trace { get; init; }

    /// <summary>PassScratch numbers, free before and after each call.</summary>
    public required Span<T> Scratch { get; init; }

    /// <summary>Each auxiliary loss summed over the window's slices, added to; empty: not wanted.</summary>
    public Span<T> Auxiliary { get; init; }

    /// <summary>The random stream of this window where it is a learning one (dropout draws from it); null: nothing is dropped.</summary>
    public Rng? Noise { get; init; }

    /// <summary>Index of the first row in the whole batch: noise is keyed by it, so that a row's noise does not depend on how the batch is cut.</summary>
    public int FirstRow { get; init; }

    /// <summary>Share of learning that is still ahead, from 1 to 0, for what is annealed; 0 in answers.</summary>
    public double Ahead { get; init; }
}

/// <summary>Gradients that flow into and out of a layer's reverse pass. Everything written is added to; nothing is cleared.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct SequenceGradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>d loss / d y, [T, B, O].</summary>
    public required ReadOnlySpan<T> Outputs { get; init; }

    /// <summary>d loss / d final state, [B, S]; empty: zero.</summary>
    public ReadOnlySpan<T> Final { get; init; }

    /// <summary>d loss / d auxiliary losses, one per loss; empty: zero.</summary>
    public ReadOnlySpan<T> Auxiliary { get; init; }

    /// <summary>d loss / d x, [T, B, I]; empty: not wanted.</summary>
    public Span<T> Inputs { get; init; }

    /// <summary>d loss / d dt, [T, B]; empty: not wanted.</summary>
    public Span<T> Elapsed { get; init; }

    /// <summary>d loss / d start state, [B, S]; empty: not wanted.</summary>
    public Span<T> Start { get; init; }

    /// <summary>d loss / d parameters.</summary>
    public required Gradients<T> Parameters { get; init; }
}
