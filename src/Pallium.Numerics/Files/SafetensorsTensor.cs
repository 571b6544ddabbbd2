using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>A named array of a <see cref="SafetensorsFile"/>, row-major.</summary>
public sealed class SafetensorsTensor
{
    private readonly ReadOnlyMemory<byte> _bytes;

    internal SafetensorsTensor(string name, SafetensorsType type, IReadOnlyList<int> shape, ReadOnlyMemory<byte> bytes)
    {
        Name = name;
        Type = type;
        Shape = shape;
        _bytes = bytes;
    }

    /// <summary>Its name, unique in the file.</summary>
    public string Name { get; }

    /// <summary>Type of the elements.</summary>
    public SafetensorsType Type { get; }

    /// <summary>Extent of each axis, none negative; no axes: a single number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Length => _bytes.Length / Type.Size();

    /// <summary>The elements as they lie in the file.</summary>
    /// <exception cref="SafetensorsException">They are of another type.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged =>
        Type == SafetensorsTypes.Of<T>()
            ? MemoryMarshal.Cast<byte, T>(_bytes.Span)
            : throw new SafetensorsException($"Tensor {SafetensorsException.Quote(Name)} holds {Type.Name()}; {SafetensorsTypes.Of<T>().Name()} was expected.");

    /// <summary>Copies floating-point elements, converting between float and double.</summary>
    /// <exception cref="SafetensorsException">The elements are not floating-point, or their number is not that of <paramref name="target"/>.</exception>
    public void CopyTo<T>(Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Length != target.Length)
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(Name)} holds {Length} numbers; {target.Length} were expected.");
        }

        if (Type == SafetensorsType.F32)
        {
            TensorPrimitives.ConvertTruncating(Values<float>(), target);
        }
        else
        {
            TensorPrimitives.ConvertTruncating(Values<double>(), target);
        }
    }

    /// <summary>Copies floating-point elements into a parameter of the same shape.</summary>
    /// <exception cref="SafetensorsException">Type or shape differ.</exception>
    public void CopyTo<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        CheckShape(parameter.Shape);
        CopyTo(parameter.Values);
    }

    /// <summary>Refuses another shape than the one expected.</summary>
    internal void CheckShape(IReadOnlyList<int> expected)
    {
        if (!Shape.SequenceEqual(expected))
        {
            throw new SafetensorsException(
                $"Tensor {SafetensorsException.Quote(Name)} has shape [{string.Join(", ", Shape)}]; [{string.Join(", ", expected)}] was expected.");
        }
    }
}
