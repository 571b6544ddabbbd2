using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Matrix products by <see cref="LMul"/>: every product approximated, the sums in single precision, over k in order like those of <see cref="MatrixProduct"/>.</summary>
/// <remarks>Each sum becomes c + (a ⊗ b) with one rounding: the product is a float already, so that nothing is fused.</remarks>
internal static class LMulProduct
{
    private const int VectorsTogether = 2;

    /// <summary>c.End = c.Start + A ⊗ B for B in panels of <paramref name="width"/> truncated numbers, a multiple of two registers.</summary>
    public static void Run(LMul rule, int m, int n, int k, in LeftFactor<float> a, in RightFactor<float> b, int width, in Sums<float> c)
    {
        int columns = VectorsTogether * Vector<float>.Count;
        Span<float> block = stackalloc float[columns];
        for (int i = 0; i < m; i++)
        {
            LeftFactor<float> row = a.From(i, 0);
            for (int j = 0; j < n; j += columns)
            {
                RightFactor<float> panel = b.From(0, j, width);
                Sums<float> sums = c.From(i, j);
                if (j + columns <= n)
                {
                    Columns(rule, k, in row, in panel, in sums);
                    continue;
                }

                Copy(n - j, in sums.Start, ref block[0]);
                Sums<float> inside = new(in block[0], 0, ref block[0], 0);
                Columns(rule, k, in row, in panel, in inside);
                Copy(n - j, in block[0], ref sums.End);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns(LMul rule, int k, in LeftFactor<float> a, in RightFactor<float> b, in Sums<float> c)
    {
        var lanes = new LMul.LMulLanes(rule);
        ref float from = ref Unsafe.AsRef(in a.Origin);
        ref float weights = ref Unsafe.AsRef(in b.Origin);
        Vector<float> low = Vector.LoadUnsafe(in c.Start);
        Vector<float> high = Vector.LoadUnsafe(in c.Start, (nuint)Vector<float>.Count);
        for (int p = 0; p < k; p++)
        {
            float factor = rule.Truncate(from);
            var x = new Vector<uint>(BitConverter.SingleToUInt32Bits(factor));
            var isNotZero = new Vector<uint>(factor == 0 ? 0 : uint.MaxValue);
            low += lanes.Multiply(x, Vector.LoadUnsafe(in weights).As<float, uint>(), isNotZero);
            high += lanes.Multiply(x, Vector.LoadUnsafe(in weights, (nuint)Vector<float>.Count).As<float, uint>(), isNotZero);
            from = ref Unsafe.Add(ref from, a.Step);
            weights = ref Unsafe.Add(ref weights, b.Step);
        }

        low.StoreUnsafe(ref c.End);
        high.StoreUnsafe(ref c.End, (nuint)Vector<float>.Count);
    }

    private static void Copy(int count, ref readonly float source, ref float target)
    {
        for (int i = 0; i < count; i++)
        {
            Unsafe.Add(ref target, i) = Unsafe.Add(ref Unsafe.AsRef(in source), i);
        }
    }
}
