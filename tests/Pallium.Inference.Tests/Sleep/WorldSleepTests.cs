using System.Runtime.InteropServices;
using Pallium.Numerics;
using Pallium.Shared;

namespace Pallium.Inference.Tests;

public sealed class WorldSleepTests
{
    private static readonly SleepOptions Nap = new() { Rounds = 2, Effort = 32, Horizon = 4, Threads = 1 };

    private static readonly Lazy<WorldModel> LazySquares = new(() => WorldModel.Learn(
        Squares(2000, 1), new LearnOptions { Stack = "gru(8)", Hidden = 64, Rate = 1e-2, Epochs = 150, Threads = 2 }));

    private static readonly Lazy<SleepResult> LazySlept = new(() => LazySquares.Value.Sleep(
        Squares(3000, 2), new SleepOptions { Rounds = LongForm.IsWanted ? 24 : 10, Effort = 64, Horizon = 3, Threads = 2 }));

    /// <summary>What is known later tells about a size but not a sign, which no linear smoother can say: asleep it is learned.</summary>
    [Fact]
    public void Sleep_learns_what_later_cells_say_beyond_the_linear()
    {
        SleepResult slept = LazySlept.Value;
        Assert.True(slept.Kept, string.Join('\n', slept.Record.Groups.Prepend(slept.Record.Overall)));
        Assert.Contains(slept.Record.Groups, group => group.Name.StartsWith("later", StringComparison.Ordinal) && group.After - group.Before > 2 * group.StandardError);

        // A large square tomorrow: today's number is far from zero, on either side.
        var question = new Question { Clamps = [Clamp.Equal(new(1, 2), 4)], Asked = [new(0, 1)] };
        double Inside(WorldModel model)
        {
            Posterior posterior = model.After(Squares(50, 5)).Answer(question, new AnswerOptions { Effort = 0 }).Cells[0];
            return posterior.Cdf(1) - posterior.Cdf(-1);
        }

        Assert.True(Inside(slept.Model) < 0.7 * Inside(LazySquares.Value), $"{Inside(slept.Model)} {Inside(LazySquares.Value)}");
    }

    [Fact]
    public void The_model_proper_stays_the_same_to_the_bit()
    {
        WorldModel before = LazySquares.Value;
        WorldModel after = LazySlept.Value.Model;
        Assert.NotSame(before, after);
        Dictionary<string, byte[]> kept = Tensors(after);
        foreach ((string name, byte[] bytes) in Tensors(before))
        {
            Assert.Equal(bytes, kept[name]);
        }

        Assert.All(kept.Keys.Except(Tensors(before).Keys), name => Assert.StartsWith("sleep.", name, StringComparison.Ordinal));
        Frame frame = Squares(40, 9);
        Assert.Equal(Simulated.Answers(before, frame, 12), Simulated.Answers(after, frame, 12));
        var question = new Question { Clamps = [Clamp.Equal(new(1, 3), 2)], Asked = [new(0, 2)] };
        Answer Refined(WorldModel model) => model.After(frame).Answer(question, new AnswerOptions { Effort = 64, Threads = 1 });
        Assert.Equal(Refined(before).LogEvidence, Refined(after).LogEvidence);
        Assert.Equal(Refined(before).Samples, Refined(after).Samples);
    }

    [Fact]
    public void A_slept_model_is_saved_and_loaded_with_what_it_learned_asleep()
    {
        WorldModel slept = LazySlept.Value.Model;
        byte[] bytes = Simulated.Bytes(slept);
        WorldModel loaded = Simulated.Loaded(bytes);
        Assert.Equal(bytes, Simulated.Bytes(loaded));
        Assert.Equal(LazySlept.Value.Record.Rounds, loaded.Summary.Sleep!.Rounds);
        Assert.Equal(LazySlept.Value.Record.Overall, loaded.Summary.Sleep.Overall);
        var question = new Question { Clamps = [Clamp.Equal(new(1, 3), 2)], Asked = [new(0, 2), new(1, 2)] };
        double[] Numbers(WorldModel model) =>
            [.. model.After(Squares(50, 5)).Answer(question, new AnswerOptions { Effort = 0 }).Cells.SelectMany(Simulated.Numbers)];
        Assert.Equal(Numbers(slept), Numbers(loaded));
        Assert.NotEqual(Numbers(LazySquares.Value), Numbers(loaded));
    }

    [Fact]
    public void The_same_sleep_gives_the_same_bits_for_any_number_of_threads()
    {
        Frame replay = Simulated.Mixed(400, 3);
        SleepResult one = Simulated.MixedModel.Sleep(replay, Nap);
        SleepResult three = Simulated.MixedModel.Sleep(replay, Nap with { Threads = 3 });
        Assert.Equal(one.Record.Overall, three.Record.Overall);
        Assert.Equal(one.Record.Groups, three.Record.Groups);
        Assert.Equal(Simulated.Bytes(one.Model), Simulated.Bytes(three.Model));
        Assert.Equal(one.Kept, !ReferenceEquals(one.Model, Simulated.MixedModel));
    }

    [Fact]
    public void Dreams_alone_are_judged_on_what_the_model_remembers_of_its_data()
    {
        SleepResult result = Simulated.WalkModel.Sleep(null, Nap);
        Assert.Equal("dreams alone", result.Record.Source);
        Assert.Contains("which the model remembers", result.Record.HeldOut, StringComparison.Ordinal);
        Assert.All(result.Record.Groups, group => Assert.True(double.IsFinite(group.Before) && double.IsFinite(group.After) && group.Cells > 0));
    }

    [Fact]
    public void What_falls_anywhere_is_not_kept()
    {
        var better = new SleepGroup("all", 100, -2, -1.9, 0.05);
        Assert.True(SleepScores.Pays(better, [better, new SleepGroup("some", 50, -2, -2.04, 0.05)]));
        Assert.False(SleepScores.Pays(better, [better, new SleepGroup("some", 50, -2, -2.06, 0.05)]));
        Assert.False(SleepScores.Pays(better with { After = -1.96 }, []));
    }

    [Fact]
    public void A_sleep_that_cannot_be_is_refused_in_a_sentence()
    {
        Assert.Contains("rounds", Assert.Throws<InputException>(() => Simulated.MixedModel.Sleep(null, Nap with { Rounds = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("horizon", Assert.Throws<InputException>(() => Simulated.MixedModel.Sleep(null, Nap with { Horizon = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("long enough", Assert.Throws<InputException>(() => Simulated.MixedModel.Sleep(Simulated.Mixed(4, 1), Nap)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Simulated.MixedModel.Sleep(Simulated.Walk(100, 1), Nap));
    }

    private static Dictionary<string, byte[]> Tensors(WorldModel model) =>
        SafetensorsFile.Parse(Simulated.Bytes(model)).Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Type switch
        {
            SafetensorsType.F32 => MemoryMarshal.AsBytes(tensor.Values<float>()).ToArray(),
            SafetensorsType.F64 => MemoryMarshal.AsBytes(tensor.Values<double>()).ToArray(),
            _ => MemoryMarshal.AsBytes(tensor.Values<long>()).ToArray(),
        });

    /// <summary>a is noise; b is the square of the a before, and a little noise.</summary>
    private static Frame Squares(int rows, ulong seed)
    {
        var rng = new Rng(seed);
        var values = new double[rows * 2];
        double before = 0;
        for (int t = 0; t < rows; t++)
        {
            double now = rng.Normal();
            values[2 * t] = Math.Round(now, 2);
            values[(2 * t) + 1] = Math.Round((before * before) + (0.2 * rng.Normal()), 2);
            before = now;
        }

        return Frame.FromArrays([.. new[] { "a", "b" }.Select(name => new Channel(name, ChannelKind.Real) { Resolution = 0.01 })], values);
    }
}
