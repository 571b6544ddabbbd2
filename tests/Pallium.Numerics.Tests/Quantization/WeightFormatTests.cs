using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Numerics.Tests;

public sealed class WeightFormatTests
{
    public static TheoryData<string, bool> Formats =>
    [
        .. WeightFormat.All.Select(format => (format.Name, false)), .. WeightFormat.All.Where(format => format.Product is not null).Select(format => (format.Name, true)),
    ];

    [Theory, MemberData(nameof(Formats))]
    public void What_was_decoded_encodes_to_the_same_in_memory_and_in_files_float_and_double(string name, bool takesProduct)
    {
        Func<int[], StoredWeights> format = Of(name, takesProduct);
        Gen<(int Rows, int Columns, int Seed)> cases = Gen.Choose(0, 9).SelectMany(rows => Gen.Choose(0, 600), (rows, columns) => (rows, columns))
            .SelectMany(_ => Gen.Choose(1, 1 << 20), (shape, seed) => (shape.rows, shape.columns, seed));
        Check.One(Config.QuickThrowOnFailure.WithReplay(3, 5).WithMaxTest(60), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            int[] shape = [one.Rows, one.Columns];
            float[] values = Weights(one.Rows * one.Columns, (ulong)one.Seed);
            float[] once = RoundTrip(format, shape, values);
            double[] wide = RoundTrip(format, shape, [.. values.Select(value => (double)value)]);
            return once.AsSpan().SequenceEqual(RoundTrip(format, shape, once)) && once.AsSpan().SequenceEqual(Filed(format, shape, values))
                && once.Select(value => (double)value).SequenceEqual(wide);
        }));
    }

    [Fact]
    public void Weights_of_8_bits_err_by_half_a_scale_at_most_and_the_largest_is_never_cut_off()
    {
        const double RoundingOfTheScale = 1.004;
        for (ulong seed = 1; seed <= 200; seed++)
        {
            float[] values = Weights(130, seed);
            float[] rounded = RoundTrip(WeightFormat.Int8, [130], values);
            double largest = values.Max(Math.Abs);
            Assert.Equal(Math.Abs(rounded[Array.FindIndex(values, value => Math.Abs(value) == largest)]), rounded.Max(Math.Abs));
            Assert.All(values.Zip(rounded), pair => Assert.InRange(Math.Abs(pair.First - (double)pair.Second), 0, RoundingOfTheScale * largest / 127 / 2));
        }
    }

    [Fact]
    public void Weights_of_16_bits_are_each_the_nearest()
    {
        float[] values = Weights(1000, 2);
        Assert.Equal(values.Select(value => BFloat16.Nearest(value).ToSingle()), RoundTrip(WeightFormat.Bfloat16, [10, 100], values));
    }

    [Theory, MemberData(nameof(Formats))]
    public void Zeros_stay_zeros_and_do_not_spoil_their_neighbours(string name, bool takesProduct)
    {
        Func<int[], StoredWeights> format = Of(name, takesProduct);
        float exact = takesProduct ? 31f / 32 : 127f / 128;
        float[] values = [.. new float[256], .. Enumerable.Repeat(exact, 256)];
        Assert.Equal(values, RoundTrip(format, [2, 256], values));
        Assert.Empty(RoundTrip(format, [0, 7], Array.Empty<float>()));
        Assert.Equal([-exact], RoundTrip(format, [], [-exact]));
        Assert.All(RoundTrip(WeightFormat.Int8, [3], [1e-37f, -1e-38f, float.Epsilon]), value => Assert.Equal(0, value));
    }

    [Theory, MemberData(nameof(Formats))]
    public void What_cannot_be_stored_does_not_become_a_number(string name, bool takesProduct)
    {
        foreach (double value in new[] { double.NaN, double.PositiveInfinity, -1e300 })
        {
            double[] rounded = RoundTrip(Of(name, takesProduct), [3], [0.5, value, -1]);
            Assert.Contains(rounded, number => !double.IsFinite(number));
        }
    }

    [Fact]
    public void Weights_for_LMul_take_13_bits_and_are_those_that_it_reads()
    {
        float[] values = [.. Weights(1001, 3), 1e-42f, -float.MaxValue, 1.9999f, -0f];
        float[] stored = RoundTrip(WeightFormat.LMul4, [values.Length], values, takesProduct: true);
        Assert.Equal(values.Select(WeightFormat.LMul4.Product!.Truncate), stored);
        Assert.Equal((13 * values.Length + 7) / 8, WeightFormat.LMul4.Create([values.Length], takesProduct: true).Bytes);
        Assert.Equal(2 * values.Length, WeightFormat.LMul4.Create([values.Length]).Bytes);
    }

    [Fact]
    public void Products_by_the_stored_weights_are_those_by_the_weights_before_to_the_bit()
    {
        const int Columns = 19;
        float[] weights = Weights(Columns * 33, 7);
        float[] x = Weights(3 * Columns, 8);
        float[] Multiply(float[] values)
        {
            var packed = new PackedMatrix<float>(Columns, 33) { Product = WeightFormat.LMul4.Product };
            packed.PackTransposed(values);
            var y = new float[3 * 33];
            packed.Accumulate(3, x, Columns, y, 33);
            return y;
        }

        Assert.Equal(Multiply(weights), Multiply(RoundTrip(WeightFormat.LMul4, [33, Columns], weights, takesProduct: true)));
    }

    [Fact]
    public void A_parameter_is_given_the_product_of_its_format_where_it_takes_one()
    {
        var map = new Parameter<float>(2, 3) { TakesProduct = true };
        var gain = new Parameter<float>(3);
        foreach (WeightFormat format in new[] { WeightFormat.LMul4, WeightFormat.Int8 })
        {
            format.Create(map).Decode(map);
            format.Create(gain).Decode(gain);
            Assert.Equal(format.Product, map.Product);
            Assert.Null(gain.Product);
        }
    }

    [Theory]
    [InlineData("missing", "no tensor 'w'")]
    [InlineData("shape", "[15] was expected")]
    [InlineData("type", "U8 was expected")]
    [InlineData("infinite", "not finite")]
    [InlineData("small", "below the normal range")]
    [InlineData("longer", "goes on after its last weight")]
    public void Files_that_hold_no_weights_for_LMul_are_refused_by_name(string fault, string expected)
    {
        // Nine weights of 13 bits, and three bits that none uses; the first is 1.0 unless it is spoilt.
        byte[] codes = new byte[15];
        (codes[0], codes[1]) = fault switch { "infinite" => ((byte)0xF0, (byte)0x0F), "small" => ((byte)0x01, (byte)0), _ => ((byte)0xF0, (byte)0x07) };
        codes[^1] = fault == "longer" ? (byte)0x80 : (byte)0;
        var writer = new SafetensorsWriter();
        if (fault == "type")
        {
            writer.Add<sbyte>("w", new sbyte[15], 15);
        }
        else if (fault != "missing")
        {
            writer.Add<byte>("w", codes, fault == "shape" ? [3, 5] : [15]);
        }

        SafetensorsFile file = SafetensorsFile.Parse(writer.ToArray());
        StoredWeights weights = WeightFormat.LMul4.Create([3, 3], takesProduct: true);
        Assert.Contains(expected, Assert.Throws<SafetensorsException>(() => weights.Read(file, "w")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_keeps_its_bound()
    {
        var parameter = new Parameter<float>(3) { Minimum = 0.003 };
        new[] { 0.003f, 1f, 0.004f }.CopyTo(parameter.Values);
        StoredWeights stored = WeightFormat.Int8.Create(parameter.Shape);
        stored.Encode(parameter);
        stored.Decode(parameter);
        Assert.Equal(0.003f, parameter.Values[0]);
        float[] once = parameter.Values.ToArray();
        stored.Encode(parameter);
        stored.Decode(parameter);
        Assert.Equal(once, parameter.Values.ToArray());
    }

    [Theory]
    [InlineData("int8", "w", "missing", "no tensor 'w'")]
    [InlineData("int8", "scale.w", "missing", "no tensor 'scale.w'")]
    [InlineData("int8", "w", "shape", "[2, 200] was expected")]
    [InlineData("int8", "scale.w", "shape", "[2] was expected")]
    [InlineData("int8", "w", "type", "I8 was expected")]
    [InlineData("int8", "scale.w", "type", "BF16 was expected")]
    [InlineData("int8", "w", "low", "holds -128")]
    [InlineData("int8", "scale.w", "FF80", "holds a scale")]
    [InlineData("int8", "scale.w", "7FC0", "holds a scale")]
    [InlineData("int8", "scale.w", "BF80", "holds a scale")]
    [InlineData("int8", "scale.w", "7F00", "holds a scale")]
    [InlineData("int8", "scale.w", "0001", "holds a scale")]
    [InlineData("bf16", "w", "missing", "no tensor 'w'")]
    [InlineData("bf16", "w", "shape", "[2, 200] was expected")]
    [InlineData("bf16", "w", "type", "BF16 was expected")]
    [InlineData("bf16", "w", "7F80", "not finite")]
    [InlineData("bf16", "w", "FFC1", "not finite")]
    public void Files_that_hold_no_such_weights_are_refused_by_name(string name, string tensor, string fault, string expected)
    {
        WeightFormat format = WeightFormat.Find(name)!;
        StoredWeights weights = format.Create([2, 200]);
        weights.Encode<float>(Weights(400, 1));
        var good = new SafetensorsWriter();
        weights.Write(good, "w");
        var bad = new SafetensorsWriter();
        foreach (SafetensorsTensor item in SafetensorsFile.Parse(good.ToArray()).Tensors.Where(item => item.Name != tensor || fault != "missing"))
        {
            string change = item.Name == tensor ? fault : "";
            int[] shape = change == "shape" ? [item.Length, 1] : [.. item.Shape];
            if (change == "type")
            {
                bad.Add<float>(item.Name, new float[item.Length], shape);
            }
            else if (item.Type == SafetensorsType.I8)
            {
                sbyte[] codes = item.Values<sbyte>().ToArray();
                codes[7] = change == "low" ? sbyte.MinValue : codes[7];
                bad.Add<sbyte>(item.Name, codes, shape);
            }
            else
            {
                BFloat16[] numbers = item.Values<BFloat16>().ToArray();
                numbers[1] = change.Length == 4 && change != "type" ? new BFloat16(Convert.ToUInt16(change, 16)) : numbers[1];
                bad.Add<BFloat16>(item.Name, numbers, shape);
            }
        }

        SafetensorsFile file = SafetensorsFile.Parse(bad.ToArray());
        Assert.Contains(expected, Assert.Throws<SafetensorsException>(() => format.Create([2, 200]).Read(file, "w")).Message, StringComparison.Ordinal);
    }

    /// <summary>Numbers of very different sizes, some zero.</summary>
    private static float[] Weights(int count, ulong seed)
    {
        var rng = new Rng(seed);
        double size = Math.Pow(10, (8 * rng.Uniform()) - 4);
        return [.. Enumerable.Range(0, count).Select(_ => rng.Uniform() < 0.1 ? 0 : (float)(size * rng.Normal()))];
    }

    private static Func<int[], StoredWeights> Of(string name, bool takesProduct) => shape => WeightFormat.Find(name)!.Create(shape, takesProduct);

    private static T[] RoundTrip<T>(WeightFormat format, int[] shape, T[] values, bool takesProduct = false)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => RoundTrip(Of(format.Name, takesProduct), shape, values);

    private static T[] RoundTrip<T>(Func<int[], StoredWeights> format, int[] shape, T[] values)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        StoredWeights stored = format(shape);
        var decoded = new T[values.Length];
        decoded.AsSpan().Fill(T.NaN);
        stored.Encode<T>(values);
        stored.Decode<T>(decoded);
        return decoded;
    }

    private static float[] Filed(Func<int[], StoredWeights> format, int[] shape, float[] values)
    {
        StoredWeights stored = format(shape);
        stored.Encode<float>(values);
        var writer = new SafetensorsWriter();
        stored.Write(writer, "w");
        SafetensorsFile file = SafetensorsFile.Parse(writer.ToArray());
        Assert.Equal(stored.Bytes, file.Tensors.Sum(tensor => tensor.Length * (tensor.Type == SafetensorsType.BF16 ? 2L : 1L)));
        StoredWeights read = format(shape);
        read.Read(file, "w");
        var decoded = new float[values.Length];
        read.Decode<float>(decoded);
        return decoded;
    }
}
