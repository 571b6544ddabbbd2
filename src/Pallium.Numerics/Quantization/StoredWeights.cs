using System.Numerics;

namespace Pallium.Numerics;

/// <summary>The weights of one tensor in a <see cref="WeightFormat"/>.</summary>
/// <remarks>What was decoded encodes to the same again, and float and double decode to the same numbers.</remarks>
public abstract class StoredWeights
{
    /// <summary>Bytes that they take.</summary>
    public abstract long Bytes { get; }

    /// <summary>How linear maps multiply by them; null: exactly.</summary>
    public virtual LMul? Product => null;

    /// <summary>Takes in the nearest weights that the format has. What is not finite, or too large for it, decodes to something that is not finite.</summary>
    /// <param name="values">As many as the shape has.</param>
    public abstract void Encode<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Gives the weights that were taken in, as numbers to compute with.</summary>
    /// <param name="values">As many as the shape has.</param>
    public abstract void Decode<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds them to a file.</summary>
    public abstract void Write(SafetensorsWriter writer, string name);

    /// <summary>Takes them from a file.</summary>
    /// <exception cref="SafetensorsException">A tensor is missing, has another type or shape, or holds what cannot be a weight.</exception>
    public abstract void Read(SafetensorsFile file, string name);

    /// <summary>Takes in a parameter's values.</summary>
    public void Encode<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Encode<T>(parameter.Values);
    }

    /// <summary>Gives a parameter its values, none below its bound, and the product that reads them; its layer is to be refreshed.</summary>
    /// <exception cref="NotSupportedException">The parameter does not take the product, or is of double precision.</exception>
    public void Decode<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Decode(parameter.Values);
        parameter.Product = Product;
        if (parameter.Minimum is double minimum)
        {
            T bound = T.CreateChecked(minimum);
            foreach (ref T value in parameter.Values)
            {
                value = T.Max(value, bound);
            }
        }
    }

    /// <summary>A tensor of a file, of the type and shape expected.</summary>
    private protected static ReadOnlySpan<T> Tensor<T>(SafetensorsFile file, string name, IReadOnlyList<int> shape)
        where T : unmanaged
    {
        SafetensorsTensor tensor = file[name];
        tensor.CheckShape(shape);
        return tensor.Values<T>();
    }
}
