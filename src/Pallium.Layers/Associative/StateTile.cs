using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a pass of a matrix state over n steps reads and writes; see <see cref="StateTile"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal ref struct StatePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>n.</summary>
    public required int Steps { get; init; }

    /// <summary>Whether the steps run from the last to the first.</summary>
    public bool IsBackward { get; init; }

    /// <summary>S, [R, L].</summary>
    public required Span<T> State { get; init; }

    /// <summary>d, [n, R], [n, L] or [n].</summary>
    public ReadOnlySpan<T> Decay { get; init; }

    /// <summary>x, [n, R]: the rows' factors of what is written.</summary>
    public required ReadOnlySpan<T> WriteRows { get; init; }

    /// <summary>y, [n, L]: the lanes' factors of what is written.</summary>
    public required ReadOnlySpan<T> WriteLanes { get; init; }

    /// <summary>p, [n, R]: what the state is read with.</summary>
    public required ReadOnlySpan<T> ReadRows { get; init; }

    /// <summary>o = Sᵀ p, [n, L], added to.</summary>
    public required Span<T> Read { get; init; }

    /// <summary>x', [n, R]: written together with the decay.</summary>
    public ReadOnlySpan<T> SecondWriteRows { get; init; }

    /// <summary>y', [n, L].</summary>
    public ReadOnlySpan<T> SecondWriteLanes { get; init; }

    /// <summary>p', [n, R]: read before the step, or, where the decay comes last, with the first.</summary>
    public ReadOnlySpan<T> SecondReadRows { get; init; }

    /// <summary>o' = Sᵀ p', [n, L], added to.</summary>
    public Span<T> SecondRead { get; init; }

    /// <summary>R, a multiple of 8.</summary>
    public required int Rows { get; init; }

    /// <summary>L, a multiple of 16.</summary>
    public required int Lanes { get; init; }
}

/// <summary>Runs a matrix state over many steps, tile by tile: S = d ∘ S + x' y'ᵀ + x yᵀ, read as o = Sᵀ p.</summary>
/// <remarks>
/// A tile of 8 rows and one or two registers stays in registers over all steps, so that a step costs its multiply-adds and
/// no traffic of the state. A read adds up the rows in order, whatever the tile, so that neither the register width nor the
/// number of steps in a call shows in the bits. What is written must not depend on what is read; see <see cref="StateSweep"/>.
/// </remarks>
internal static class StateTile
{
    private const int TileRows = 8;

    /// <summary>Runs the pass.</summary>
    public static void Run<T, TOrder, TDecay, TSecondWrite, TSecondRead>(in StatePass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IStepOrder
        where TDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        if (pass.Steps == 0)
        {
            return;
        }

        int lane = 0;
        if (LaneWidth.Is512)
        {
            Run<T, Lanes512<T>, TOrder, TDecay, TSecondWrite, TSecondRead>(pass, lane);
        }
        else if (LaneWidth.Is256)
        {
            Run<T, Lanes256<T>, TOrder, TDecay, TSecondWrite, TSecondRead>(pass, lane);
        }
        else
        {
            Run<T, Lanes128<T>, TOrder, TDecay, TSecondWrite, TSecondRead>(pass, lane);
        }
    }

    /// <summary>Runs the tiles from <paramref name="lane"/> on that are one <typeparamref name="V"/> wide; returns the first lane left over.</summary>
    public static int Run<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(in StatePass<T> pass, int lane)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TOrder : IStepOrder
        where TDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        for (; lane + V.Count <= pass.Lanes; lane += V.Count)
        {
            for (int row = 0; row < pass.Rows; row += TileRows)
            {
                RunTile<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(pass, row, lane);
            }
        }

        return lane;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RunTile<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(in StatePass<T> pass, int row, int lane)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TOrder : IStepOrder
        where TDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        nint rowStep = pass.Rows * Unsafe.SizeOf<T>();
        nint laneStep = pass.Lanes * Unsafe.SizeOf<T>();
        nint decayStep = TDecay.IsByRow ? rowStep : TDecay.IsByLane ? laneStep : Unsafe.SizeOf<T>();
        nint last = pass.IsBackward ? pass.Steps - 1 : 0;
        ref T x = ref At(pass.WriteRows, row, last * rowStep);
        ref T p = ref At(pass.ReadRows, row, last * rowStep);
        ref T y = ref At(pass.WriteLanes, lane, last * laneStep);
        ref T o = ref At(pass.Read, lane, last * laneStep);
        ref T d = ref At(pass.Decay, TDecay.IsByRow ? row : TDecay.IsByLane ? lane : 0, last * decayStep);
        ref T x2 = ref At(pass.SecondWriteRows, row, last * rowStep);
        ref T p2 = ref At(pass.SecondReadRows, row, last * rowStep);
        ref T y2 = ref At(pass.SecondWriteLanes, lane, last * laneStep);
        ref T o2 = ref At(pass.SecondRead, lane, last * laneStep);
        if (pass.IsBackward)
        {
            (rowStep, laneStep, decayStep) = (-rowStep, -laneStep, -decayStep);
        }

        nuint stride = (nuint)pass.Lanes;
        ref T state = ref pass.State[(row * pass.Lanes) + lane];
        V s0 = V.Load(in state, 0);
        V s1 = V.Load(in state, stride);
        V s2 = V.Load(in state, 2 * stride);
        V s3 = V.Load(in state, 3 * stride);
        V s4 = V.Load(in state, 4 * stride);
        V s5 = V.Load(in state, 5 * stride);
        V s6 = V.Load(in state, 6 * stride);
        V s7 = V.Load(in state, 7 * stride);
        for (int step = pass.Steps; step > 0; step--)
        {
            V written = V.Load(in y, 0);
            V second = TSecondWrite.IsOn ? V.Load(in y2, 0) : V.Zero;
            V decay = TDecay.IsNone || TDecay.IsByRow ? V.Zero : TDecay.IsByLane ? V.Load(in d, 0) : V.Broadcast(d);
            V read = V.Load(in o, 0);
            V before = TSecondRead.IsOn ? V.Load(in o2, 0) : V.Zero;
            s0 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(0, s0, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s1 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(1, s1, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s2 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(2, s2, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s3 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(3, s3, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s4 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(4, s4, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s5 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(5, s5, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s6 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(6, s6, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            s7 = Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(7, s7, written, second, decay, ref x, ref p, ref d, ref x2, ref p2, ref read, ref before);
            V.Store(read, ref o, 0);
            x = ref Unsafe.AddByteOffset(ref x, rowStep);
            p = ref Unsafe.AddByteOffset(ref p, rowStep);
            y = ref Unsafe.AddByteOffset(ref y, laneStep);
            o = ref Unsafe.AddByteOffset(ref o, laneStep);
            if (!TDecay.IsNone)
            {
                d = ref Unsafe.AddByteOffset(ref d, decayStep);
            }

            if (TSecondWrite.IsOn)
            {
                x2 = ref Unsafe.AddByteOffset(ref x2, rowStep);
                y2 = ref Unsafe.AddByteOffset(ref y2, laneStep);
            }

            if (TSecondRead.IsOn)
            {
                V.Store(before, ref o2, 0);
                p2 = ref Unsafe.AddByteOffset(ref p2, rowStep);
                o2 = ref Unsafe.AddByteOffset(ref o2, laneStep);
            }
        }

        V.Store(s0, ref state, 0);
        V.Store(s1, ref state, stride);
        V.Store(s2, ref state, 2 * stride);
        V.Store(s3, ref state, 3 * stride);
        V.Store(s4, ref state, 4 * stride);
        V.Store(s5, ref state, 5 * stride);
        V.Store(s6, ref state, 6 * stride);
        V.Store(s7, ref state, 7 * stride);
    }

    /// <summary>One step of one row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Row<T, V, TOrder, TDecay, TSecondWrite, TSecondRead>(
        int row, V s, V y, V y2, V decay, ref T x, ref T p, ref T d, ref T x2, ref T p2, ref V read, ref V second)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TOrder : IStepOrder
        where TDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        V factor = TDecay.IsByRow ? V.Broadcast(Unsafe.Add(ref d, row)) : decay;
        V written = V.Broadcast(Unsafe.Add(ref x, row));
        if (TOrder.ReadsFirst)
        {
            read = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref p, row)), s, read);
        }

        if (TSecondRead.IsOn && !TOrder.DecaysLast)
        {
            second = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref p2, row)), s, second);
        }

        if (TOrder.DecaysLast)
        {
            s = V.MultiplyAdd(written, y, s);
        }
        else if (TSecondWrite.IsOn)
        {
            V other = V.Broadcast(Unsafe.Add(ref x2, row));
            s = V.MultiplyAdd(written, y, TDecay.IsNone ? V.MultiplyAdd(other, y2, s) : V.MultiplyAdd(factor, s, other * y2));
        }
        else
        {
            s = TDecay.IsNone ? V.MultiplyAdd(written, y, s) : V.MultiplyAdd(factor, s, written * y);
        }

        if (!TOrder.ReadsFirst)
        {
            read = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref p, row)), s, read);
        }

        if (TOrder.DecaysLast)
        {
            if (TSecondRead.IsOn)
            {
                second = V.MultiplyAdd(V.Broadcast(Unsafe.Add(ref p2, row)), s, second);
            }

            if (TSecondWrite.IsOn)
            {
                V other = V.Broadcast(Unsafe.Add(ref x2, row));
                s = TDecay.IsNone ? V.MultiplyAdd(other, y2, s) : V.MultiplyAdd(factor, s, other * y2);
            }
            else if (!TDecay.IsNone)
            {
                s = factor * s;
            }
        }

        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T At<T>(ReadOnlySpan<T> span, int offset, nint bytes)
        where T : unmanaged =>
        ref Unsafe.AddByteOffset(ref Unsafe.Add(ref MemoryMarshal.GetReference(span), offset), bytes);
}
