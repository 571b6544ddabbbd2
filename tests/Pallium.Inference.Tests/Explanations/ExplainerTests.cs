namespace Pallium.Inference.Tests;

public sealed class ExplainerTests
{
    /// <summary>A stream seen up to the last few slices, and those.</summary>
    private static (Session Before, Slice[] Since) Stream(WorldModel model, Frame frame, int kept)
    {
        Slice[] slices = [.. frame.Slices()];
        Session session = model.Begin();
        foreach (Slice slice in slices[..^kept])
        {
            session.Advance(slice);
        }

        return (session, slices[^kept..]);
    }

    [Fact]
    public void An_influence_is_the_difference_to_the_same_stream_with_a_hole()
    {
        WorldModel model = Simulated.MixedModel;
        (Session before, Slice[] since) = Stream(model, Simulated.Mixed(60, 5, holes: 0), 5);
        Explanation explanation = before.Explain(since, new ExplainOptions { Channel = 0, Back = 3 });
        Assert.Equal((4 * 4) - 1, explanation.Influences.Count);
        Assert.Equal(explanation.Influences.Select(influence => influence.Strength).OrderDescending(), explanation.Influences.Select(influence => influence.Strength));
        foreach (CellInfluence influence in explanation.Influences)
        {
            Slice[] holed = [.. since.Select(slice => slice with { Values = [.. slice.Values] })];
            holed[^(1 - influence.Cell.Offset)].Values[influence.Cell.Channel] = double.NaN;
            Posterior without = Predict(before, holed, 0);
            Posterior with = Predict(before, since, 0);
            double seen = since[^1].Values[0];
            Assert.Equal(without.Mean, influence.Without.Mean, 1e-12);
            Assert.Equal((with.Mean - without.Mean) / with.StandardDeviation, influence.Shift, 1e-12);
            Assert.Equal(with.LogProbability(seen) - without.LogProbability(seen), influence.Gain, 1e-12);
            Assert.Equal(since[^(1 - influence.Cell.Offset)].Values[influence.Cell.Channel], influence.Value);
        }
    }

    [Fact]
    public void An_injected_outlier_is_found_and_what_pulled_the_prediction_is_named()
    {
        // Channel b follows its own past.
        (Session before, Slice[] since) = Stream(Simulated.WalkModel, Simulated.Walk(150, 31), 9);
        since[^2].Values[1] += 40;
        Explanation explanation = before.Explain(since);
        Assert.Equal(1, explanation.Channel);
        Assert.Equal(1, explanation.Channels[0].Channel);
        Assert.InRange(explanation.Channels[0].TailProbability, 0, 1e-3);
        Assert.InRange(explanation.Channels[^1].TailProbability, 0.01, 1);
        Assert.Equal(new CellAddress(1, -1), explanation.Influences[0].Cell);
        Assert.True(explanation.Influences[0].Shift > 5);
        Assert.True(explanation.Influences[0].Gain < -5);
    }

    [Fact]
    public void Surprise_is_that_of_the_session_and_the_session_is_left_as_it_was()
    {
        WorldModel model = Simulated.MixedModel;
        (Session before, Slice[] since) = Stream(model, Simulated.Mixed(60, 5, holes: 0), 4);
        byte[] saved = before.Save();
        Explanation explanation = before.Explain(since);
        Assert.Equal(saved, before.Save());
        Session reader = before.Fork();
        foreach (Slice slice in since[..^1])
        {
            reader.Advance(slice);
        }

        Surprise surprise = reader.Observe(since[^1]);
        Assert.Equal(surprise.Total, explanation.Surprise.Total, 1e-12);
        Assert.Equal(surprise.Worst, explanation.Channel);
        Assert.All(explanation.Channels, channel => Assert.Equal(surprise.Channels[channel.Channel], channel.Surprise, 1e-12));
        Assert.All(explanation.Channels, channel => Assert.InRange(channel.TailProbability, double.Epsilon, 1));
    }

    [Fact]
    public void Tail_probabilities_of_channels_are_uniform_on_data_from_the_model()
    {
        const int Slices = 150;
        Slice[] slices = [.. Simulated.Walk(Slices + 50, 99).Slices()];
        Session session = Simulated.WalkModel.Begin();
        var tails = new List<double>();
        for (int t = 0; t < slices.Length; t++)
        {
            if (t >= 50)
            {
                tails.Add(session.Explain([slices[t]], new ExplainOptions { Back = 0, Seed = (ulong)t }).Channels.First(channel => channel.Channel == 1).TailProbability);
            }

            session.Advance(slices[t]);
        }

        tails.Sort();
        double distance = tails.Select((tail, i) => Math.Abs(tail - ((i + 0.5) / Slices))).Max();

        // Kolmogorov and Smirnov: 1.63/√n is passed once in a hundred times.
        Assert.InRange(distance, 0, 1.63 / Math.Sqrt(Slices));
    }

    [Fact]
    public void Holes_move_nothing_and_can_be_explained_themselves()
    {
        (Session before, Slice[] since) = Stream(Simulated.WalkModel, Simulated.Walk(60, 3), 3);
        since[^1].Values[0] = double.NaN;
        Explanation explanation = before.Explain(since, new ExplainOptions { Channel = 0 });
        Assert.Equal([1, 2], explanation.Channels.Select(channel => channel.Channel).Order());
        Assert.Equal(8, explanation.Influences.Count);
        Assert.All(explanation.Influences, influence => Assert.True(double.IsNaN(influence.Gain) && !double.IsNaN(influence.Shift)));
        Explanation nothing = before.Explain([since[0] with { Values = [double.NaN, double.NaN, double.NaN] }]);
        Assert.Equal(-1, nothing.Channel);
        Assert.Empty(nothing.Influences);
    }

    [Fact]
    public void What_cannot_be_explained_is_refused()
    {
        (Session before, Slice[] since) = Stream(Simulated.WalkModel, Simulated.Walk(60, 3), 3);
        Assert.Contains("expected the one to explain", Assert.Throws<InputException>(() => before.Explain([])).Message, StringComparison.Ordinal);
        Assert.Contains("Option back: found -1", Assert.Throws<InputException>(() => before.Explain(since, new ExplainOptions { Back = -1 })).Message, StringComparison.Ordinal);
        Assert.Contains("channel number 3", Assert.Throws<InputException>(() => before.Explain(since, new ExplainOptions { Channel = 3 })).Message, StringComparison.Ordinal);
        Assert.Contains("expected one after", Assert.Throws<InputException>(() => before.Explain([since[1], since[0]])).Message, StringComparison.Ordinal);
    }

    private static Posterior Predict(Session before, Slice[] since, int channel)
    {
        Session session = before.Fork();
        foreach (Slice slice in since[..^1])
        {
            session.Advance(slice);
        }

        double[] values = [.. since[^1].Values];
        values[channel] = double.NaN;
        return session.Fill(since[^1] with { Values = values }).Posteriors[channel]!;
    }
}
