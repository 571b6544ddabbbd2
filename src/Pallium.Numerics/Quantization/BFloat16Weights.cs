using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Weights of 16 bits each.</summary>
internal sealed class BFloat16Weights(IReadOnlyList<int> shape) : StoredWeights
{
    private readonly BFloat16[] _values = new BFloat16[shape.Aggregate(1, (product, size) => checked(product * size))];

    public override long Bytes => sizeof(ushort) * (long)_values.Length;

    public override void Encode<T>(ReadOnlySpan<T> values)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = BFloat16.Nearest(values[i]);
        }
    }

    public override void Decode<T>(Span<T> values)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            values[i] = T.CreateTruncating(_values[i].ToSingle());
        }
    }

    public override void Write(SafetensorsWriter writer, string name) => writer.Add<BFloat16>(name, _values, [.. shape]);

    public override void Read(SafetensorsFile file, string name)
    {
        Tensor<BFloat16>(file, name, shape).CopyTo(_values);
        if (!Array.TrueForAll(_values, value => value.IsFinite))
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(name)} holds a number that is not finite.");
        }
    }
}
