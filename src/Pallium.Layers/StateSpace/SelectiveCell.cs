using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>One slice of a selective state space, h' = exp(δ A) h + δu Bᵀ, y = h' C, one stream, and its gradients.</summary>
/// <remarks>
/// The state is [N, L], lanes over channels: an element costs one exponential and two multiply-adds, all of them independent.
/// A is held times log₂ e, so that the exponential is a power of two. Channels are padded to a multiple of
/// <see cref="Lanes{T}"/>, so that there is no tail. Source: Gu and Dao, 2023 (arXiv 2312.00752), eq. 2 and algorithm 2.
/// </remarks>
internal static class SelectiveCell
{
    /// <summary>log 2: what a rate that acts on 2^t is multiplied with to act on e^t.</summary>
    public const double Ln2 = 0.693147180559945309;

    /// <summary>log₂ e.</summary>
    public const double Log2E = 1.44269504088896341;

    /// <summary>Virtual lanes of a sum over channels, 1024 bits' worth as in <see cref="Reduction"/>.</summary>
    public static int Lanes<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => 8 * Lanes128<T>.Count;

    /// <summary>Channels with their padding.</summary>
    public static int Padded<T>(int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => checked(channels + Lanes<T>() - 1) / Lanes<T>() * Lanes<T>();

    /// <summary>Advances the state.</summary>
    /// <param name="slice">What the step reads and writes.</param>
    /// <typeparam name="T">float or double.</typeparam>
    /// <typeparam name="TKeeps">Whether the factors exp(δ A) are kept.</typeparam>
    public static void Step<T, TKeeps>(in SelectiveSlice<T> slice)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKeeps : IFlag
    {
        if (LaneWidth.Is512)
        {
            Step<T, LanePair<Lanes512<T>, T>, TKeeps>(slice);
        }
        else if (LaneWidth.Is256)
        {
            Step<T, LanePair<Lanes256<T>, T>, TKeeps>(slice);
        }
        else
        {
            Step<T, LanePair<Lanes128<T>, T>, TKeeps>(slice);
        }
    }

    /// <summary>Reverse of <see cref="Step{T, TKeeps}(in SelectiveSlice{T})"/>.</summary>
    public static void Reverse<T>(in SelectiveSlice<T> slice, in SelectiveGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Reverse<T, LanePair<Lanes512<T>, T>>(slice, gradients);
        }
        else if (LaneWidth.Is256)
        {
            Reverse<T, LanePair<Lanes256<T>, T>>(slice, gradients);
        }
        else
        {
            Reverse<T, LanePair<Lanes128<T>, T>>(slice, gradients);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Step<T, V, TKeeps>(in SelectiveSlice<T> slice)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TKeeps : IFlag
    {
        // Below it 2^t is 0; it keeps products that are out of range from becoming NaN.
        V least = V.Constant(typeof(T) == typeof(float) ? -160 : -1100);
        ref T b = ref MemoryMarshal.GetReference(slice.B);
        ref T c = ref MemoryMarshal.GetReference(slice.C);
        ref T rates = ref MemoryMarshal.GetReference(slice.Rates);
        ref T before = ref MemoryMarshal.GetReference(slice.Before);
        ref T after = ref MemoryMarshal.GetReference(slice.After);
        ref T factors = ref MemoryMarshal.GetReference(slice.Factors);
        nuint states = (nuint)slice.B.Length;
        nuint stride = (nuint)slice.Stride;
        nuint rateStride = (nuint)slice.RateStride;
        for (nuint lane = 0; lane < (nuint)slice.Delta.Length; lane += (nuint)V.Count)
        {
            V delta = V.Load(in MemoryMarshal.GetReference(slice.Delta), lane);
            V input = V.Load(in MemoryMarshal.GetReference(slice.Input), lane);
            V y = V.Zero;
            for (nuint n = 0; n < states; n++)
            {
                nuint place = (n * stride) + lane;
                V factor = ElementaryLanes.ExpBase2<T, V>(V.Max(least, delta * V.Load(in rates, (n * rateStride) + lane)));
                V h = V.MultiplyAdd(factor, V.Load(in before, place), input * V.Broadcast(Unsafe.Add(ref b, n)));
                V.Store(h, ref after, place);
                if (TKeeps.IsOn)
                {
                    V.Store(factor, ref factors, place);
                }

                y = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref c, n)), h, y);
            }

            V.Store(y, ref MemoryMarshal.GetReference(slice.Output), lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Reverse<T, V>(in SelectiveSlice<T> slice, in SelectiveGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        ref T b = ref MemoryMarshal.GetReference(slice.B);
        ref T c = ref MemoryMarshal.GetReference(slice.C);
        ref T rates = ref MemoryMarshal.GetReference(slice.Rates);
        ref T before = ref MemoryMarshal.GetReference(slice.Before);
        ref T after = ref MemoryMarshal.GetReference(slice.After);
        ref T factors = ref MemoryMarshal.GetReference(slice.Factors);
        ref T dState = ref MemoryMarshal.GetReference(gradients.State);
        ref T dRates = ref MemoryMarshal.GetReference(gradients.Rates);
        ref T dB = ref MemoryMarshal.GetReference(gradients.B);
        ref T dC = ref MemoryMarshal.GetReference(gradients.C);
        nuint states = (nuint)slice.B.Length;
        nuint stride = (nuint)slice.Stride;
        nuint rateStride = (nuint)slice.RateStride;
        nuint virtualLanes = (nuint)Lanes<T>();
        for (nuint lane = 0; lane < (nuint)slice.Delta.Length; lane += (nuint)V.Count)
        {
            V delta = V.Load(in MemoryMarshal.GetReference(slice.Delta), lane);
            V input = V.Load(in MemoryMarshal.GetReference(slice.Input), lane);
            V dy = V.Load(in MemoryMarshal.GetReference(gradients.Output), lane);
            V dDelta = V.Zero;
            V dInput = V.Zero;
            bool isFirst = lane < virtualLanes;
            nuint sum = lane % virtualLanes;
            for (nuint n = 0; n < states; n++, sum += virtualLanes)
            {
                nuint place = (n * stride) + lane;
                nuint wide = (n * rateStride) + lane;
                V dh = V.MultiplyAdd(dy, V.Broadcast(Unsafe.Add(ref c, n)), V.Load(in dState, wide));
                V.Store(V.MultiplyAdd(dy, V.Load(in after, place), isFirst ? V.Zero : V.Load(in dC, sum)), ref dC, sum);
                V.Store(V.MultiplyAdd(dh, input, isFirst ? V.Zero : V.Load(in dB, sum)), ref dB, sum);
                dInput = V.MultiplyAdd(dh, V.Broadcast(Unsafe.Add(ref b, n)), dInput);
                V passed = dh * V.Load(in factors, place);
                V.Store(passed, ref dState, wide);
                V power = passed * V.Load(in before, place);
                dDelta = V.MultiplyAdd(power, V.Load(in rates, wide), dDelta);
                V.Store(V.MultiplyAdd(power, delta, V.Load(in dRates, wide)), ref dRates, wide);
            }

            V.Store(dDelta * V.Constant(Ln2), ref MemoryMarshal.GetReference(gradients.Delta), lane);
            V.Store(dInput, ref MemoryMarshal.GetReference(gradients.Input), lane);
        }
    }
}
