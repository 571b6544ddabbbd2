using System.Runtime.InteropServices;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>OpenBLAS where the machine has it.</summary>
internal static partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;

    public static bool IsPresent { get; } = NativeLibrary.TryLoad(Library, out _);

    public static void SetThreads(int threads)
    {
        if (IsPresent)
        {
            openblas_set_num_threads(threads);
        }
    }

    /// <summary>C += op(A)·op(B), or nothing to call where the library is absent.</summary>
    public static Contestant? Product(bool transposeA, bool transposeB, int m, int n, int k, AlignedBuffer<float> a, int strideA, AlignedBuffer<float> b, int strideB, AlignedBuffer<float> c, int strideC) =>
        IsPresent
            ? Interleaved.InProcess(() => cblas_sgemm(
                RowMajor, transposeA ? Transposed : Plain, transposeB ? Transposed : Plain, m, n, k, 1, ref a.Span[0], strideA, ref b.Span[0], strideB, 1, ref c.Span[0], strideC))
            : null;

    [LibraryImport(Library)]
    private static partial void openblas_set_num_threads(int threads);

    [LibraryImport(Library)]
    private static partial void cblas_sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, ref float a, int strideA, ref float b, int strideB, float beta, ref float c, int strideC);
}
