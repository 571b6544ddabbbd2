using System.Buffers;

namespace Pallium.Inference;

/// <summary>Arrays that a question needs while it is answered: lent by a pool, so that effort does not fill the heap.</summary>
internal sealed class Rented : IDisposable
{
    private readonly List<double[]> _numbers = [];
    private readonly List<int[]> _indices = [];

    /// <summary>At least <paramref name="length"/> zeros.</summary>
    public double[] Numbers(int length)
    {
        double[] array = ArrayPool<double>.Shared.Rent(length);
        array.AsSpan(0, length).Clear();
        _numbers.Add(array);
        return array;
    }

    /// <summary>At least <paramref name="length"/> whole numbers, which may be anything.</summary>
    public int[] Indices(int length)
    {
        int[] array = ArrayPool<int>.Shared.Rent(length);
        _indices.Add(array);
        return array;
    }

    /// <summary>Gives all arrays back.</summary>
    public void Dispose()
    {
        _numbers.ForEach(array => ArrayPool<double>.Shared.Return(array));
        _indices.ForEach(array => ArrayPool<int>.Shared.Return(array));
        _numbers.Clear();
        _indices.Clear();
    }
}
