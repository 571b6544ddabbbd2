using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Numerics.Tests;

public sealed class WeightFormatTests
{
    public static TheoryData<string> Names => [.. WeightFormat.All.Select(format => format.Name)];

    [Theory, MemberData(nameof(Names))]
    public void What_was_decoded_encodes_to_the_same_in_memory_and_in_files_float_and_double(string name)
    {
        WeightFormat format = WeightFormat.Find(name)!;
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

    [Theory, MemberData(nameof(Names))]
    public void Zeros_stay_zeros_and_do_not_spoil_their_neighbours(string name)
    {
        WeightFormat format = WeightFormat.Find(name)!;
        float[] values = [.. new float[256], .. Enumerable.Repeat(127f / 128, 256)];
        Assert.Equal(values, RoundTrip(format, [2, 256], values));
        Assert.Empty(RoundTrip(format, [0, 7], Array.Empty<float>()));
        Assert.Equal([-127f / 128], RoundTrip(format, [], [-127f / 128]));
        Assert.All(RoundTrip(WeightFormat.Int8, [3], [1e-37f, -1e-38f, float.Epsilon]), value => Assert.Equal(0, value));
    }

    [Theory, MemberData(nameof(Names))]
    public void What_cannot_be_stored_does_not_become_a_number(string name)
    {
        foreach (double value in new[] { double.NaN, double.PositiveInfinity, -1e300 })
        {
            double[] rounded = RoundTrip(WeightFormat.Find(name)!, [3], [0.5, value, -1]);
            Assert.Contains(rounded, number => !double.IsFinite(number));
        }
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

    private static T[] RoundTrip<T>(WeightFormat format, int[] shape, T[] values)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        StoredWeights stored = format.Create(shape);
        var decoded = new T[values.Length];
        decoded.AsSpan().Fill(T.NaN);
        stored.Encode<T>(values);
        stored.Decode<T>(decoded);
        return decoded;
    }

    private static float[] Filed(WeightFormat format, int[] shape, float[] values)
    {
        StoredWeights stored = format.Create(shape);
        stored.Encode<float>(values);
        var writer = new SafetensorsWriter();
        stored.Write(writer, "w");
        SafetensorsFile file = SafetensorsFile.Parse(writer.ToArray());
        Assert.Equal(stored.Bytes, file.Tensors.Sum(tensor => tensor.Length * (tensor.Type == SafetensorsType.I8 ? 1L : 2L)));
        StoredWeights read = format.Create(shape);
        read.Read(file, "w");
        var decoded = new float[values.Length];
        read.Decode<float>(decoded);
        return decoded;
    }
}
