using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gates of a gated recurrent unit, one row: r = σ(a_r + b_r), z = σ(a_z + b_z), n = tanh(a_n + r b_n), h' = (1 - z) n + z h, and their gradients.</summary>
/// <remarks>Source: Cho et al., EMNLP 2014, in the form of torch, where r acts on the product U h + b.</remarks>
internal static class GruCell
{
    /// <summary>Advances the state.</summary>
    /// <param name="gates">a = W x + b, [3H], on entry; r, z, n on return.</param>
    /// <param name="recurrent">b = U h + b', [3H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="hidden">h', [H]; may be the same memory as <paramref name="before"/>.</param>
    public static void Step<T>(Span<T> gates, ReadOnlySpan<T> recurrent, ReadOnlySpan<T> before, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = hidden.Length;
        for (int j = 0; j < 2 * n; j++)
        {
            gates[j] += recurrent[j];
        }

        Elementary.Sigmoid<T>(gates[..(2 * n)], gates[..(2 * n)]);
        Span<T> candidate = gates[(2 * n)..];
        for (int j = 0; j < n; j++)
        {
            candidate[j] = T.FusedMultiplyAdd(gates[j], recurrent[(2 * n) + j], candidate[j]);
        }

        Elementary.Tanh<T>(candidate, candidate);
        for (int j = 0; j < n; j++)
        {
            hidden[j] = T.FusedMultiplyAdd(gates[n + j], before[j] - candidate[j], candidate[j]);
        }
    }

    /// <summary>Reverse of <see cref="Step"/>.</summary>
    /// <param name="gates">r, z, n, [3H].</param>
    /// <param name="recurrent">b, [3H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="dHidden">d loss / d h' on entry; on return, what of d loss / d h does not pass through b, [H].</param>
    /// <param name="dGates">d loss / d a, [3H], overwritten.</param>
    /// <param name="dRecurrent">d loss / d b, [3H], overwritten.</param>
    public static void StepBackward<T>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> recurrent, ReadOnlySpan<T> before, Span<T> dHidden, Span<T> dGates, Span<T> dRecurrent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = dHidden.Length;
        for (int j = 0; j < n; j++)
        {
            T r = gates[j];
            T z = gates[n + j];
            T candidate = gates[(2 * n) + j];
            T dh = dHidden[j];
            T dCandidate = dh * (T.One - z) * (T.One - (candidate * candidate));
            T dr = dCandidate * recurrent[(2 * n) + j] * (r * (T.One - r));
            T dz = dh * (before[j] - candidate) * (z * (T.One - z));
            dGates[j] = dr;
            dGates[n + j] = dz;
            dGates[(2 * n) + j] = dCandidate;
            dRecurrent[j] = dr;
            dRecurrent[n + j] = dz;
            dRecurrent[(2 * n) + j] = dCandidate * r;
            dHidden[j] = dh * z;
        }
    }
}
