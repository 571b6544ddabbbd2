using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>A named array of a <see cref="SafetensorsFile"/>, row-major.</summary>
public sealed class SafetensorsTensor
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly MappedBytes? _mapped;
    private readonly long _offset;

    internal SafetensorsTensor(SafetensorsHeader.Entry entry, ReadOnlyMemory<byte> bytes)
        : this(entry) => _bytes = bytes;

    internal SafetensorsTensor(SafetensorsHeader.Entry entry, MappedBytes mapped, long offset)
        : this(entry) => (_mapped, _offset) = (mapped, offset);

    private SafetensorsTensor(SafetensorsHeader.Entry entry) =>
        (Name, Type, Shape, Length) = (entry.Name, entry.Type, entry.Shape, (entry.End - entry.Begin) / entry.Type.Size());

    /// <summary>Its name, unique in the file.</summary>
    public string Name { get; }

    /// <summary>Type of the elements.</summary>
    public SafetensorsType Type { get; }

    /// <summary>Extent of each axis, none negative; no axes: a single number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements as they lie in the file; of a file that was mapped, a copy each time.</summary>
    /// <exception cref="SafetensorsException">They are of another type.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (Type != SafetensorsTypes.Of<T>())
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(Name)} holds {Type.Name()}; {SafetensorsTypes.Of<T>().Name()} was expected.");
        }

        if (_mapped is null)
        {
            return MemoryMarshal.Cast<byte, T>(_bytes.Span);
        }

        var copy = new T[Length];
        _mapped.Read(_offset, MemoryMarshal.AsBytes(copy.AsSpan()));
        return copy;
    }

    /// <summary>Copies floating-point elements, converting between float and double.</summary>
    /// <exception cref="SafetensorsException">The elements are not floating-point, or their number is not that of <paramref name="target"/>.</exception>
    public void CopyTo<T>(Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Length != target.Length)
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(Name)} holds {Length} numbers; {target.Length} were expected.");
        }

        if (_mapped is not null && Type == SafetensorsTypes.Of<T>())
        {
            _mapped.Read(_offset, MemoryMarshal.AsBytes(target));
        }
        else if (Type == SafetensorsType.F32)
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
        // Axis by axis: experts are fetched through here while streams run, and an enumerator would be allocated each time.
        bool isExpected = Shape.Count == expected.Count;
        for (int axis = 0; isExpected && axis < expected.Count; axis++)
        {
            isExpected = Shape[axis] == expected[axis];
        }

        if (!isExpected)
        {
            throw new SafetensorsException(
                $"Tensor {SafetensorsException.Quote(Name)} has shape [{string.Join(", ", Shape)}]; [{string.Join(", ", expected)}] was expected.");
        }
    }
}
