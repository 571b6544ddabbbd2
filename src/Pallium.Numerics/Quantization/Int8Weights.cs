using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Numerics;

/// <summary>Weights of 8 bits each, w ≈ s·q with q from -127 to 127 and one scale s per block of neighbours.</summary>
/// <remarks>
/// s = bf16(max |w| / 127) and q = round(w / s), ties to even. Relatively, a bfloat16 lies within 2⁻⁸ of what it rounds, and 127 · 2⁻⁸ &lt; ½, so
/// that the largest weight always has q = ±127: s follows from the decoded weights again, and none is cut off. The error is at most s/2. Scales below
/// the normal range of bfloat16 (weights below 1.5e-36) become zero, and their weights with them. Symmetric form of Jacob et al., CVPR 2018, eq. 1.
/// </remarks>
internal sealed class Int8Weights : StoredWeights
{
    private const int Most = sbyte.MaxValue;
    private const string ScalePrefix = "scale.";

    private readonly int[] _shape;
    private readonly WeightBlocks _blocks;
    private readonly sbyte[] _codes;
    private readonly BFloat16[] _scales;

    public Int8Weights(IReadOnlyList<int> shape)
    {
        _shape = [.. shape];
        _blocks = new WeightBlocks(_shape);
        _codes = new sbyte[_blocks.Length];
        _scales = new BFloat16[_blocks.Count];
    }

    public override long Bytes => _codes.Length + (sizeof(ushort) * (long)_scales.Length);

    public override void Encode<T>(ReadOnlySpan<T> values)
    {
        for (int block = 0, start = 0; block < _scales.Length; block++)
        {
            int end = _blocks.End(start);
            ReadOnlySpan<T> own = values[start..end];
            BFloat16 scale = BFloat16.Nearest(T.Abs(TensorPrimitives.MaxMagnitude(own)) / T.CreateChecked(Most));
            _scales[block] = scale.IsNormal || !scale.IsFinite ? scale : default;
            Encode(own, T.CreateTruncating(_scales[block].ToSingle()), _codes.AsSpan(start, own.Length));
            start = end;
        }
    }

    public override void Decode<T>(Span<T> values)
    {
        for (int block = 0, start = 0; block < _scales.Length; block++)
        {
            int end = _blocks.End(start);
            T scale = T.CreateTruncating(_scales[block].ToSingle());
            for (int i = start; i < end; i++)
            {
                values[i] = scale * T.CreateTruncating(_codes[i]);
            }

            start = end;
        }
    }

    public override void Write(SafetensorsWriter writer, string name)
    {
        writer.Add<sbyte>(name, _codes, _shape);
        writer.Add<BFloat16>(ScalePrefix + name, _scales, _scales.Length);
    }

    public override void Read(SafetensorsFile file, string name)
    {
        Tensor<sbyte>(file, name, _shape).CopyTo(_codes);
        Tensor<BFloat16>(file, ScalePrefix + name, [_scales.Length]).CopyTo(_scales);
        if (_codes.AsSpan().Contains(sbyte.MinValue))
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(name)} holds {sbyte.MinValue}; -{Most} to {Most} were expected.");
        }

        // Also the largest weight of a block must be a number.
        if (!Array.TrueForAll(_scales, scale => scale == default || (scale.IsNormal && float.IsFinite(Most * scale.ToSingle()) && scale.ToSingle() > 0)))
        {
            throw new SafetensorsException($"Tensor {SafetensorsException.Quote(ScalePrefix + name)} holds a scale that is negative, not finite or too large or small.");
        }
    }

    private static void Encode<T>(ReadOnlySpan<T> values, T scale, Span<sbyte> codes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (scale == T.Zero)
        {
            codes.Clear();
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            codes[i] = sbyte.CreateSaturating(T.Round(values[i] / scale));
        }
    }
}
