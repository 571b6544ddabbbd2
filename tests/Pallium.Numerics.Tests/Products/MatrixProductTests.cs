using System.Numerics;

namespace Pallium.Numerics.Tests;

public sealed class MatrixProductTests
{
    /// <summary>The forms of the product: which factor is stored transposed.</summary>
    public enum Form
    {
        Plain,
        TransposedA,
        TransposedB,
        TransposedBoth,
    }

    public static TheoryData<Form> Forms => [Form.Plain, Form.TransposedA, Form.TransposedB, Form.TransposedBoth];

    [Theory, MemberData(nameof(Forms))]
    public void Every_small_shape_has_the_bits_of_the_plain_chain(Form form)
    {
        foreach (int m in new[] { 1, 2, 3, 5, 6, 7, 11, 12, 13, 20 })
        {
            for (int n = 1; n <= 20; n++)
            {
                for (int k = 1; k <= 20; k++)
                {
                    Check<float>(form, m, n, k, padding: 0);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Doubles_have_the_bits_of_the_plain_chain(Form form)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            Check<double>(form, m, n, k, padding: 0);
            Check<double>(form, m, n, k, padding: 3);
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Wider_strides_leave_the_gaps_alone(Form form)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            Check<float>(form, m, n, k, padding: 5);
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Every_register_width_gives_the_same_bits(Form form)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            CheckWith<float, Lanes128<float>>(form, m, n, k);
            CheckWith<float, Lanes256<float>>(form, m, n, k);
            CheckWith<float, Lanes512<float>>(form, m, n, k);
            CheckWith<double, Lanes128<double>>(form, m, n, k);
            CheckWith<double, Lanes256<double>>(form, m, n, k);
            CheckWith<double, Lanes512<double>>(form, m, n, k);
        }
    }

    private static (int M, int N, int K)[] Shapes =>
        [(1, 1, 1), (1, 40, 9), (1, 200, 3), (1, 513, 5), (2, 17, 33), (4, 15, 8), (6, 64, 7), (7, 65, 40), (13, 72, 31), (32, 130, 20), (25, 95, 300), (9, 257, 600)];

    private static void Check<T>(Form form, int m, int n, int k, int padding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Operands<T> operands = new(form, m, n, k, padding);
        T[] c = [.. operands.C];
        switch (form)
        {
            case Form.Plain:
                MatrixProduct.Accumulate<T>(m, n, k, operands.A, operands.StrideA, operands.B, operands.StrideB, c, operands.StrideC);
                break;
            case Form.TransposedA:
                MatrixProduct.AccumulateTransposedA<T>(m, n, k, operands.A, operands.StrideA, operands.B, operands.StrideB, c, operands.StrideC);
                break;
            case Form.TransposedB:
                MatrixProduct.AccumulateTransposedB<T>(m, n, k, operands.A, operands.StrideA, operands.B, operands.StrideB, c, operands.StrideC);
                break;
            default:
                MatrixProduct.AccumulateTransposedBoth<T>(m, n, k, operands.A, operands.StrideA, operands.B, operands.StrideB, c, operands.StrideC);
                break;
        }

        Assert.Equal(operands.Expected(), c);
    }

    private static void CheckWith<T, V>(Form form, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        Operands<T> o = new(form, m, n, k, padding: 1);
        T[] c = [.. o.C];
        MatrixProduct.Run<T, V>(m, n, k, o.A, o.RowA, o.StepA, o.B, o.RowB, o.ColumnB, c, o.StrideC);
        Assert.Equal(o.Expected(), c);
    }

    private sealed class Operands<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _m;
        private readonly int _n;
        private readonly int _k;

        public Operands(Form form, int m, int n, int k, int padding)
        {
            (_m, _n, _k) = (m, n, k);
            bool transposedA = form is Form.TransposedA or Form.TransposedBoth;
            bool transposedB = form is Form.TransposedB or Form.TransposedBoth;
            StrideA = (transposedA ? m : k) + padding;
            StrideB = (transposedB ? k : n) + padding;
            StrideC = n + padding;
            (RowA, StepA) = transposedA ? (1, StrideA) : (StrideA, 1);
            (RowB, ColumnB) = transposedB ? (1, StrideB) : (StrideB, 1);
            Random random = new((m * 1000003) + (n * 1009) + k);
            A = Numbers(random, ((transposedA ? k : m) - 1) * StrideA + (transposedA ? m : k));
            B = Numbers(random, ((transposedB ? n : k) - 1) * StrideB + (transposedB ? k : n));
            C = Numbers(random, ((m - 1) * StrideC) + n);
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
            for (int i = 0; i < _m; i++)
            {
                for (int j = 0; j < _n; j++)
                {
                    for (int p = 0; p < _k; p++)
                    {
                        ref T sum = ref c[(i * StrideC) + j];
                        sum = T.FusedMultiplyAdd(A[(i * RowA) + (p * StepA)], B[(p * RowB) + (j * ColumnB)], sum);
                    }
                }
            }

            return c;
        }

        private static T[] Numbers(Random random, int count)
        {
            T[] numbers = new T[count];
            for (int i = 0; i < count; i++)
            {
                numbers[i] = T.CreateChecked(random.NextDouble() - 0.5);
            }

            return numbers;
        }
    }
}
