using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a coupled pass of a matrix state over n steps reads and writes; see <see cref="StateSweep"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal ref struct CoupledPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>n.</summary>
    public required int Steps { get; init; }

    /// <summary>S, [R, L].</summary>
    public required Span<T> State { get; init; }

    /// <summary>d, [n, R] or [n].</summary>
    public ReadOnlySpan<T> Decay { get; init; }

    /// <summary>a, [n, R]: what the state is recalled with, r = Sᵀ a.</summary>
    public required ReadOnlySpan<T> RecallRows { get; init; }

    /// <summary>r, [n, L], overwritten.</summary>
    public required Span<T> Recalled { get; init; }

    /// <summary>b, [n, R]: the rows' factors of what is written for a recall, b c(r)ᵀ.</summary>
    public required ReadOnlySpan<T> AnswerRows { get; init; }

    /// <summary>x, [n, R]: the rows' factors of what is written besides.</summary>
    public ReadOnlySpan<T> WriteRows { get; init; }

    /// <summary>y, [n, L].</summary>
    public ReadOnlySpan<T> WriteLanes { get; init; }

    /// <summary>β, [n], for the delta rule.</summary>
    public ReadOnlySpan<T> Strength { get; init; }

    /// <summary>p, [n, R]: what the state is read with.</summary>
    public ReadOnlySpan<T> ReadRows { get; init; }

    /// <summary>o = Sᵀ p, [n, L], added to.</summary>
    public Span<T> Read { get; init; }

    /// <summary>R.</summary>
    public required int Rows { get; init; }

    /// <summary>L, a multiple of 16.</summary>
    public required int Lanes { get; init; }
}

/// <summary>How what is written follows from what was recalled, c(r), and what else a step does.</summary>
internal interface ICoupling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>x yᵀ is written besides.</summary>
    static abstract bool Writes { get; }

    /// <summary>The state is read with p.</summary>
    static abstract bool Reads { get; }

    /// <summary>c of r, y, β and the step's one decay factor.</summary>
    static abstract V Answer<V>(V recalled, V value, V strength, V decay) where V : unmanaged, ILanes<V, T>;
}

/// <summary>c = r: the low-rank rule and its transpose.</summary>
internal readonly struct LowRankCoupling<T> : ICoupling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Writes => true;

    public static bool Reads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Answer<V>(V recalled, V value, V strength, V decay) where V : unmanaged, ILanes<V, T> => recalled;
}

/// <summary>c = β (v - d r): the delta rule.</summary>
internal readonly struct DeltaCoupling<T> : ICoupling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Writes => false;

    public static bool Reads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Answer<V>(V recalled, V value, V strength, V decay) where V : unmanaged, ILanes<V, T> =>
        strength * (value - (decay * recalled));
}

/// <summary>c = -β d r: the transpose of the delta rule.</summary>
internal readonly struct DeltaTranspose<T> : ICoupling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Writes => true;

    public static bool Reads => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Answer<V>(V recalled, V value, V strength, V decay) where V : unmanaged, ILanes<V, T> =>
        -(strength * (decay * recalled));
}

/// <summary>Runs a matrix state over many steps where what is written depends on what the state recalls: S = d ∘ S + b c(Sᵀ a)ᵀ + x yᵀ, read as o = Sᵀ p.</summary>
/// <remarks>
/// A recall needs all rows before any row changes, so that rows cannot be tiled over steps as in <see cref="StateTile"/>.
/// Columns are independent: some registers of lanes run through all steps, and one sweep over the rows changes the state,
/// reads it and forms the next step's recall, so that every number of the state is loaded and stored once a step.
/// Sums run over the rows in order, whatever the width.
/// </remarks>
internal static class StateSweep
{
    /// <summary>Runs the steps in order: c(r) of a step is written in that step.</summary>
    public static void Forward<T, TDecay, TCoupling>(in CoupledPass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TDecay : IDecayForm
        where TCoupling : ICoupling<T>
    {
        int lane = 0;
        if (LaneWidth.Is512)
        {
            lane = Forward<T, LanePair<LanePair<Lanes512<T>, T>, T>, TDecay, TCoupling>(pass, lane);
            Forward<T, Lanes512<T>, TDecay, TCoupling>(pass, lane);
        }
        else if (LaneWidth.Is256)
        {
            lane = Forward<T, LanePair<Lanes256<T>, T>, TDecay, TCoupling>(pass, lane);
            Forward<T, Lanes256<T>, TDecay, TCoupling>(pass, lane);
        }
        else
        {
            Forward<T, LanePair<Lanes128<T>, T>, TDecay, TCoupling>(pass, lane);
        }
    }

    /// <summary>
    /// The transpose of <see cref="Forward{T, TDecay, TCoupling}"/>, from the last step to the first: a step writes x yᵀ,
    /// reads, recalls, and only then decays and writes b c(r)ᵀ.
    /// </summary>
    public static void Backward<T, TDecay, TCoupling>(in CoupledPass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TDecay : IDecayForm
        where TCoupling : ICoupling<T>
    {
        int lane = 0;
        if (LaneWidth.Is512)
        {
            lane = Backward<T, LanePair<LanePair<Lanes512<T>, T>, T>, TDecay, TCoupling>(pass, lane);
            Backward<T, Lanes512<T>, TDecay, TCoupling>(pass, lane);
        }
        else if (LaneWidth.Is256)
        {
            lane = Backward<T, LanePair<Lanes256<T>, T>, TDecay, TCoupling>(pass, lane);
            Backward<T, Lanes256<T>, TDecay, TCoupling>(pass, lane);
        }
        else
        {
            Backward<T, LanePair<Lanes128<T>, T>, TDecay, TCoupling>(pass, lane);
        }
    }

    /// <summary>Runs all columns from <paramref name="lane"/> on that fill a <typeparamref name="V"/>; returns the first lane left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Forward<T, V, TDecay, TCoupling>(in CoupledPass<T> pass, int lane)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TDecay : IDecayForm
        where TCoupling : ICoupling<T>
    {
        for (; pass.Steps > 0 && lane + V.Count <= pass.Lanes; lane += V.Count)
        {
            V recalled = V.Zero;
            V read = V.Zero;
            Sweep<T, V, TDecay, Off, Off, Off, On>(pass, lane, 0, 0, 0, V.Zero, ref read, ref recalled);
            for (int step = 0; step < pass.Steps; step++)
            {
                V.Store(recalled, ref pass.Recalled[(step * pass.Lanes) + lane], 0);
                V answer = Answer<T, V, TDecay, TCoupling>(pass, lane, step, recalled);
                Change<T, V, TDecay, TCoupling, On>(pass, lane, step, step, Math.Min(step + 1, pass.Steps - 1), answer, out recalled);
            }
        }

        return lane;
    }

    /// <summary>Runs all columns from <paramref name="lane"/> on that fill a <typeparamref name="V"/>; returns the first lane left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Backward<T, V, TDecay, TCoupling>(in CoupledPass<T> pass, int lane)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TDecay : IDecayForm
        where TCoupling : ICoupling<T>
    {
        for (; pass.Steps > 0 && lane + V.Count <= pass.Lanes; lane += V.Count)
        {
            V answer = V.Zero;
            V none = V.Zero;
            for (int step = pass.Steps - 1; step >= 0; step--)
            {
                V recalled;
                if (step == pass.Steps - 1)
                {
                    Change<T, V, TDecay, TCoupling, Off>(pass, lane, step, step, step, answer, out recalled);
                }
                else
                {
                    Change<T, V, TDecay, TCoupling, On>(pass, lane, step + 1, step, step, answer, out recalled);
                }

                V.Store(recalled, ref pass.Recalled[(step * pass.Lanes) + lane], 0);
                answer = Answer<T, V, TDecay, TCoupling>(pass, lane, step, recalled);
            }

            Sweep<T, V, TDecay, On, Off, Off, Off>(pass, lane, 0, 0, 0, answer, ref none, ref none);
        }

        return lane;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Answer<T, V, TDecay, TCoupling>(in CoupledPass<T> pass, int lane, int step, V recalled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TDecay : IDecayForm
        where TCoupling : ICoupling<T>
    {
        V value = V.Load(in pass.WriteLanes[(step * pass.Lanes) + lane], 0);
        V strength = V.Broadcast(pass.Strength.IsEmpty ? T.One : pass.Strength[step]);
        V decay = V.Broadcast(TDecay.IsNone || TDecay.IsByRow ? T.One : pass.Decay[step]);
        return TCoupling.Answer(recalled, value, strength, decay);
    }

    /// <summary>
    /// A step's sweep: the state decays and is answered with the factors of step <paramref name="change"/> if anything was recalled before,
    /// is written and read with those of <paramref name="write"/>, and recalled with those of <paramref name="recall"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Change<T, V, TDecay, TCoupling, TChange>(in CoupledPass<T> pass, int lane, int change, int write, int recall, in V answer, out V recalled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TDecay : IDecayForm
        where TCoupling : ICoupling<T>
        where TChange : IFlag
    {
        recalled = V.Zero;
        if (!TCoupling.Reads)
        {
            V none = V.Zero;
            Sweep<T, V, TDecay, TChange, On, Off, On>(pass, lane, change, write, recall, answer, ref none, ref recalled);
            return;
        }

        ref T place = ref pass.Read[(write * pass.Lanes) + lane];
        V read = V.Load(in place, 0);
        if (TCoupling.Writes)
        {
            Sweep<T, V, TDecay, TChange, On, On, On>(pass, lane, change, write, recall, answer, ref read, ref recalled);
        }
        else
        {
            Sweep<T, V, TDecay, TChange, Off, On, On>(pass, lane, change, write, recall, answer, ref read, ref recalled);
        }

        V.Store(read, ref place, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sweep<T, V, TDecay, TChange, TWrite, TRead, TRecall>(
        in CoupledPass<T> pass, int lane, int change, int write, int recall, in V answer, ref V read, ref V recalled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TDecay : IDecayForm
        where TChange : IFlag
        where TWrite : IFlag
        where TRead : IFlag
        where TRecall : IFlag
    {
        int rows = pass.Rows;
        ref T state = ref pass.State[lane];
        ref T d = ref At(pass.Decay, TDecay.IsByRow ? change * rows : change);
        ref T b = ref At(pass.AnswerRows, change * rows);
        ref T x = ref At(pass.WriteRows, write * rows);
        ref T p = ref At(pass.ReadRows, write * rows);
        ref T a = ref At(pass.RecallRows, recall * rows);
        V c = answer;
        V y = TWrite.IsOn ? V.Load(in At(pass.WriteLanes, write * pass.Lanes), (nuint)lane) : V.Zero;
        V decay = TChange.IsOn && !TDecay.IsNone && !TDecay.IsByRow ? V.Broadcast(d) : V.Zero;
        V o = read;
        V r = recalled;
        nint stride = pass.Lanes;
        for (nint row = 0; row < rows; row++)
        {
            V s = V.Load(in state, 0);
            if (TChange.IsOn)
            {
                V factor = V.Broadcast(Unsafe.Add(ref b, row));
                s = TDecay.IsNone ? V.MultiplyAdd(factor, c, s)
                    : V.MultiplyAdd(TDecay.IsByRow ? V.Broadcast(Unsafe.Add(ref d, row)) : decay, s, factor * c);
            }

            if (TWrite.IsOn)
            {
                s = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref x, row)), y, s);
            }

            if (TChange.IsOn || TWrite.IsOn)
            {
                V.Store(s, ref state, 0);
            }

            o = TRead.IsOn ? V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref p, row)), s, o) : o;
            r = TRecall.IsOn ? V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref a, row)), s, r) : r;
            state = ref Unsafe.Add(ref state, stride);
        }

        read = o;
        recalled = r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T At<T>(ReadOnlySpan<T> span, int offset)
        where T : unmanaged =>
        ref Unsafe.Add(ref MemoryMarshal.GetReference(span), offset);
}
