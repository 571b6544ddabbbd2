using System.Numerics;

namespace Pallium.Layers;

/// <summary>What <see cref="SelectiveCell"/> reads and writes in one slice of one stream, L channels of it, a multiple of <see cref="SelectiveCell.Lanes{T}"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct SelectiveSlice<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>δ, [L].</summary>
    public required ReadOnlySpan<T> Delta { get; init; }

    /// <summary>δ u, [L].</summary>
    public required ReadOnlySpan<T> Input { get; init; }

    /// <summary>B, [N].</summary>
    public required ReadOnlySpan<T> B { get; init; }

    /// <summary>C, [N].</summary>
    public required ReadOnlySpan<T> C { get; init; }

    /// <summary>A log₂ e, [N, L] in rows of <see cref="RateStride"/>.</summary>
    public required ReadOnlySpan<T> Rates { get; init; }

    /// <summary>Numbers from one row of the rates, and of the gradients of rates and state, to the next.</summary>
    public required int RateStride { get; init; }

    /// <summary>h, [N, L] in rows of <see cref="Stride"/>.</summary>
    public required ReadOnlySpan<T> Before { get; init; }

    /// <summary>h', [N, L]; may be the same memory as h.</summary>
    public required Span<T> After { get; init; }

    /// <summary>exp(δ A), [N, L], where they are kept.</summary>
    public Span<T> Factors { get; init; }

    /// <summary>Numbers from one row of the states and factors to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>y = h' C, [L], overwritten.</summary>
    public required Span<T> Output { get; init; }
}

/// <summary>Gradients that flow through one slice of <see cref="SelectiveCell"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct SelectiveGradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>d loss / d y, [L].</summary>
    public required ReadOnlySpan<T> Output { get; init; }

    /// <summary>d loss / d h' on entry, d loss / d h on return, [N, L] in rows of the rates' stride.</summary>
    public required Span<T> State { get; init; }

    /// <summary>d loss / d A, [N, L] in rows of the rates' stride, added to.</summary>
    public required Span<T> Rates { get; init; }

    /// <summary>d loss / d δ as far as it acts through A, [L], overwritten.</summary>
    public required Span<T> Delta { get; init; }

    /// <summary>d loss / d (δ u), [L], overwritten.</summary>
    public required Span<T> Input { get; init; }

    /// <summary>d loss / d B lane by lane, [N, W], overwritten: each row is to be summed.</summary>
    public required Span<T> B { get; init; }

    /// <summary>d loss / d C lane by lane, [N, W], overwritten.</summary>
    public required Span<T> C { get; init; }
}
