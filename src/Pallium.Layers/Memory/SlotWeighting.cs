using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>How a head comes to its weighting of the slots: by content, by place, and sharpened; and the reverse.</summary>
/// <remarks>
/// content = softmax(β cos(k, M_i)), gated = g content + (1 - g) before, shifted_i = Σ_j s_j gated_(i - j mod N), weighting = shifted^γ / Σ shifted^γ.
/// Powers are taken as exp(γ log(shifted + 1e-16)), and cos as k·M_i / √(|k|² |M_i|² + 1e-16), so that zeros have gradients.
/// Source: Graves et al., 2014 (arXiv 1410.5401), eq. 5 to 9.
/// </remarks>
internal static class SlotWeighting
{
    /// <summary>Added where a root or a logarithm of zero is near.</summary>
    public const double Tiny = 1e-16;

    /// <summary>Computes a weighting.</summary>
    /// <param name="control">The head's numbers.</param>
    /// <param name="squares">|M_i|², [N].</param>
    /// <param name="before">The weighting of the slice before, [N].</param>
    /// <param name="kept">What the reverse needs; k·M_i on entry, in place of the cosines.</param>
    public static void Compute<T>(in SlotControl<T> control, ReadOnlySpan<T> squares, ReadOnlySpan<T> before, in SlotRecord<T> kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slots = squares.Length;
        Span<T> work = kept.Weighting;
        Lengths(squares, control.Square, work);
        TensorPrimitives.Divide(kept.Cosine, work, kept.Cosine);
        TensorPrimitives.Multiply(kept.Cosine, control.Strength, kept.Content);
        Reduction.Softmax(kept.Content);

        int range = control.Shift.Length / 2;
        Span<T> gated = kept.Gated.Slice(range, slots);
        TensorPrimitives.Multiply(before, T.One - control.Gate, gated);
        TensorPrimitives.FusedMultiplyAdd(kept.Content, control.Gate, gated, gated);
        gated[^range..].CopyTo(kept.Gated);
        gated[..range].CopyTo(kept.Gated[(slots + range)..]);

        kept.Shifted.Clear();
        for (int j = 0; j < control.Shift.Length; j++)
        {
            TensorPrimitives.FusedMultiplyAdd(kept.Gated.Slice(control.Shift.Length - 1 - j, slots), control.Shift[j], kept.Shifted, kept.Shifted);
        }

        TensorPrimitives.Add(kept.Shifted, T.CreateChecked(Tiny), work);
        Elementary.Log<T>(work, work);
        TensorPrimitives.Multiply(work, control.Sharpness, work);
        Reduction.Softmax(work);
    }

    /// <summary>Reverse of <see cref="Compute{T}"/>.</summary>
    /// <param name="control">The head's numbers.</param>
    /// <param name="squares">|M_i|², [N].</param>
    /// <param name="before">The weighting of the slice before, [N].</param>
    /// <param name="kept">What was kept.</param>
    /// <param name="dWeighting">d loss / d weighting on entry, d loss / d that of the slice before on return, [N].</param>
    /// <param name="dProducts">d loss / d k·M_i, [N], overwritten.</param>
    /// <param name="dSquares">d loss / d |M_i|², [N], added to.</param>
    /// <param name="dShift">d loss / d s, [2 R + 1], overwritten.</param>
    /// <param name="scratch">2 N + 2 R numbers.</param>
    /// <returns>d loss / d (β, g, γ, |k|²).</returns>
    public static (T Strength, T Gate, T Sharpness, T Square) ComputeBackward<T>(
        in SlotControl<T> control, ReadOnlySpan<T> squares, ReadOnlySpan<T> before, in SlotRecord<T> kept,
        Span<T> dWeighting, Span<T> dProducts, Span<T> dSquares, Span<T> dShift, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slots = squares.Length;
        int range = control.Shift.Length / 2;
        Span<T> work = scratch[..slots];
        Span<T> dPadded = scratch.Slice(slots, slots + (2 * range));

        // Of the power.
        SoftmaxBackward(kept.Weighting, dWeighting);
        TensorPrimitives.Add(kept.Shifted, T.CreateChecked(Tiny), dProducts);
        Elementary.Log<T>(dProducts, work);
        T dSharpness = Reduction.Dot<T>(dWeighting, work);
        TensorPrimitives.Divide(dWeighting, dProducts, dWeighting);
        TensorPrimitives.Multiply(dWeighting, control.Sharpness, dWeighting);

        // Of the shift.
        dPadded.Clear();
        for (int j = 0; j < control.Shift.Length; j++)
        {
            int from = control.Shift.Length - 1 - j;
            dShift[j] = Reduction.Dot<T>(dWeighting, kept.Gated.Slice(from, slots));
            Span<T> target = dPadded.Slice(from, slots);
            TensorPrimitives.FusedMultiplyAdd(dWeighting, control.Shift[j], target, target);
        }

        Span<T> dGated = dPadded.Slice(range, slots);
        TensorPrimitives.Add(dGated[..range], dPadded[(slots + range)..], dGated[..range]);
        TensorPrimitives.Add(dGated[^range..], dPadded[..range], dGated[^range..]);

        // Of the gate.
        T dGate = Reduction.Dot<T>(dGated, kept.Content) - Reduction.Dot(dGated, before);
        TensorPrimitives.Multiply(dGated, T.One - control.Gate, dWeighting);
        TensorPrimitives.Multiply(dGated, control.Gate, dProducts);

        // Of the content.
        SoftmaxBackward(kept.Content, dProducts);
        T dStrength = Reduction.Dot<T>(dProducts, kept.Cosine);
        TensorPrimitives.Multiply(dProducts, control.Strength, dProducts);
        Lengths(squares, control.Square, work);
        TensorPrimitives.Divide(dProducts, work, dProducts);

        // cos = p/√q: dq = -dp cos/(2 √q).
        Span<T> dq = dPadded[..slots];
        TensorPrimitives.Multiply(dProducts, kept.Cosine, dq);
        TensorPrimitives.Divide(dq, work, dq);
        TensorPrimitives.Multiply(dq, T.CreateChecked(-0.5), dq);
        TensorPrimitives.FusedMultiplyAdd(dq, control.Square, dSquares, dSquares);
        return (dStrength, dGate, dSharpness, Reduction.Dot(dq, squares));
    }

    /// <summary>√(|k|² |M_i|² + tiny).</summary>
    private static void Lengths<T>(ReadOnlySpan<T> squares, T square, Span<T> lengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Multiply(squares, square, lengths);
        TensorPrimitives.Add(lengths, T.CreateChecked(Tiny), lengths);
        TensorPrimitives.Sqrt(lengths, lengths);
    }

    /// <summary>d = p (d - Σ p d).</summary>
    private static void SoftmaxBackward<T>(ReadOnlySpan<T> p, Span<T> d)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Subtract(d, Reduction.Dot(p, d), d);
        TensorPrimitives.Multiply(d, p, d);
    }
}

/// <summary>The numbers by which a head finds its weighting.</summary>
/// <param name="strength">β, positive.</param>
/// <param name="gate">g, in [0, 1].</param>
/// <param name="sharpness">γ, at least 1.</param>
/// <param name="square">|k|².</param>
/// <param name="shift">s, [2 R + 1]: shares of the shifts -R .. R.</param>
internal readonly ref struct SlotControl<T>(T strength, T gate, T sharpness, T square, ReadOnlySpan<T> shift)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public T Strength => strength;

    public T Gate => gate;

    public T Sharpness => sharpness;

    public T Square => square;

    public ReadOnlySpan<T> Shift { get; } = shift;
}

/// <summary>What is kept of the way to a weighting.</summary>
/// <param name="record">[4 N + 2 R].</param>
/// <param name="weighting">[N].</param>
internal readonly ref struct SlotRecord<T>(Span<T> record, Span<T> weighting)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>k·M_i, then cos(k, M_i), [N].</summary>
    public Span<T> Cosine { get; } = record[..weighting.Length];

    /// <summary>[N].</summary>
    public Span<T> Content { get; } = record.Slice(weighting.Length, weighting.Length);

    /// <summary>[N].</summary>
    public Span<T> Shifted { get; } = record.Slice(2 * weighting.Length, weighting.Length);

    /// <summary>R numbers from the end, the gated weighting, R numbers from the beginning.</summary>
    public Span<T> Gated { get; } = record[(3 * weighting.Length)..];

    /// <summary>[N].</summary>
    public Span<T> Weighting { get; } = weighting;
}
