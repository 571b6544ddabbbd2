using System.Numerics;
using System.Runtime.InteropServices;

namespace Pallium.Numerics.Tests;

public sealed class MatrixProductTests
{
    public static TheoryData<ProductForm> Forms => [ProductForm.Plain, ProductForm.TransposedA, ProductForm.TransposedB, ProductForm.TransposedBoth];

    // Tiles have up to 6 rows and 64 columns, blocks 256 or 512 steps: shapes at and around these borders, and far from any.
    private static (int M, int N, int K)[] Shapes =>
    [
        (1, 1, 1), (1, 40, 9), (1, 200, 3), (1, 513, 5), (2, 17, 33), (4, 15, 8), (6, 64, 7), (7, 65, 40), (13, 72, 31), (32, 130, 20),
        (25, 95, 300), (9, 257, 600), (31, 3, 1030),
    ];

    [Theory, MemberData(nameof(Forms))]
    public void Every_small_shape_has_the_bits_of_the_plain_chain(ProductForm form)
    {
        for (int m = 1; m <= 20; m++)
        {
            for (int n = 1; n <= 20; n++)
            {
                for (int k = 1; k <= 20; k++)
                {
                    Check<float>(form, m, n, k, gap: 0);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Doubles_have_the_bits_of_the_plain_chain(ProductForm form)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            Check<double>(form, m, n, k, gap: 0);
        }

        for (int n = 1; n <= 20; n++)
        {
            Check<double>(form, 7, n, 5, gap: 2);
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Strides_larger_than_needed_leave_the_gaps_alone(ProductForm form)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            Check<float>(form, m, n, k, gap: 5);
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Every_register_width_gives_the_same_bits(ProductForm form)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            CheckAt<float, Lanes128<float>>(form, m, n, k);
            CheckAt<float, Lanes256<float>>(form, m, n, k);
            CheckAt<float, Lanes512<float>>(form, m, n, k);
            CheckAt<double, Lanes128<double>>(form, m, n, k);
            CheckAt<double, Lanes256<double>>(form, m, n, k);
            CheckAt<double, Lanes512<double>>(form, m, n, k);
        }
    }

    [Fact]
    public void A_right_factor_too_spread_for_the_cache_gives_the_same_bits()
    {
        // 40 rows and a stride of 8 KiB: the shape at which rows of B are packed instead of read in place.
        Check<float>(ProductForm.Plain, 40, 70, 300, gap: 2000);
        Check<float>(ProductForm.TransposedA, 40, 70, 300, gap: 2000);
    }

    [Theory, MemberData(nameof(Forms))]
    public void A_batch_is_its_products_one_after_another(ProductForm form)
    {
        const int Count = 3;
        Operands<float> o = new(form, 5, 18, 7, gap: 0);
        (int nextA, int nextC) = (11, o.C.Length);
        float[] a = RandomFactors.Of<float>((2 * nextA) + o.A.Length, 5);
        float[] expected = RandomFactors.Of<float>(Count * nextC, 6);
        float[] c = [.. expected];
        MatrixProduct.AccumulateBatch<float>(Count, form, 5, 18, 7, a, o.StrideA, nextA, o.B, o.StrideB, 0, c, o.StrideC, nextC);
        for (int i = 0; i < Count; i++)
        {
            Accumulate<float>(form, 5, 18, 7, a.AsSpan(i * nextA), o.StrideA, o.B, o.StrideB, expected.AsSpan(i * nextC), o.StrideC);
        }

        Assert.Equal(expected, c);
    }

    [Fact]
    public void Empty_products_change_nothing()
    {
        float[] c = [1, 2];
        MatrixProduct.Accumulate<float>(1, 2, 0, [], 1, [], 2, c, 2);
        MatrixProduct.Accumulate<float>(0, 2, 1, [], 1, [1, 1], 2, c, 2);
        Assert.Equal([1, 2], c);
    }

    [Fact]
    public void A_span_shorter_than_its_matrix_is_refused_by_name()
    {
        float[] numbers = new float[12];
        Assert.Equal("a", Assert.Throws<ArgumentException>(() => MatrixProduct.Accumulate<float>(3, 3, 4, numbers.AsSpan(1), 4, numbers, 3, new float[9], 3)).ParamName);
        Assert.Equal("b", Assert.Throws<ArgumentException>(() => MatrixProduct.Accumulate<float>(3, 3, 4, numbers, 4, numbers, 4, new float[9], 3)).ParamName);
        Assert.Equal("c", Assert.Throws<ArgumentException>(() => MatrixProduct.Accumulate<float>(3, 3, 4, numbers, 4, numbers, 3, new float[8], 3)).ParamName);
    }

    private static void Check<T>(ProductForm form, int m, int n, int k, int gap)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Operands<T> o = new(form, m, n, k, gap);
        T[] c = [.. o.C];
        Accumulate<T>(form, m, n, k, o.A, o.StrideA, o.B, o.StrideB, c, o.StrideC);
        AssertSameBits<T>(o.Expected(), c, $"{form} {m} x {n} x {k}");
    }

    private static void CheckAt<T, V>(ProductForm form, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        Operands<T> o = new(form, m, n, k, gap: 1);
        T[] c = [.. o.C];
        MatrixProduct.Run<T, V>(m, n, k, o.A, o.RowA, o.StepA, o.B, o.RowB, o.ColumnB, c, o.StrideC);
        AssertSameBits<T>(o.Expected(), c, $"{form} {m} x {n} x {k}");
    }

    private static void Accumulate<T>(ProductForm form, int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (form)
        {
            case ProductForm.Plain:
                MatrixProduct.Accumulate(m, n, k, a, strideA, b, strideB, c, strideC);
                break;
            case ProductForm.TransposedA:
                MatrixProduct.AccumulateTransposedA(m, n, k, a, strideA, b, strideB, c, strideC);
                break;
            case ProductForm.TransposedB:
                MatrixProduct.AccumulateTransposedB(m, n, k, a, strideA, b, strideB, c, strideC);
                break;
            default:
                MatrixProduct.AccumulateTransposedBoth(m, n, k, a, strideA, b, strideB, c, strideC);
                break;
        }
    }

    private static void AssertSameBits<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string what)
        where T : unmanaged =>
        Assert.True(MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual)), what);

    /// <summary>Random factors, with rows <c>gap</c> elements further apart than they need to be, and the plain product.</summary>
    private sealed class Operands<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly (int M, int N, int K) _shape;

        public Operands(ProductForm form, int m, int n, int k, int gap)
        {
            bool transposedA = form is ProductForm.TransposedA or ProductForm.TransposedBoth;
            bool transposedB = form is ProductForm.TransposedB or ProductForm.TransposedBoth;
            _shape = (m, n, k);
            StrideA = (transposedA ? m : k) + gap;
            StrideB = (transposedB ? k : n) + gap;
            StrideC = n + gap;
            (RowA, StepA) = transposedA ? (1, StrideA) : (StrideA, 1);
            (RowB, ColumnB) = transposedB ? (1, StrideB) : (StrideB, 1);
            A = RandomFactors.Of<T>((((transposedA ? k : m) - 1) * StrideA) + (transposedA ? m : k), 1);
            B = RandomFactors.Of<T>((((transposedB ? n : k) - 1) * StrideB) + (transposedB ? k : n), 2);
            C = RandomFactors.Of<T>(m * StrideC, 3);
        }

        public T[] A { get; }

        public T[] B { get; }

        public T[] C { get; }

        public int StrideA { get; }

        public int StrideB { get; }

        public int StrideC { get; }

        public int RowA { get; }

        public int StepA { get; }

        public int RowB { get; }

        public int ColumnB { get; }

        public T[] Expected()
        {
            T[] c = [.. C];
            for (int i = 0; i < _shape.M; i++)
            {
                for (int j = 0; j < _shape.N; j++)
                {
                    ref T sum = ref c[(i * StrideC) + j];
                    for (int p = 0; p < _shape.K; p++)
                    {
                        sum = T.FusedMultiplyAdd(A[(i * RowA) + (p * StepA)], B[(p * RowB) + (j * ColumnB)], sum);
                    }
                }
            }

            return c;
        }
    }
}
