using System.Security.Cryptography;
using System.Text;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Damaged model files give one sentence; every byte and 100,000 mutations with PALLIUM_LONG=1.</summary>
public sealed class ModelFileTests
{
    private static readonly Lazy<byte[]> Small = new(() => Simulated.Bytes(WorldModel.Learn(
        Simulated.Mixed(40, 6), new LearnOptions { Stack = "gru(2)", Epochs = 1, Hidden = 8, Components = 1, Threads = 1 })));

    private static readonly Lazy<byte[]> SmallRounded = new(() => Simulated.Bytes(WorldQuantizer.Round(Simulated.Loaded(Good), WeightFormat.Int8)));

    private static byte[] Good => Small.Value;

    private static byte[] Rounded => SmallRounded.Value;

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        for (int length = 0; length < Good.Length; length += LongForm.IsWanted ? 1 : 1 + (Good.Length / 300))
        {
            Refused(Good[..length]);
        }

        Refused([.. Good, 0]);
    }

    [Fact]
    public void A_file_with_any_bit_changed_is_refused()
    {
        var rng = new Rng(1);
        for (int at = 0; at < Good.Length; at += LongForm.IsWanted ? 1 : 1 + rng.Below(2 * Good.Length / 500))
        {
            byte[] changed = [.. Good];
            changed[at] ^= (byte)(1 << rng.Below(8));
            Refused(changed);
        }
    }

    [Fact]
    public void Files_of_a_newer_version_or_of_another_program_are_named_as_such()
    {
        Assert.Contains("version 3", Refused(Rewritten(("version", "3"))), StringComparison.Ordinal);
        Assert.Contains("newer Pallium", Refused(Rewritten(("version", "99"))), StringComparison.Ordinal);
        Assert.Contains("no format version", Refused(Rewritten(("version", "x"))), StringComparison.Ordinal);
        Assert.Contains("another program", Refused(Rewritten(("format", "pt"))), StringComparison.Ordinal);
        Assert.Contains("another program", Refused(new SafetensorsWriter().ToArray()), StringComparison.Ordinal);
        Refused(Encoding.UTF8.GetBytes("date,a,b\n2012-01-01,1,2\n"));
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => WorldModel.Load("/no/such/file")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1, 2")]
    [InlineData("")]
    [InlineData("\"Components\":1|\"Components\":0")]
    [InlineData("\"Components\":1|\"Components\":1e9")]
    [InlineData("\"Hidden\":8|\"Hidden\":2000000000")]
    [InlineData("\"Hidden\":8|\"Hidden\":9")]
    [InlineData("\"Stack\":\"gru(2)\"|\"Stack\":\"gru(3)\"")]
    [InlineData("\"Stack\":\"gru(2)\"|\"Stack\":\"gru(2\"")]
    [InlineData("\"Stack\":\"gru(2)\"|\"Stack\":\"lstm(2)\"")]
    [InlineData("\"Precision\":\"Single\"|\"Precision\":\"Half\"")]
    [InlineData("\"Kind\":\"Positive\"|\"Kind\":\"Real\"")]
    [InlineData("\"Kind\":\"Positive\"|\"Kind\":7")]
    [InlineData("\"Deviation\":|\"Deviation\":0,\"x\":")]
    [InlineData("\"Deviation\":|\"Deviation\":\"NaN\",\"x\":")]
    [InlineData("\"Step\":3600|\"Step\":0")]
    [InlineData("\"Step\":3600|\"Step\":\"Infinity\"")]
    [InlineData("\"dry\",\"mild\",\"wet\"|\"dry\",\"mild\"")]
    [InlineData("\"ClockPeriods\":[|\"ClockPeriods\":[0,")]
    [InlineData("\"ClockPeriods\":[|\"ClockPeriods\":[1,")]
    [InlineData("\"NetworkShares\":[|\"NetworkShares\":[0.5,")]
    [InlineData("\"NetworkShares\":[|\"NetworkShares\":[-1,")]
    [InlineData("\"MemoryScoredFrom\":|\"MemoryScoredFrom\":1000")]
    [InlineData("\"CalibrationHorizons\":|\"CalibrationHorizons\":1")]
    [InlineData("\"Runs\":[|\"Runs\":[null,")]
    [InlineData("\"Contributions\":[|\"Contributions\":[null,")]
    [InlineData("\"Channels\":[|\"Channels\":[null,")]
    [InlineData("\"Channels\":[{|\"Channels\":null,\"x\":[{")]
    [InlineData("\"Zone\":null|\"Zone\":\"Nowhere/City\"")]
    [InlineData("\"Name\":\"rain\"|\"Name\":null")]
    [InlineData("\"Name\":\"rain\"|\"Nome\":\"rain\"")]
    [InlineData("\"Categories\":|\"Kinds\":")]
    [InlineData("\"dry\"|null")]
    [InlineData("\"Divergences\":|\"Warnings\":")]
    [InlineData("\"Time\":{|\"Clock\":{")]
    public void Nonsense_that_was_sealed_is_refused(string change)
    {
        string model = SafetensorsFile.Parse(Good).Metadata["model"];
        string[] parts = change.Split('|');
        string changed = parts.Length == 1 ? change : model.Replace(parts[0], parts[1], StringComparison.Ordinal);
        Assert.NotEqual(model, changed);
        Refused(Rewritten(("model", changed)));
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused_although_sealed()
    {
        SafetensorsFile file = SafetensorsFile.Parse(Good);
        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            Refused(Rewritten(tensor.Name, _ => null));
            Refused(Rewritten(tensor.Name, values => [.. values, 0]));
            if (tensor.Type != SafetensorsType.I64 && tensor.Length > 0 && !tensor.Name.StartsWith("memory", StringComparison.Ordinal))
            {
                Refused(Rewritten(tensor.Name, values => [.. values.Select(_ => double.NaN)]));
            }
        }
    }

    [Theory]
    [InlineData("\"Weights\":\"int8\"|\"Weights\":\"int7\"", "int8, bf16, lmul4")]
    [InlineData("\"Weights\":\"int8\"|\"Weights\":\"lmul4\"", "was expected")]
    [InlineData("\"Weights\":\"int8\"|\"Weights\":\"bf16\"", "holds I8; BF16 was expected")]
    [InlineData("\"Weights\":\"int8\"|\"Weights\":8", "")]
    [InlineData("\"Weights\":\"int8\"|\"Weights\":null", "was expected")]
    [InlineData("\"Stack\":\"gru(2)\"|\"Stack\":\"gru(3)\"", "")]
    [InlineData("\"Stack\":\"gru(2)\"|\"Stack\":\"gru(16384)\"", "its network would have at least")]
    [InlineData("\"MemorySource\"|\"Quantization\":{\"Weights\":null},\"MemorySource\"", "")]
    public void Nonsense_about_rounded_weights_is_refused(string change, string expected)
    {
        string model = SafetensorsFile.Parse(Rounded).Metadata["model"];
        string[] parts = change.Split('|');
        string changed = model.Replace(parts[0], parts[1], StringComparison.Ordinal);
        Assert.NotEqual(model, changed);
        Assert.Contains(expected, Refused(Rewritten(Rounded, "", values => values, ("model", changed))), StringComparison.Ordinal);
    }

    [Fact]
    public void Rounded_weights_that_do_not_fit_are_refused_although_sealed()
    {
        foreach (SafetensorsTensor tensor in SafetensorsFile.Parse(Rounded).Tensors.Where(tensor => tensor.Type is SafetensorsType.I8 or SafetensorsType.BF16))
        {
            Refused(Rewritten(Rounded, tensor.Name, _ => null));
            Refused(Rewritten(Rounded, tensor.Name, values => [.. values, 0]));
            if (tensor.Length > 0)
            {
                Refused(Rewritten(Rounded, tensor.Name, values => [.. values.Select(_ => tensor.Type == SafetensorsType.I8 ? -128 : double.NaN)]));
            }
        }
    }

    [Fact]
    public void A_rounded_file_cut_short_or_with_a_bit_changed_is_refused()
    {
        var rng = new Rng(2);
        for (int at = 0; at < Rounded.Length; at += LongForm.IsWanted ? 1 : 1 + (Rounded.Length / 200))
        {
            Refused(Rounded[..at]);
            byte[] changed = [.. Rounded];
            changed[at] ^= (byte)(1 << rng.Below(8));
            Refused(changed);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mutations_give_errors_only(bool rounded)
    {
        byte[] good = rounded ? Rounded : Good;
        int cases = LongForm.IsWanted ? 100_000 : rounded ? 1_000 : 2_000;
        var root = new Rng(11);
        for (int i = 0; i < cases; i++)
        {
            Rng rng = root.For(i);
            byte[] bytes = Mutated(good, ref rng, within: i % 2 == 0 ? 4000 : good.Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Simulated.Loaded(bytes);
                Assert.Equal(good, bytes);
            }
            catch (InputException fault)
            {
                Assert.DoesNotContain('\n', fault.Message);
                Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Case {i}: {fault}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000 + (20L * bytes.Length));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mutations_that_were_sealed_anew_give_errors_or_models_that_answer(bool rounded)
    {
        byte[] good = rounded ? Rounded : Good;
        int cases = LongForm.IsWanted ? 20_000 : rounded ? 150 : 300;
        var root = new Rng(12);
        string model = SafetensorsFile.Parse(good).Metadata["model"];
        for (int i = 0; i < cases; i++)
        {
            Rng rng = root.For(i);
            string changed = Encoding.UTF8.GetString(Mutated(Encoding.UTF8.GetBytes(model), ref rng, within: model.Length));
            try
            {
                WorldModel read = Simulated.Loaded(Rewritten(good, "", values => values, ("model", changed)));
                Assert.All(read.Begin().Next(), posterior => posterior.Quantile(0.5));
            }
            catch (InputException fault)
            {
                Assert.DoesNotContain('\n', fault.Message);
            }
            catch (Exception fault)
            {
                Assert.Fail($"Case {i}, {changed}: {fault}");
            }
        }
    }

    [Theory]
    [InlineData("lstm(16384)")]
    [InlineData("gru(2)+gru(16384)")]
    [InlineData("cfc(2,backbone=3x16384)")]
    [InlineData("ltc(random:16384)")]
    [InlineData("cfc(ncp:16384)")]
    [InlineData("linear(16384)")]
    [InlineData("residual(linear(16384)+linear(9))")]
    public void A_stack_larger_than_the_file_is_refused_before_it_is_made(string stack)
    {
        string model = SafetensorsFile.Parse(Good).Metadata["model"];
        byte[] bytes = Rewritten(("model", model.Replace("\"gru(2)\"", $"\"{stack}\"", StringComparison.Ordinal)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("its network would have at least", Refused(bytes), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000 + (20L * bytes.Length));
    }

    [Fact]
    public void Saving_leaves_the_old_file_whole_until_the_new_one_is()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pallium-{Guid.NewGuid():N}.pallium");
        try
        {
            WorldModel model = Simulated.Loaded(Good);
            model.Save(path);
            model.Save(path);
            Assert.Equal(Good, File.ReadAllBytes(path));
            Assert.Equal(Good, Simulated.Bytes(WorldModel.Load(path)));
            Assert.Equal(SHA256.HashData(Good), model.Fingerprint);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Refused(byte[] bytes)
    {
        InputException fault = Assert.Throws<InputException>(() => WorldModel.Load(new MemoryStream(bytes), "room.pallium"));
        Assert.StartsWith("room.pallium: found a file that is no whole Pallium model (", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("), expected one written by Pallium.", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        return fault.Message;
    }

    private static byte[] Mutated(byte[] good, ref Rng rng, int within)
    {
        List<byte> bytes = [.. good];
        for (int change = 1 + rng.Below(4); change > 0; change--)
        {
            int at = rng.Below(Math.Min(within, bytes.Count - 8));
            switch (rng.Below(5))
            {
                case 0: bytes[at] = (byte)rng.Below(256); break;
                case 1: bytes[at] ^= (byte)(1 << rng.Below(8)); break;
                case 2: bytes.RemoveRange(at, 1 + rng.Below(7)); break;
                case 3: bytes.InsertRange(at, Enumerable.Repeat((byte)('0' + rng.Below(10)), 1 + rng.Below(3))); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, 1 + rng.Below(7))); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>The good file with other metadata, sealed anew.</summary>
    private static byte[] Rewritten(params (string Key, string Value)[] changes) => Rewritten(Good, "", values => values, changes);

    private static byte[] Rewritten(string name, Func<double[], double[]?> change) => Rewritten(Good, name, change);

    /// <summary>A file with one tensor's numbers changed (null: gone), sealed anew.</summary>
    private static byte[] Rewritten(byte[] good, string name, Func<double[], double[]?> change, params (string Key, string Value)[] changes)
    {
        SafetensorsFile file = SafetensorsFile.Parse(good);
        var writer = new SafetensorsWriter { IsSealed = true };
        foreach ((string key, string value) in file.Metadata.Where(pair => pair.Key != "sha256"))
        {
            int found = Array.FindIndex(changes, item => item.Key == key);
            writer.AddMetadata(key, found < 0 ? value : changes[found].Value);
        }

        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            double[]? values = tensor.Type switch
            {
                SafetensorsType.I64 => [.. tensor.Values<long>().ToArray().Select(x => (double)x)],
                SafetensorsType.F32 => [.. tensor.Values<float>().ToArray().Select(x => (double)x)],
                SafetensorsType.I8 => [.. tensor.Values<sbyte>().ToArray().Select(x => (double)x)],
                SafetensorsType.BF16 => [.. tensor.Values<BFloat16>().ToArray().Select(x => (double)x.ToSingle())],
                _ => tensor.Values<double>().ToArray(),
            };
            int[] shape = [.. tensor.Shape];
            if (tensor.Name == name)
            {
                int before = values.Length;
                values = change(values);
                shape = values is null || values.Length == before ? shape : [values.Length];
            }

            if (values is null)
            {
                continue;
            }

            switch (tensor.Type)
            {
                case SafetensorsType.I64: writer.Add<long>(tensor.Name, [.. values.Select(x => (long)x)], shape); break;
                case SafetensorsType.I8: writer.Add<sbyte>(tensor.Name, [.. values.Select(x => (sbyte)x)], shape); break;
                case SafetensorsType.BF16: writer.Add<BFloat16>(tensor.Name, [.. values.Select(BFloat16.Nearest)], shape); break;
                case SafetensorsType.F32: writer.Add<float>(tensor.Name, [.. values.Select(x => (float)x)], shape); break;
                default: writer.Add<double>(tensor.Name, values, shape); break;
            }
        }

        return writer.ToArray();
    }
}
