using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The closed-form solution of a liquid cell over elapsed time dt, one row, and its gradients.</summary>
/// <remarks>
/// Gated: h = f₁ (1 - s) + s f₂ (default) or f₁ + s f₂ (no gate), s = σ(a dt + b). Pure: h = A - A exp(-dt (|w| + |f|)) f.
/// Source: Hasani et al., Nature Machine Intelligence 4, 2022, eq. 3 and 4. Derivative of |u| at 0 is 0.
/// </remarks>
internal static class CfcCell
{
    /// <summary>The backbone's activation, z = 1.7159 tanh(0.666 a), in place. Source: LeCun et al., Efficient BackProp, 1998, section 4.4.</summary>
    public static void Squash<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T slope = T.CreateChecked(0.666);
        T scale = T.CreateChecked(1.7159);
        for (int k = 0; k < values.Length; k++)
        {
            values[k] *= slope;
        }

        Elementary.Tanh<T>(values, values);
        for (int k = 0; k < values.Length; k++)
        {
            values[k] *= scale;
        }
    }

    /// <summary>Reverse of <see cref="Squash"/>: turns d loss / d z into d loss / d a, in place.</summary>
    public static void SquashBackward<T>(ReadOnlySpan<T> z, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T steepest = T.CreateChecked(0.666 * 1.7159);
        T curvature = T.CreateChecked(-0.666 / 1.7159);
        for (int k = 0; k < z.Length; k++)
        {
            gradient[k] *= T.FusedMultiplyAdd(z[k] * z[k], curvature, steepest);
        }
    }

    /// <summary>Advances a gated cell.</summary>
    /// <param name="heads">Affine images f₁ | f₂ | a | b, [4H], on entry; tanh f₁ | tanh f₂ | a | s on return.</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="keep">1 for the default form, 0 without gate: h = f₁ (1 - keep s) + s f₂.</param>
    /// <param name="hidden">h, [H], overwritten.</param>
    public static void GatedStep<T>(Span<T> heads, T elapsed, T keep, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = hidden.Length;
        Elementary.Tanh<T>(heads[..(2 * n)], heads[..(2 * n)]);
        Span<T> gate = heads[(3 * n)..];
        for (int j = 0; j < n; j++)
        {
            gate[j] = T.FusedMultiplyAdd(heads[(2 * n) + j], elapsed, gate[j]);
        }

        Elementary.Sigmoid<T>(gate, gate);
        for (int j = 0; j < n; j++)
        {
            T first = heads[j];
            hidden[j] = T.FusedMultiplyAdd(gate[j], T.FusedMultiplyAdd(-keep, first, heads[n + j]), first);
        }
    }

    /// <summary>Reverse of <see cref="GatedStep"/>.</summary>
    /// <param name="heads">What the step left, [4H].</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="keep">As in the step.</param>
    /// <param name="dHidden">d loss / d h, [H].</param>
    /// <param name="dHeads">d loss / d affine images, [4H], overwritten.</param>
    public static void GatedStepBackward<T>(ReadOnlySpan<T> heads, T elapsed, T keep, ReadOnlySpan<T> dHidden, Span<T> dHeads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = dHidden.Length;
        for (int j = 0; j < n; j++)
        {
            T first = heads[j];
            T second = heads[n + j];
            T s = heads[(3 * n) + j];
            T dh = dHidden[j];
            T dGate = dh * T.FusedMultiplyAdd(-keep, first, second) * (s * (T.One - s));
            dHeads[j] = dh * T.FusedMultiplyAdd(-keep, s, T.One) * (T.One - (first * first));
            dHeads[n + j] = dh * s * (T.One - (second * second));
            dHeads[(2 * n) + j] = dGate * elapsed;
            dHeads[(3 * n) + j] = dGate;
        }
    }

    /// <summary>d loss / d dt of a gated cell: Σ a · d loss / d (a dt + b).</summary>
    public static T GatedElapsedBackward<T>(ReadOnlySpan<T> heads, ReadOnlySpan<T> dHeads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = heads.Length / 4;
        T sum = T.Zero;
        for (int j = 2 * n; j < 3 * n; j++)
        {
            sum = T.FusedMultiplyAdd(heads[j], dHeads[n + j], sum);
        }

        return sum;
    }

    /// <summary>Advances a pure cell.</summary>
    /// <param name="heads">f | room, [2H], on entry; f | exp(-dt (|w| + |f|)) on return.</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="target">A, [H].</param>
    /// <param name="rate">w, [H].</param>
    /// <param name="hidden">h, [H], overwritten.</param>
    public static void PureStep<T>(Span<T> heads, T elapsed, ReadOnlySpan<T> target, ReadOnlySpan<T> rate, Span<T> hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = hidden.Length;
        Span<T> decay = heads[n..];
        for (int j = 0; j < n; j++)
        {
            decay[j] = -elapsed * (T.Abs(rate[j]) + T.Abs(heads[j]));
        }

        Elementary.Exp<T>(decay, decay);
        for (int j = 0; j < n; j++)
        {
            hidden[j] = T.FusedMultiplyAdd(-target[j] * decay[j], heads[j], target[j]);
        }
    }

    /// <summary>Reverse of <see cref="PureStep"/>; returns d loss / d dt.</summary>
    /// <param name="heads">What the step left, [2H].</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="target">A, [H].</param>
    /// <param name="rate">w, [H].</param>
    /// <param name="dHidden">d loss / d h, [H].</param>
    /// <param name="dHeads">d loss / d f, [H], overwritten.</param>
    /// <param name="dTarget">Added to, [H].</param>
    /// <param name="dRate">Added to, [H].</param>
    public static T PureStepBackward<T>(
        ReadOnlySpan<T> heads, T elapsed, ReadOnlySpan<T> target, ReadOnlySpan<T> rate,
        ReadOnlySpan<T> dHidden, Span<T> dHeads, Span<T> dTarget, Span<T> dRate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = dHidden.Length;
        T dElapsed = T.Zero;
        for (int j = 0; j < n; j++)
        {
            T f = heads[j];
            T decay = heads[n + j];
            T a = dHidden[j] * target[j] * decay;
            dHeads[j] = a * ((elapsed * T.Abs(f)) - T.One);
            dTarget[j] += dHidden[j] * (T.One - (decay * f));
            dRate[j] += a * f * elapsed * Sign(rate[j]);
            dElapsed = T.FusedMultiplyAdd(a * f, T.Abs(rate[j]) + T.Abs(f), dElapsed);
        }

        return dElapsed;
    }

    private static T Sign<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        T.CreateChecked(T.Sign(x));
}
