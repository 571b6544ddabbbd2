using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Adds, measures and scales gradients.</summary>
internal static class GradientSum
{
    /// <summary>Adds all chunks into the first, in index order, and scales the sum.</summary>
    public static Gradients<T> Combine<T>(ReadOnlySpan<Gradients<T>> chunks, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> total = chunks[0].Values;
        foreach (Gradients<T> chunk in chunks[1..])
        {
            TensorPrimitives.Add(total, chunk.Values, total);
        }

        Scale(chunks[0], scale);
        return chunks[0];
    }

    /// <summary>Multiplies by a number.</summary>
    public static void Scale<T>(Gradients<T> gradients, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        TensorPrimitives.Multiply(gradients.Values, T.CreateChecked(factor), gradients.Values);

    /// <summary>Euclidean norm over all parameters.</summary>
    public static double Norm<T>(Gradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Math.Sqrt(double.CreateChecked(Reduction.SumOfSquares<T>(gradients.Values)));
}
