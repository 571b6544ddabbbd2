using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class LoadOptionsTests : IDisposable
{
    private const string Stack = "gru(6)+residual(rmsnorm+moe(6x5,top=2))";

    private static readonly Lazy<WorldModel> Model = new(() => WorldModel.Learn(
        Simulated.Mixed(120, 4), new LearnOptions { Stack = Stack, Hidden = 8, Epochs = 3, Threads = 2 }));

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pallium");

    public static TheoryData<string> Formats => ["", .. WeightFormat.All.Select(format => format.Name)];

    [Theory, MemberData(nameof(Formats))]
    public void A_model_with_its_experts_in_the_file_answers_with_the_same_bits_and_is_the_same_file(string format)
    {
        WorldModel model = format.Length == 0 ? Model.Value : WorldQuantizer.Round(Model.Value, WeightFormat.Find(format)!);
        model.Save(_path);
        long least = Least();
        WorldModel opened = Open(least);
        Frame test = Simulated.Mixed(12, 9, irregular: true);
        Assert.Equal([.. Simulated.Answers(model, test, 4), .. Simulated.Clamped(model, test)], [.. Simulated.Answers(opened, test, 4), .. Simulated.Clamped(opened, test)]);
        Assert.Equal(File.ReadAllBytes(_path), Simulated.Bytes(opened));
        Assert.Equal(model.Fingerprint, opened.Fingerprint);
        Assert.Equal(model.Summary.NetworkParameters, opened.Summary.NetworkParameters);
        Assert.Equal(model.Summary.StoredBytes, opened.Summary.StoredBytes);
        Assert.InRange(opened.Experts!.MostResidentBytes, 1, least);
        Assert.True(opened.Experts.Misses > 0 && opened.Experts.Hits > 0);
        Assert.Null(model.Experts);
    }

    [Fact]
    public void Streams_of_one_are_streams_of_the_other_and_threads_do_not_show()
    {
        Model.Value.Save(_path);
        WorldModel opened = Open(Least());
        Frame test = Simulated.Mixed(40, 9);
        Assert.Equal(Simulated.Answers(opened, test, 2), Simulated.Answers(Model.Value, test, 2));
        byte[] saved = opened.After(test).Save();
        Assert.Equal(saved, Model.Value.Restore(saved).Save());
        var options = new EvaluateOptions { Horizon = 3, Paths = 8, Threads = 4 };
        Assert.Equal(
            Model.Value.Evaluate(test, options).Channels.Select(channel => channel.LogLoss), opened.Evaluate(test, options).Channels.Select(channel => channel.LogLoss));
    }

    [Fact]
    public void What_needs_all_weights_is_refused()
    {
        Model.Value.Save(_path);
        WorldModel opened = Open(Least());
        Frame more = Simulated.Mixed(60, 5);
        Assert.Contains("not learn on", Assert.Throws<InputException>(() => opened.LearnMore(more)).Message, StringComparison.Ordinal);
        Assert.Contains("not learn on", Assert.Throws<InputException>(() => opened.LearnMore(more, new LearnOptions { GrowExperts = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("not sleep", Assert.Throws<InputException>(() => opened.Sleep()).Message, StringComparison.Ordinal);
        Assert.Contains("left in the file", Assert.Throws<InputException>(() => opened.Quantize(WeightFormat.Int8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_are_told()
    {
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => Open(1 << 20)).Message, StringComparison.Ordinal);
        Model.Value.Save(_path);
        byte[] good = File.ReadAllBytes(_path);
        long least = Least();
        Assert.Contains($"expected at least {least}, what one slice needs", Assert.Throws<InputException>(() => Open(least - 1)).Message, StringComparison.Ordinal);
        foreach (byte[] broken in new[] { [], good[..(good.Length / 2)], good[..^1], (byte[])[.. good[..^9], (byte)(good[^9] ^ 1), .. good[^8..]] })
        {
            File.WriteAllBytes(_path, broken);
            Assert.Contains("no whole Pallium model", Assert.Throws<InputException>(() => Open(least)).Message, StringComparison.Ordinal);
        }

        Simulated.MixedModel.Save(_path);
        Assert.Contains("has no experts", Assert.Throws<InputException>(() => Open(1 << 20)).Message, StringComparison.Ordinal);
        Simulated.WalkModel.Save(_path);
        Assert.Contains("has no experts", Assert.Throws<InputException>(() => Open(1 << 20)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    /// <summary>The fewest bytes that will do, as the refusal says.</summary>
    private long Least()
    {
        string[] words = Assert.Throws<InputException>(() => Open(0)).Message.Split("expected at least ")[1].Split(',');
        return long.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private WorldModel Open(long bytes) => WorldModel.Load(_path, new LoadOptions { ExpertMemory = bytes });
}
