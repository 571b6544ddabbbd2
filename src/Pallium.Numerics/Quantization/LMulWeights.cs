using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Weights of linear maps as products by <see cref="LMul"/> read them: sign, 8 bits of exponent and m of fraction, packed one after another.</summary>
/// <remarks>
/// They are truncated, not rounded to the nearest, because that is what the product does with its factors: products by the stored weights are those by the weights
/// before, to the bit. What is below the normal range becomes zero. A weight's lowest bit comes first; bits of the last byte that no weight uses are zero.
/// </remarks>
internal sealed class LMulWeights : StoredWeights
{
    private const int FractionBits = 23;
    private readonly LMul _rule;
    private readonly int _length;
    private readonly byte[] _codes;

    public LMulWeights(IReadOnlyList<int> shape, LMul rule)
    {
        _rule = rule;
        _length = shape.Aggregate(1, (product, size) => checked(product * size));
        _codes = new byte[checked((int)((((long)_length * Bits) + 7) / 8))];
    }

    public override LMul Product => _rule;

    public override long Bytes => _codes.Length;

    private int Bits => 32 - Dropped;

    private int Dropped => FractionBits - _rule.MantissaBits;

    public override void Encode<T>(ReadOnlySpan<T> values)
    {
        ulong held = 0;
        int bits = 0;
        int next = 0;
        foreach (T value in values)
        {
            held |= (ulong)(BitConverter.SingleToUInt32Bits(_rule.Truncate(float.CreateTruncating(value))) >> Dropped) << bits;
            for (bits += Bits; bits >= 8; bits -= 8, held >>= 8)
            {
                _codes[next++] = (byte)held;
            }
        }

        if (bits > 0)
        {
            _codes[next] = (byte)held;
        }
    }

    public override void Decode<T>(Span<T> values)
    {
        ulong held = 0;
        int bits = 0;
        int next = 0;
        foreach (ref T value in values)
        {
            for (; bits < Bits; bits += 8)
            {
                held |= (ulong)_codes[next++] << bits;
            }

            value = T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)held << Dropped));
            held >>= Bits;
            bits -= Bits;
        }
    }

    public override void Write(SafetensorsWriter writer, string name) => writer.Add<byte>(name, _codes, _codes.Length);

    public override void Read(SafetensorsFile file, string name)
    {
        Tensor<byte>(file, name, [_codes.Length]).CopyTo(_codes);
        float[] values = new float[_length];
        Decode<float>(values);
        if (!Array.TrueForAll(values, value => float.IsFinite(value) && _rule.Truncate(value) == value))
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(name)} holds a number that is not finite or below the normal range.");
        }

        int unused = (_codes.Length * 8) - (_length * Bits);
        if (unused > 0 && _codes[^1] >> (8 - unused) != 0)
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(name)} goes on after its last weight.");
        }
    }
}
