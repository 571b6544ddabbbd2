using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>Matrix products against OpenBLAS, element-wise functions against TensorPrimitives, and the machine's own bounds.</summary>
internal static class KernelSuite
{
    public static void Run(Session session)
    {
        OpenBlas.SetThreads(1);
        Peak(session);
        Target parity = new(Ratio: 1.0);
        Product(session, "product 64 x 64 x 64", ProductForm.Plain, 64, 64, 64, parity);
        Product(session, "product 512 x 512 x 512", ProductForm.Plain, 512, 512, 512, parity);
        Product(session, "product 32 x 128 x 256", ProductForm.Plain, 32, 256, 128, parity);
        Product(session, "product 32 x 72 x 256", ProductForm.Plain, 32, 256, 72);
        Product(session, "product 32 x 256 x 72", ProductForm.Plain, 32, 72, 256);
        Product(session, "product A·Bt 32 x 128 x 256", ProductForm.TransposedB, 32, 256, 128);
        Product(session, "gradient 72 x 256, 512 rows", ProductForm.TransposedA, 72, 256, 512);
        Product(session, "gradient 40 x 128, 512 rows", ProductForm.TransposedA, 40, 128, 512);
        Packed(session, "packed 64 x 64 x 64", 64, 64, 64, parity);
        Packed(session, "packed 512 x 512 x 512", 512, 512, 512, parity);
        Packed(session, "packed 32 x 128 x 256", 32, 256, 128, parity);
        Packed(session, "packed one row 72 x 256", 1, 256, 72);
        Packed(session, "packed one row 128 x 256", 1, 256, 128);
        Packing(session, 72, 256);
        ByLMul(session, "L-Mul one row 128 x 256", 1, 256, 128);
        ByLMul(session, "L-Mul 32 x 128 x 256", 32, 256, 128);
        Target faster = new(Ratio: 1.5);
        ElementWise(session, "exp of 8192", Elementary.Exp, TensorPrimitives.Exp, faster);
        ElementWise(session, "sigmoid of 8192", Elementary.Sigmoid, TensorPrimitives.Sigmoid, faster);
        ElementWise(session, "tanh of 8192", Elementary.Tanh, TensorPrimitives.Tanh, faster);
    }

    private delegate void Map(ReadOnlySpan<float> x, Span<float> y);

    private static void Product(Session session, string name, ProductForm form, int m, int n, int k, Target? target = null)
    {
        bool transposeA = form is ProductForm.TransposedA;
        bool transposeB = form is ProductForm.TransposedB;
        Operands o = new(m, n, k);
        (int strideA, int strideB) = (transposeA ? m : k, transposeB ? k : n);
        Contestant ours = Interleaved.InProcess(form switch
        {
            ProductForm.TransposedA => () => MatrixProduct.AccumulateTransposedA<float>(m, n, k, o.A.Span, strideA, o.B.Span, strideB, o.C.Span, n),
            ProductForm.TransposedB => () => MatrixProduct.AccumulateTransposedB<float>(m, n, k, o.A.Span, strideA, o.B.Span, strideB, o.C.Span, n),
            _ => () => MatrixProduct.Accumulate<float>(m, n, k, o.A.Span, strideA, o.B.Span, strideB, o.C.Span, n),
        });
        Contestant? rival = OpenBlas.Product(transposeA, transposeB, m, n, k, o.A, strideA, o.B, strideB, o.C, n);
        session.Compare(name, Unit.GigaFlops(2.0 * m * n * k), ours, "OpenBLAS", rival, target);
    }

    private static void Packed(Session session, string name, int m, int n, int k, Target? target = null)
    {
        Operands o = new(m, n, k);
        PackedMatrix<float> packed = new(k, n);
        packed.Pack(o.B.Span);
        session.Compare(
            name,
            Unit.GigaFlops(2.0 * m * n * k),
            Interleaved.InProcess(() => packed.Accumulate(m, o.A.Span, k, o.C.Span, n)),
            "OpenBLAS",
            OpenBlas.Product(false, false, m, n, k, o.A, k, o.B, n, o.C, n),
            target);
    }

    private static void Packing(Session session, int k, int n)
    {
        Operands o = new(1, n, k);
        PackedMatrix<float> packed = new(k, n);
        session.Compare($"packing weights {n} x {k}", Unit.PerNanosecond("floats", n * k), Interleaved.InProcess(() => packed.PackTransposed(o.B.Span)), "", null);
    }

    private static void ByLMul(Session session, string name, int m, int n, int k)
    {
        Operands o = new(m, n, k);
        PackedMatrix<float> exact = new(k, n);
        PackedMatrix<float> approximate = new(k, n) { Product = new LMul(4) };
        exact.Pack(o.B.Span);
        approximate.Pack(o.B.Span);
        session.Compare(
            name,
            Unit.GigaFlops(2.0 * m * n * k),
            Interleaved.InProcess(() => approximate.Accumulate(m, o.A.Span, k, o.C.Span, n)),
            "exact products",
            Interleaved.InProcess(() => exact.Accumulate(m, o.A.Span, k, o.C.Span, n)));
    }

    private static void ElementWise(Session session, string name, Map ours, Map rival, Target target)
    {
        const int Count = 8192;
        AlignedBuffer<float> x = Operands.Numbers(Count, 8);
        AlignedBuffer<float> y = new(Count);
        session.Compare(
            name,
            Unit.PerNanosecond("floats", Count),
            Interleaved.InProcess(() => ours(x.Span, y.Span)),
            "TensorPrimitives",
            Interleaved.InProcess(() => rival(x.Span, y.Span)),
            target);
    }

    /// <summary>So many operations of multiply-adds in registers, two each: what the machine can do at the most.</summary>
    internal static Contestant PeakOf(double operations)
    {
        int steps = (int)(operations / (2.0 * 12 * (LaneWidth.Is512 ? Lanes512<float>.Count : Lanes256<float>.Count)));
        return Interleaved.InProcess(LaneWidth.Is512 ? () => MultiplyAdds<Lanes512<float>>(steps) : () => MultiplyAdds<Lanes256<float>>(steps));
    }

    private static void Peak(Session session)
    {
        const double Operations = 384_000;
        session.Compare("multiply-adds in registers (peak)", Unit.GigaFlops(Operations), PeakOf(Operations), "", null);
    }

    // Twelve independent chains: more than latency times throughput of any x64 processor so far.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V MultiplyAdds<V>(int steps)
        where V : unmanaged, ILanes<V, float>
    {
        V a = V.Broadcast(0.999f);
        V b = V.Broadcast(0.001f);
        V x0 = a, x1 = a, x2 = a, x3 = a, x4 = a, x5 = a, x6 = a, x7 = a, x8 = a, x9 = a, x10 = a, x11 = a;
        for (int i = 0; i < steps; i++)
        {
            x0 = V.MultiplyAdd(x0, a, b);
            x1 = V.MultiplyAdd(x1, a, b);
            x2 = V.MultiplyAdd(x2, a, b);
            x3 = V.MultiplyAdd(x3, a, b);
            x4 = V.MultiplyAdd(x4, a, b);
            x5 = V.MultiplyAdd(x5, a, b);
            x6 = V.MultiplyAdd(x6, a, b);
            x7 = V.MultiplyAdd(x7, a, b);
            x8 = V.MultiplyAdd(x8, a, b);
            x9 = V.MultiplyAdd(x9, a, b);
            x10 = V.MultiplyAdd(x10, a, b);
            x11 = V.MultiplyAdd(x11, a, b);
        }

        return x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11;
    }

    /// <summary>Small random factors, so that C stays finite however often it is accumulated.</summary>
    private sealed class Operands(int m, int n, int k)
    {
        public AlignedBuffer<float> A { get; } = Numbers(m * k, 1e-3f);

        public AlignedBuffer<float> B { get; } = Numbers(k * n, 1e-3f);

        public AlignedBuffer<float> C { get; } = Numbers(m * n, 1);

        public static AlignedBuffer<float> Numbers(int count, float range)
        {
            Random random = new(count);
            AlignedBuffer<float> numbers = new(count);
            for (int i = 0; i < count; i++)
            {
                numbers.Span[i] = ((random.NextSingle() * 2) - 1) * range;
            }

            return numbers;
        }
    }
}
