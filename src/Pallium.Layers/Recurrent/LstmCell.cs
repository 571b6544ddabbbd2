using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gates of a long short-term memory cell, one row: c' = σ(f) c + σ(i) tanh(g), h = σ(o) tanh(c'), and their gradients.</summary>
/// <remarks>Source: Hochreiter and Schmidhuber, Neural Computation 9(8), 1997, with the forget gate of Gers et al., 2000. Gates lie in the order i, f, g, o.</remarks>
internal static class LstmCell
{
    /// <summary>Activates the gates and advances the cell.</summary>
    /// <param name="gates">W x + U h + b, [4H], on entry; σ(i), σ(f), tanh(g), σ(o) on return.</param>
    /// <param name="before">c, [H].</param>
    /// <param name="cell">c', [H]; may be the same memory as <paramref name="before"/>.</param>
    /// <param name="squashed">tanh(c'), [H].</param>
    /// <param name="hidden">h, [H].</param>
    public static void Step<T>(Span<T> gates, ReadOnlySpan<T> before, Span<T> cell, Span<T> squashed, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Step<T, Lanes512<T>>(gates, before, cell, squashed, hidden);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, Lanes256<T>>(gates, before, cell, squashed, hidden);
        }
        else
        {
            Step<T, Lanes128<T>>(gates, before, cell, squashed, hidden);
        }
    }

    /// <summary>Reverse of <see cref="Step{T}"/>.</summary>
    /// <param name="gates">The activated gates, [4H].</param>
    /// <param name="before">c, [H].</param>
    /// <param name="squashed">tanh(c'), [H].</param>
    /// <param name="dHidden">d loss / d h, [H].</param>
    /// <param name="dCell">d loss / d c' on entry, d loss / d c on return, [H].</param>
    /// <param name="dGates">d loss / d (W x + U h + b), [4H], overwritten.</param>
    public static void StepBackward<T>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> before, ReadOnlySpan<T> squashed, ReadOnlySpan<T> dHidden, Span<T> dCell, Span<T> dGates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            StepBackward<T, Lanes512<T>>(gates, before, squashed, dHidden, dCell, dGates);
        }
        else if (LaneWidth.Is256)
        {
            StepBackward<T, Lanes256<T>>(gates, before, squashed, dHidden, dCell, dGates);
        }
        else
        {
            StepBackward<T, Lanes128<T>>(gates, before, squashed, dHidden, dCell, dGates);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step<T, V>(Span<T> gates, ReadOnlySpan<T> before, Span<T> cell, Span<T> squashed, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int n = hidden.Length;
        Span<T> inputGate = gates[..n];
        Span<T> forgetGate = gates.Slice(n, n);
        Span<T> candidate = gates.Slice(2 * n, n);
        Span<T> outputGate = gates.Slice(3 * n, n);
        for (int j = 0; j < n; j += V.Count)
        {
            (V i, V f) = ElementaryLanes.Sigmoid<T, LanePair<V, T>>(new(LaneSpan.Load<T, V>(inputGate, j), LaneSpan.Load<T, V>(forgetGate, j)));
            V g = ElementaryLanes.Tanh<T, V>(LaneSpan.Load<T, V>(candidate, j));
            V o = ElementaryLanes.Sigmoid<T, V>(LaneSpan.Load<T, V>(outputGate, j));
            V c = V.MultiplyAdd(f, LaneSpan.Load<T, V>(before, j), i * g);
            V tanh = ElementaryLanes.Tanh<T, V>(c);
            LaneSpan.Store(i, inputGate, j);
            LaneSpan.Store(f, forgetGate, j);
            LaneSpan.Store(g, candidate, j);
            LaneSpan.Store(o, outputGate, j);
            LaneSpan.Store(c, cell, j);
            LaneSpan.Store(tanh, squashed, j);
            LaneSpan.Store(o * tanh, hidden, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepBackward<T, V>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> before, ReadOnlySpan<T> squashed, ReadOnlySpan<T> dHidden, Span<T> dCell, Span<T> dGates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int n = dHidden.Length;
        V one = V.Constant(1);
        for (int j = 0; j < n; j += V.Count)
        {
            V i = LaneSpan.Load<T, V>(gates[..n], j);
            V f = LaneSpan.Load<T, V>(gates.Slice(n, n), j);
            V g = LaneSpan.Load<T, V>(gates.Slice(2 * n, n), j);
            V o = LaneSpan.Load<T, V>(gates.Slice(3 * n, n), j);
            V tanh = LaneSpan.Load<T, V>(squashed, j);
            V dh = LaneSpan.Load<T, V>(dHidden, j);
            V dc = LaneSpan.Load<T, V>(dCell, j) + (dh * o * (one - (tanh * tanh)));
            LaneSpan.Store(dc * g * (i * (one - i)), dGates[..n], j);
            LaneSpan.Store(dc * LaneSpan.Load<T, V>(before, j) * (f * (one - f)), dGates.Slice(n, n), j);
            LaneSpan.Store(dc * i * (one - (g * g)), dGates.Slice(2 * n, n), j);
            LaneSpan.Store(dh * tanh * (o * (one - o)), dGates.Slice(3 * n, n), j);
            LaneSpan.Store(dc * f, dCell, j);
        }
    }
}
