using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Explains a slice by leaving one cell out at a time.</summary>
/// <remarks>
/// A cell is left out by passing it as a hole, which the model has learned to read: of the slice itself that clamps one cell less, of a slice before
/// it the stream takes in that slice without the cell and then all later ones again. Cost: (back + 1) · channels questions and as many replays of at
/// most back slices.
/// </remarks>
internal sealed class Explainer(WorldEngine engine)
{
    private const int Imagined = 64;
    private const int Draws = 400;

    private readonly SliceObserver _observer = new(engine);

    /// <summary>Explains the last of some slices.</summary>
    /// <param name="before">The stream before them; not changed.</param>
    /// <param name="since">At least one slice.</param>
    /// <param name="options">What to explain.</param>
    public Explanation Explain(StreamState before, IReadOnlyList<Slice> since, ExplainOptions options)
    {
        Slice slice = since[^1];
        int back = engine.Core.HasPast ? Math.Min(options.Back, since.Count - 1) : 0;
        StreamState[] states = States(before, since, back);
        Rng rng = new Rng(options.Seed).For("explain");
        Surprise surprise = _observer.Measure(states[0].Copy(), slice.Time, slice.Values, rng.For("slice"), Imagined);
        ChannelSurprise[] channels =
        [
            .. Enumerable.Range(0, slice.Values.Length).Where(c => !double.IsNaN(slice.Values[c]))
                .Select(c => OfChannel(states[0], slice, c, surprise.Expected[c], rng.For("channel").For(c)))
                .OrderByDescending(channel => channel.Surprise - channel.Expected),
        ];
        int explained = options.Channel ?? surprise.Worst;
        if (explained < 0)
        {
            return new Explanation(slice.Time, surprise, channels, explained, null, []);
        }

        CellPosterior prediction = Predict(states[0], slice, explained);
        CellInfluence[] influences =
        [
            .. Enumerable.Range(0, back + 1).SelectMany(ago => Enumerable.Range(0, slice.Values.Length).Select(c => (Ago: ago, Channel: c)))
                .Where(cell => !double.IsNaN(since[^(1 + cell.Ago)].Values[cell.Channel]) && (cell.Ago > 0 || cell.Channel != explained))
                .Select(cell => Influence(states, since, cell.Ago, cell.Channel, explained, prediction))
                .OrderByDescending(influence => influence.Strength),
        ];
        return new Explanation(slice.Time, surprise, channels, explained, prediction, influences);
    }

    /// <summary>The stream before the last slice, before the one before it, and so on.</summary>
    private StreamState[] States(StreamState before, IReadOnlyList<Slice> since, int back)
    {
        var states = new StreamState[back + 1];
        StreamState state = before.Copy();
        for (int i = 0; i < since.Count; i++)
        {
            int ago = since.Count - 1 - i;
            if (ago <= back)
            {
                states[ago] = state.Copy();
            }

            _observer.Advance(state, since[i].Time, since[i].Values);
        }

        return states;
    }

    private ChannelSurprise OfChannel(StreamState state, Slice slice, int channel, double expected, Rng rng)
    {
        double value = slice.Values[channel];
        CellPosterior belief = Predict(state, slice, channel);
        double surprise = -belief.LogProbability(value);
        return new ChannelSurprise(channel, value, belief, surprise, expected, Tail(belief, surprise, rng));
    }

    /// <summary>P(-log p(X) ≥ surprise): summed over outcomes, counted on draws of a number.</summary>
    private static double Tail(CellPosterior belief, double surprise, Rng rng)
    {
        if (belief.Channel.IsNumeric)
        {
            return SliceObserver.TailProbability([.. Enumerable.Range(0, Draws).Select(_ => -belief.LogProbability(belief.SampleRecorded(ref rng)))], surprise);
        }

        double sum = 0;
        for (int k = 0; k < belief.Outcomes.Count; k++)
        {
            double log = belief.LogProbability(k);
            sum += -log >= surprise ? Elementary.Exp(log) : 0;
        }

        return Math.Clamp(sum, double.Epsilon, 1);
    }

    private CellInfluence Influence(StreamState[] states, IReadOnlyList<Slice> since, int ago, int channel, int explained, CellPosterior prediction)
    {
        Slice slice = since[^1];
        StreamState state = states[ago].Copy();
        for (int i = ago; i > 0; i--)
        {
            double[] values = i == ago ? Without(since[^(1 + i)], channel) : since[^(1 + i)].Values;
            _observer.Advance(state, since[^(1 + i)].Time, values);
        }

        CellPosterior without = Predict(state, ago > 0 ? slice : slice with { Values = Without(slice, channel) }, explained);
        double value = slice.Values[explained];
        double deviation = prediction.StandardDeviation;
        return new CellInfluence(
            new CellAddress(channel, -ago), since[^(1 + ago)].Values[channel], without,
            deviation > 0 ? (prediction.Mean - without.Mean) / deviation : double.NaN,
            double.IsNaN(value) ? double.NaN : prediction.LogProbability(value) - without.LogProbability(value));
    }

    /// <summary>What is believed about a channel given the past and the other cells of the slice.</summary>
    private CellPosterior Predict(StreamState state, Slice slice, int channel)
    {
        bool[] clamped = [.. slice.Values.Select((value, c) => c != channel && !double.IsNaN(value))];
        return _observer.Answer(state, slice.Time, slice.Values, clamped)[channel]!;
    }

    private static double[] Without(Slice slice, int channel)
    {
        double[] values = [.. slice.Values];
        values[channel] = double.NaN;
        return values;
    }
}
