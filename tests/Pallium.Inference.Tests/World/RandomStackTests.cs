using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Any stack of the grammar learns, streams, is saved and loaded, with the same bits; 300 of them with PALLIUM_LONG=1.</summary>
public sealed class RandomStackTests
{
    private static readonly int EncoderInputs = Simulated.MixedModel.Engine.Core.EncoderInputs;

    [Fact]
    public void Any_stack_learns_streams_and_is_kept_bit_for_bit() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(4711, 12345).WithMaxTest(LongForm.IsWanted ? 300 : 20),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Agrees(RandomStack.Draw(new Rng((ulong)seed), EncoderInputs))));

    [Fact]
    public void Any_stack_is_rounded_and_kept_bit_for_bit() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(4713, 12347).WithMaxTest(LongForm.IsWanted ? 300 : 20),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => RoundsAlike(RandomStack.Draw(new Rng((ulong)seed), EncoderInputs), WeightFormat.All[seed % WeightFormat.All.Count])));

    private static void RoundsAlike(string stack, WeightFormat format)
    {
        WorldModel model = WorldModel.Learn(Simulated.Mixed(120, 4), new LearnOptions { Stack = stack, Hidden = 8, Epochs = 3, Threads = 2 });
        WorldModel rounded = WorldQuantizer.Round(model, format);
        byte[] bytes = Simulated.Bytes(rounded);
        WorldModel loaded = Simulated.Loaded(bytes);
        Frame test = Simulated.Mixed(10, 9, irregular: true);
        double[] answers = Simulated.Answers(rounded, test, 3);
        Assert.True(answers.Count(double.IsFinite) > answers.Length * 9 / 10, $"{stack} as {format}: found {string.Join(' ', answers)}.");
        Assert.True(answers.AsSpan().SequenceEqual(Simulated.Answers(loaded, test, 3)), $"{stack} as {format}: the loaded model answers otherwise.");
        Assert.True(bytes.AsSpan().SequenceEqual(Simulated.Bytes(loaded)), $"{stack} as {format}: the loaded model is another file.");
        Assert.True(bytes.AsSpan().SequenceEqual(Simulated.Bytes(WorldQuantizer.Round(rounded, format))), $"{stack} as {format}: rounding again changes it.");
    }

    private static void Agrees(string stack)
    {
        // 108 slices are one update an epoch.
        Frame data = Simulated.Mixed(120, 4);
        var options = new LearnOptions { Stack = stack, Hidden = 8, Epochs = 3, Threads = 2 };
        WorldModel model = WorldModel.Learn(data, options);
        byte[] bytes = Simulated.Bytes(model);
        Assert.True(bytes.AsSpan().SequenceEqual(Simulated.Bytes(WorldModel.Learn(data, options with { Threads = 1 }))), $"{stack}: threads show in the model.");
        using var file = new MemoryStream(bytes);
        Frame test = Simulated.Mixed(10, 9, irregular: true);
        double[] answers = Simulated.Answers(model, test, 3);
        Assert.True(answers.Count(double.IsFinite) > answers.Length * 9 / 10, $"{stack}: found {string.Join(' ', answers)}.");
        Assert.True(answers.AsSpan().SequenceEqual(Simulated.Answers(WorldModel.Load(file), test, 3)), $"{stack}: the loaded model answers otherwise.");
    }
}
