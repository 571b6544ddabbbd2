using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The element-wise operations of a <see cref="StepGraph{T}"/> over spans, and their reverses; a span of length 1 stands for as many equal numbers as needed.</summary>
internal static class StepArithmetic
{
    /// <summary>y = f(a) or f(a, b).</summary>
    /// <exception cref="NotSupportedException">The operation is not element-wise.</exception>
    public static void Apply<T>(StepOperation operation, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (operation)
        {
            case StepOperation.Add when b.Length == y.Length && a.Length == y.Length: TensorPrimitives.Add(a, b, y); break;
            case StepOperation.Add: TensorPrimitives.Add(a.Length == y.Length ? a : b, a.Length == y.Length ? b[0] : a[0], y); break;
            case StepOperation.Subtract when b.Length == y.Length && a.Length == y.Length: TensorPrimitives.Subtract(a, b, y); break;
            case StepOperation.Subtract when a.Length == y.Length: TensorPrimitives.Subtract(a, b[0], y); break;
            case StepOperation.Subtract: TensorPrimitives.Subtract(a[0], b, y); break;
            case StepOperation.Multiply when b.Length == y.Length && a.Length == y.Length: TensorPrimitives.Multiply(a, b, y); break;
            case StepOperation.Multiply: TensorPrimitives.Multiply(a.Length == y.Length ? a : b, a.Length == y.Length ? b[0] : a[0], y); break;
            case StepOperation.Divide when b.Length == y.Length && a.Length == y.Length: TensorPrimitives.Divide(a, b, y); break;
            case StepOperation.Divide when a.Length == y.Length: TensorPrimitives.Divide(a, b[0], y); break;
            case StepOperation.Divide: TensorPrimitives.Divide(a[0], b, y); break;
            case StepOperation.Exp: Elementary.Exp(a, y); break;
            case StepOperation.Sigmoid: Elementary.Sigmoid(a, y); break;
            case StepOperation.Tanh: Elementary.Tanh(a, y); break;
            case StepOperation.Softplus: Elementary.Softplus(a, y); break;
            case StepOperation.Log: Elementary.Log(a, y); break;
            case StepOperation.Abs: TensorPrimitives.Abs(a, y); break;
            case StepOperation.Sqrt: TensorPrimitives.Sqrt(a, y); break;
            case StepOperation.IsNotZero:
                for (int i = 0; i < y.Length; i++)
                {
                    y[i] = T.IsZero(a[i]) ? T.Zero : T.One;
                }

                break;
            default: throw new NotSupportedException($"Operation {operation} is not element-wise.");
        }
    }

    /// <summary>Adds f's derivatives times dy to da and db, where these are not empty.</summary>
    /// <exception cref="NotSupportedException">The operation is not element-wise.</exception>
    public static void Reverse<T>(
        StepOperation operation, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> da, Span<T> db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (operation)
        {
            case StepOperation.Exp or StepOperation.Sigmoid or StepOperation.Tanh or StepOperation.Softplus or StepOperation.Log:
                if (!da.IsEmpty)
                {
                    ReverseFunction(operation, a, y, dy, da);
                }

                break;
            case StepOperation.Add or StepOperation.Subtract or StepOperation.Multiply or StepOperation.Divide:
                for (int i = 0; i < dy.Length; i++)
                {
                    (T towardsA, T towardsB) = Slopes(operation, At(a, i), At(b, i), y[i]);
                    Accumulate(da, i, towardsA * dy[i]);
                    Accumulate(db, i, towardsB * dy[i]);
                }

                break;
            case StepOperation.Abs or StepOperation.Sqrt:
                for (int i = 0; i < dy.Length; i++)
                {
                    Accumulate(da, i, operation == StepOperation.Sqrt ? dy[i] / (y[i] + y[i]) : T.IsZero(a[i]) ? T.Zero : T.CopySign(T.One, a[i]) * dy[i]);
                }

                break;
            default:
                throw new NotSupportedException($"Operation {operation} is not element-wise.");
        }
    }

    private static void ReverseFunction<T>(StepOperation operation, ReadOnlySpan<T> a, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> da)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (operation)
        {
            case StepOperation.Exp: Elementary.ExpBackward(y, dy, da); break;
            case StepOperation.Sigmoid: Elementary.SigmoidBackward(y, dy, da); break;
            case StepOperation.Tanh: Elementary.TanhBackward(y, dy, da); break;
            case StepOperation.Log: Elementary.LogBackward(a, dy, da); break;
            default: Elementary.SoftplusBackward(a, dy, da); break;
        }
    }

    private static (T TowardsA, T TowardsB) Slopes<T>(StepOperation operation, T a, T b, T y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => operation switch
        {
            StepOperation.Add => (T.One, T.One),
            StepOperation.Subtract => (T.One, -T.One),
            StepOperation.Multiply => (b, a),
            _ => (T.One / b, -y / b),
        };

    private static T At<T>(ReadOnlySpan<T> x, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x[x.Length == 1 ? 0 : i];

    private static void Accumulate<T>(Span<T> sum, int i, T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!sum.IsEmpty)
        {
            sum[sum.Length == 1 ? 0 : i] += x;
        }
    }
}
