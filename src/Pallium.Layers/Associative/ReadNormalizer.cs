using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The divisor of normalized linear attention: z[t] = d z[t-1] + k, n[t] = z[t] · q + ε, and o / n.</summary>
/// <remarks>Rows are padded as in <see cref="MatrixRun{T}"/>. Source: Katharopoulos et al., ICML 2020, eq. 9.</remarks>
internal static class ReadNormalizer
{
    /// <summary>Divides the outputs of a run.</summary>
    /// <param name="scan">The form of the run.</param>
    /// <param name="run">The run.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="sum">z, [K], advanced in place.</param>
    /// <param name="divisors">n, [steps], overwritten.</param>
    /// <param name="outputs">o, [steps, V], divided in place.</param>
    public static void Divide<T>(MatrixScan scan, in MatrixRun<T> run, T epsilon, Span<T> sum, Span<T> divisors, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int step = 0; step < run.Steps; step++)
        {
            Advance(scan, run, step, sum, sum);
            divisors[step] = Reduction.Dot(run.Queries.Slice(step * scan.KeyRoom, scan.KeyRoom), sum) + epsilon;
            Span<T> output = outputs.Slice(step * scan.ValueRoom, scan.ValueRoom);
            TensorPrimitives.Divide(output, divisors[step], output);
        }
    }

    /// <summary>Reverse of <see cref="Divide"/>, before that of the scan.</summary>
    /// <param name="scan">The form of the run.</param>
    /// <param name="run">The run.</param>
    /// <param name="sums">z of every step, [steps + 1, K], overwritten but for the first row: z before the run.</param>
    /// <param name="divisors">n.</param>
    /// <param name="outputs">o / n.</param>
    /// <param name="gradients">d loss / d (o / n) in place of that of o, replaced; dq, dk and the overlap of z with dz are added to.</param>
    /// <param name="dSum">dz: after the run on entry, before it on return.</param>
    public static void DivideBackward<T>(
        MatrixScan scan, in MatrixRun<T> run, Span<T> sums, ReadOnlySpan<T> divisors, ReadOnlySpan<T> outputs, in MatrixRunGradients<T> gradients, Span<T> dSum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int keys = scan.KeyRoom;
        for (int step = 0; step < run.Steps; step++)
        {
            Advance(scan, run, step, sums.Slice(step * keys, keys), sums.Slice((step + 1) * keys, keys));
        }

        TensorPrimitives.FusedMultiplyAdd(sums[(run.Steps * keys)..], dSum, gradients.Overlap, gradients.Overlap);
        for (int step = run.Steps - 1; step >= 0; step--)
        {
            Span<T> dOutput = gradients.Outputs.Slice(step * scan.ValueRoom, scan.ValueRoom);
            TensorPrimitives.Divide(dOutput, divisors[step], dOutput);
            T dDivisor = -Reduction.Dot(dOutput, outputs.Slice(step * scan.ValueRoom, scan.ValueRoom));
            Span<T> dQuery = gradients.Queries.Slice(step * keys, keys);
            Span<T> dKey = gradients.Keys.Slice(step * keys, keys);
            TensorPrimitives.FusedMultiplyAdd(sums.Slice((step + 1) * keys, keys), dDivisor, dQuery, dQuery);
            TensorPrimitives.FusedMultiplyAdd(run.Queries.Slice(step * keys, keys), dDivisor, dSum, dSum);
            TensorPrimitives.Add(dKey, dSum, dKey);
            Decay(scan, run, step, dSum, dSum);
        }
    }

    private static void Advance<T>(MatrixScan scan, in MatrixRun<T> run, int step, ReadOnlySpan<T> before, Span<T> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Decay(scan, run, step, before, after);
        TensorPrimitives.Add(after, run.Keys.Slice(step * scan.KeyRoom, scan.KeyRoom), after);
    }

    private static void Decay<T>(MatrixScan scan, in MatrixRun<T> run, int step, ReadOnlySpan<T> before, Span<T> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (scan.Decay)
        {
            case ScanDecay.None:
                before.CopyTo(after);
                break;
            case ScanDecay.One:
                TensorPrimitives.Multiply(before, run.Decay[step], after);
                break;
            default:
                TensorPrimitives.Multiply(before, run.Decay.Slice(step * scan.KeyRoom, scan.KeyRoom), after);
                break;
        }
    }
}
