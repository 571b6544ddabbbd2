using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ChannelSelectorTests
{
    /// <summary>Few updates and folds: the tasks are easy, and tests are to be fast.</summary>
    private static readonly SelectionOptions Quick = new() { Updates = 400, Folds = 2, Repeats = 1, Threads = 2 };

    [Fact]
    public void What_tells_a_yes_no_target_is_kept_and_noise_is_not()
    {
        SelectionResult result = ChannelSelector.Select(YesNo(), "on", Quick);
        Assert.Equal(["a", "b"], result.Kept.Select(channel => channel.Channel.Name).Order());
        Assert.All(result.Channels, channel => Assert.Equal(channel.Kept, channel.Logit > 0));
        Assert.All(result.Kept, channel => Assert.True(channel.Cost > 3 * channel.CostError, $"{channel}"));
        Assert.True(result.Selected.BalancedAccuracy > 0.9 && result.None.BalancedAccuracy < 0.7, $"{result.Selected} {result.None}");
        Assert.True(result.Selected.Accuracy > result.All.Accuracy - 0.03, $"{result.Selected} {result.All}");
        Assert.Equal((1, 80), (result.Path.Count(step => step.IsChosen), result.TestSlices));
    }

    [Fact]
    public void What_a_number_does_not_follow_by_any_line_is_kept_too()
    {
        SelectionResult result = ChannelSelector.Select(
            Table(400, rng => rng.Uniform() * 2, ("y", ChannelKind.Real, x => Math.Abs(x[1] - 1) + (0.5 * x[3]))), "y", Quick);
        Assert.Equal(["b", "d"], result.Kept.Select(channel => channel.Channel.Name).Order());
        Assert.True(result.Selected.Explained > 0.9, $"{result.Selected}");
        Assert.True(double.IsNaN(result.Selected.Accuracy));
        Assert.Equal(result.Kept.MaxBy(channel => channel.Cost), result.Channels[0]);
    }

    [Fact]
    public void Categories_are_told_from_holed_channels()
    {
        Frame whole = Table(500, rng => rng.Uniform(), ("kind", ChannelKind.Categorical, x => x[2] < 0.33 ? 0 : x[2] < 0.67 ? 1 : 2));
        double[] values = [.. whole.Series[0].Values.Select((x, i) => i % 7 == 2 && i / 7 % 10 == 0 ? double.NaN : x)];
        SelectionResult result = ChannelSelector.Select(new Frame(whole.Schema, [new Series("", whole.Series[0].Times, values)]), "kind", Quick);
        Assert.Equal("c", Assert.Single(result.Kept).Channel.Name);
        Assert.InRange(result.Selected.Accuracy, 0.8, 1);
    }

    [Fact]
    public void In_a_stream_what_a_channel_was_before_counts()
    {
        SelectionResult result = ChannelSelector.Select(Stream(), "late", Quick with { Stack = "gru(16)" });
        Assert.Equal("cause", Assert.Single(result.Kept).Channel.Name);
        Assert.True(result.Selected.Accuracy > 0.95, $"{result.Selected}");
    }

    [Fact]
    public void The_bits_do_not_depend_on_threads()
    {
        Frame frame = YesNo();
        SelectionResult one = ChannelSelector.Select(frame, "on", Quick with { Updates = 60, Threads = 1 });
        SelectionResult three = ChannelSelector.Select(frame, "on", Quick with { Updates = 60, Threads = 3 });
        Assert.Equal(one.Channels, three.Channels);
        Assert.Equal(one.Path, three.Path);
        Assert.Equal((one.All, one.Selected, one.Cost), (three.All, three.Selected, three.Cost));
    }

    [Fact]
    public void A_set_of_channels_scores_as_in_the_selection()
    {
        SelectionOptions options = Quick with { Updates = 60 };
        SelectionResult result = ChannelSelector.Select(YesNo(), "on", options);
        Assert.Equal(result.All, ChannelSelector.Score(YesNo(), "on", ["f", "e", "d", "c", "b", "a"], options));
        Assert.Equal(result.None, ChannelSelector.Score(YesNo(), "on", [], options));
    }

    [Fact]
    public void Faults_are_named()
    {
        Frame frame = YesNo();
        Refused(() => ChannelSelector.Select(frame, "om"), "'om'", "did you mean 'on'");
        Refused(() => ChannelSelector.Select(frame, "nothing like it"), "expected one of a, b");
        Refused(() => ChannelSelector.Select(Table(30, rng => rng.Uniform(), ("on", ChannelKind.Real, x => x[0])), "on"), "30 rows", "at least 40");
        Refused(() => ChannelSelector.Select(Table(100, rng => rng.Uniform(), ("on", ChannelKind.Binary, _ => 1)), "on"), "column 'on'", "only 1", "two different values");
        Refused(() => ChannelSelector.Select(frame, "on", Quick with { Stack = "gru(16" }), "stack");
        Refused(() => ChannelSelector.Select(frame, "on", Quick with { Stack = "linear(6)+gla(6,heads=4)" }), "stack");
        Refused(() => ChannelSelector.Select(frame, "on", Quick with { TestShare = 0 }), "test share", "0.05 to 0.9");
        Refused(() => ChannelSelector.Score(frame, "on", ["on"]), "'on'");
    }

    [Fact]
    public void It_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Stopping(stop);
        Assert.ThrowsAny<OperationCanceledException>(() => ChannelSelector.Select(YesNo(), "on", Quick with { Updates = 20 }, progress, stop.Token));
        Assert.Equal("choosing how many", progress.Last.Phase);
    }

    private static void Refused(Action action, params string[] words)
    {
        InputException error = Assert.Throws<InputException>(action);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private static Frame YesNo() => Table(400, rng => rng.Uniform() - 0.5, ("on", ChannelKind.Binary, x => x[0] + x[1] > 0 ? 1 : 0));

    /// <summary>Channels a to f, drawn, and a target.</summary>
    private static Frame Table(int rows, Func<Rng, double> draw, (string Name, ChannelKind Kind, Func<double[], double> Truth) target)
    {
        var rng = new Rng(7);
        double[] values = [.. Enumerable.Range(0, rows).SelectMany(row =>
        {
            double[] x = [.. Enumerable.Range(0, 6).Select(c => draw(rng.For(row).For(c)))];
            return (double[])[.. x, target.Truth(x)];
        })];
        Channel[] channels =
        [
            .. "abcdef".Select(name => new Channel(name.ToString(), ChannelKind.Real) { Resolution = 1e-9 }),
            new Channel(target.Name, target.Kind) { Categories = target.Kind == ChannelKind.Categorical ? ["low", "middle", "high"] : [], Resolution = target.Kind == ChannelKind.Real ? 1e-9 : 1 },
        ];
        Frame frame = Frame.FromArrays(channels, values);
        return new Frame(frame.Schema with { IsTable = true }, frame.Series, "made up");
    }

    /// <summary>A yes/no channel that follows another two slices later, and two that have nothing to do with it.</summary>
    private static Frame Stream()
    {
        var rng = new Rng(5);
        double Coin(int slice, int channel) => rng.For(slice).For(channel).Uniform() < 0.5 ? 1 : 0;
        double[] values = [.. Enumerable.Range(2, 1200).SelectMany(slice => new[] { Coin(slice, 0), Coin(slice, 1), Coin(slice, 2), Coin(slice - 2, 0) })];
        return Frame.FromArrays([.. new[] { "cause", "one", "other", "late" }.Select(name => new Channel(name, ChannelKind.Binary))], values);
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<SelectionProgress>
    {
        public SelectionProgress Last { get; private set; }

        public void Report(SelectionProgress value)
        {
            Last = value;
            stop.Cancel();
        }
    }
}
