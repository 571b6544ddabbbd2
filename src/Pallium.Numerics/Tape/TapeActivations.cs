using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>Element-wise functions on the tape; their derivatives are written once, over registers of any width.</summary>
public static class TapeActivations
{
    /// <summary>y = tanh x; dx += (1 - y²) dy.</summary>
    public static Variable Tanh<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = Append<T, TanhSlope<T>>(tape, x);
        Elementary.Tanh<T>(tape.Value(x), tape.Value(y));
        return y;
    }

    /// <summary>y = σ(x) = 1/(1 + exp(-x)); dx += y (1 - y) dy.</summary>
    public static Variable Sigmoid<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = Append<T, SigmoidSlope<T>>(tape, x);
        Elementary.Sigmoid<T>(tape.Value(x), tape.Value(y));
        return y;
    }

    /// <summary>y = exp x; dx += y dy.</summary>
    public static Variable Exp<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = Append<T, ExpSlope<T>>(tape, x);
        Elementary.Exp<T>(tape.Value(x), tape.Value(y));
        return y;
    }

    /// <summary>y = log x, natural, for positive x; dx += dy/x.</summary>
    public static Variable Log<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = Append<T, LogSlope<T>>(tape, x);
        Elementary.Log<T>(tape.Value(x), tape.Value(y));
        return y;
    }

    /// <summary>y = x²; dx += 2x dy.</summary>
    public static Variable Square<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = Append<T, SquareSlope<T>>(tape, x);
        TensorPrimitives.Multiply(tape.Value(x), tape.Value(x), tape.Value(y));
        return y;
    }

    /// <summary>y = log(1 + exp x); dx += σ(x) dy.</summary>
    public static Variable Softplus<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = tape.Add(SoftplusOperation<T>.Instance, [x], tape.Shape(x).Rows, tape.Shape(x).Columns);
        Elementary.Softplus<T>(tape.Value(x), tape.Value(y));
        return y;
    }

    /// <summary>y = x σ(x); dx += (σ(x) + y (1 - σ(x))) dy. The sigmoid is kept.</summary>
    public static Variable Silu<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArenaSlice gate = tape.Arena.TakeDirty(tape.Value(x).Length);
        Elementary.Sigmoid<T>(tape.Value(x), tape.Arena[gate]);
        Variable y = tape.Add(SiluOperation<T>.Instance, [x], tape.Shape(x).Rows, tape.Shape(x).Columns, new() { Kept = gate });
        TensorPrimitives.Multiply(tape.Value(x), tape.Arena[gate], tape.Value(y));
        return y;
    }

    private static Variable Append<T, TSlope>(Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSlope : ISlope<T> =>
        tape.Add(ActivationOperation<T, TSlope>.Instance, [x], tape.Shape(x).Rows, tape.Shape(x).Columns);

    /// <summary>dy/dx of an element-wise function, from x (or what was kept instead) and y.</summary>
    private interface ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        static abstract V At<V>(V x, V y) where V : unmanaged, ILanes<V, T>;
    }

    private readonly struct TanhSlope<T> : ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V>(V x, V y) where V : unmanaged, ILanes<V, T> => V.MultiplyAdd(-y, y, V.Broadcast(T.One));
    }

    private readonly struct SigmoidSlope<T> : ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V>(V x, V y) where V : unmanaged, ILanes<V, T> => y * (V.Broadcast(T.One) - y);
    }

    private readonly struct ExpSlope<T> : ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V>(V x, V y) where V : unmanaged, ILanes<V, T> => y;
    }

    private readonly struct LogSlope<T> : ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V>(V x, V y) where V : unmanaged, ILanes<V, T> => V.Broadcast(T.One) / x;
    }

    private readonly struct SquareSlope<T> : ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V>(V x, V y) where V : unmanaged, ILanes<V, T> => x + x;
    }

    private readonly struct SiluSlope<T> : ISlope<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V>(V gate, V y) where V : unmanaged, ILanes<V, T> => V.MultiplyAdd(y, V.Broadcast(T.One) - gate, gate);
    }

    private sealed class ActivationOperation<T, TSlope> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSlope : ISlope<T>
    {
        public static readonly ActivationOperation<T, TSlope> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Variable x = tape.Inputs(node)[0];
            AddSloped<T, TSlope>(tape.Value(x), tape.Value(node.Variable), tape.Gradient(node.Variable), tape.Gradient(x));
        }
    }

    private sealed class SiluOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly SiluOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node) =>
            AddSloped<T, SiluSlope<T>>(tape.Arena[node.Trace.Kept], tape.Value(node.Variable), tape.Gradient(node.Variable), tape.Gradient(tape.Inputs(node)[0]));
    }

    private sealed class SoftplusOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly SoftplusOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Variable x = tape.Inputs(node)[0];
            Span<T> slope = tape.Arena[tape.Arena.TakeDirty(node.Rows * node.Columns)];
            Elementary.Sigmoid<T>(tape.Value(x), slope);
            TensorPrimitives.FusedMultiplyAdd(tape.Gradient(node.Variable), slope, tape.Gradient(x), tape.Gradient(x));
        }
    }

    /// <summary>dx += slope(x, y)·dy.</summary>
    private static void AddSloped<T, TSlope>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSlope : ISlope<T>
    {
        if (LaneWidth.Is512)
        {
            AddSloped<T, TSlope, Lanes512<T>>(x, y, dy, dx);
        }
        else if (LaneWidth.Is256)
        {
            AddSloped<T, TSlope, Lanes256<T>>(x, y, dy, dx);
        }
        else
        {
            AddSloped<T, TSlope, Lanes128<T>>(x, y, dy, dx);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSloped<T, TSlope, V>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSlope : ISlope<T>
        where V : unmanaged, ILanes<V, T>
    {
        int whole = dx.Length - (dx.Length % V.Count);
        for (int i = 0; i < whole; i += V.Count)
        {
            AddSloped<T, TSlope, V>(
                in MemoryMarshal.GetReference(x), in MemoryMarshal.GetReference(y), in MemoryMarshal.GetReference(dy), ref MemoryMarshal.GetReference(dx), (nuint)i);
        }

        if (whole < dx.Length)
        {
            // The tail goes through the same registers, by way of the stack.
            Span<T> block = stackalloc T[4 * V.Count];
            block.Fill(T.One);
            x[whole..].CopyTo(block);
            y[whole..].CopyTo(block[V.Count..]);
            dy[whole..].CopyTo(block[(2 * V.Count)..]);
            dx[whole..].CopyTo(block[(3 * V.Count)..]);
            AddSloped<T, TSlope, V>(in block[0], in block[V.Count], in block[2 * V.Count], ref block[3 * V.Count], 0);
            block.Slice(3 * V.Count, dx.Length - whole).CopyTo(dx[whole..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSloped<T, TSlope, V>(ref readonly T x, ref readonly T y, ref readonly T dy, ref T dx, nuint offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSlope : ISlope<T>
        where V : unmanaged, ILanes<V, T>
    {
        V slope = TSlope.At(V.Load(in x, offset), V.Load(in y, offset));
        V.Store(V.MultiplyAdd(slope, V.Load(in dy, offset), V.Load(in dx, offset)), ref dx, offset);
    }
}
