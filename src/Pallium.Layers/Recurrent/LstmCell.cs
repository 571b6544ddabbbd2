using System.Numerics;
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
        int n = hidden.Length;
        Elementary.Sigmoid<T>(gates[..(2 * n)], gates[..(2 * n)]);
        Elementary.Tanh<T>(gates.Slice(2 * n, n), gates.Slice(2 * n, n));
        Elementary.Sigmoid<T>(gates[(3 * n)..], gates[(3 * n)..]);
        for (int j = 0; j < n; j++)
        {
            cell[j] = T.FusedMultiplyAdd(gates[n + j], before[j], gates[j] * gates[(2 * n) + j]);
        }

        Elementary.Tanh<T>(cell, squashed);
        for (int j = 0; j < n; j++)
        {
            hidden[j] = gates[(3 * n) + j] * squashed[j];
        }
    }

    /// <summary>Reverse of <see cref="Step"/>.</summary>
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
        int n = dHidden.Length;
        for (int j = 0; j < n; j++)
        {
            T i = gates[j];
            T f = gates[n + j];
            T g = gates[(2 * n) + j];
            T o = gates[(3 * n) + j];
            T tanh = squashed[j];
            T dc = dCell[j] + (dHidden[j] * o * (T.One - (tanh * tanh)));
            dGates[j] = dc * g * (i * (T.One - i));
            dGates[n + j] = dc * before[j] * (f * (T.One - f));
            dGates[(2 * n) + j] = dc * i * (T.One - (g * g));
            dGates[(3 * n) + j] = dHidden[j] * tanh * (o * (T.One - o));
            dCell[j] = dc * f;
        }
    }
}
