using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A question for learning asleep: a stream, what is known of the slices to come, and what they were.</summary>
/// <param name="Start">The stream before them.</param>
/// <param name="Slices">What is known of them.</param>
/// <param name="Truths">What they were, [slices][channels]; NaN where nobody knows.</param>
/// <param name="Block">Number of the stretch of data, as long as the longest question, that it begins in: what begins in one tells about the same slices; -1 of a dream.</param>
internal sealed record SleepQuestion(StreamState Start, SlicePlan[] Slices, double[][] Truths, int Block);

/// <summary>Draws questions about data and about dreams.</summary>
/// <remarks>
/// Streams begin where data have led them, at moments drawn once. What comes next is what came in the data or, in a dream, what the model draws
/// after a stretch of other dreamt slices. A question has 2 to <paramref name="horizon"/> slices, of whose cells a random share is known; some slices
/// wholly, and in half of the questions one channel not at all.
/// </remarks>
/// <param name="model">Who dreams.</param>
/// <param name="horizon">Slices of the longest questions.</param>
internal sealed class SleepSource(WorldModel model, int horizon)
{
    private const int Moments = 512;
    private const int LongestLead = 16;
    private const double ShareUnclamped = 0.15;
    private const double LargestRate = 0.7;
    private const double WholeSliceRate = 0.15;

    /// <summary>Slices that lead a stream up to the first moment.</summary>
    private const int LeadIn = 1000;

    private readonly List<Moment> _moments = [];
    private int _blocks;

    /// <summary>A stream, and the data that follow it.</summary>
    private sealed record Moment(StreamState State, Series Series, int Next, int Block);

    /// <summary>Whether there are data to ask about.</summary>
    public bool HasData => _moments.Count > 0;

    /// <summary>Takes moments of data.</summary>
    /// <param name="all">The series.</param>
    /// <param name="stretches">What of them is asked about.</param>
    /// <param name="rng">Draws the moments.</param>
    public void Add(IReadOnlyList<Series> all, IEnumerable<Stretch> stretches, Rng rng)
    {
        var observer = new SliceObserver(model.Engine);
        Stretch[] usable = [.. stretches.Where(stretch => stretch.Length > horizon)];
        double total = usable.Sum(stretch => (double)(stretch.Length - horizon));
        foreach (Stretch stretch in usable)
        {
            Series series = all[stretch.Series];
            int places = stretch.Length - horizon;
            int count = Math.Clamp((int)(Moments * (places / total)), 1, places);
            Rng own = rng.For(stretch.Series).For(stretch.From);
            int[] chosen = [.. Enumerable.Range(0, count).Select(i => stretch.From + (int)((i + own.Uniform()) * places / count))];
            var state = new StreamState(model.Engine, series.Static);
            int next = 0;
            for (int i = Math.Max(0, stretch.From - LeadIn); next < chosen.Length; i++)
            {
                for (; next < chosen.Length && chosen[next] == i; next++)
                {
                    _moments.Add(new Moment(state.Copy(), series, i, _blocks + ((i - stretch.From) / horizon)));
                }

                observer.Advance(state, series.Times[i], series.Row(i));
            }

            _blocks += (stretch.Length / horizon) + 1;
        }
    }

    /// <summary>A question about data.</summary>
    public SleepQuestion OfData(Rng rng)
    {
        Moment moment = _moments[rng.Below(_moments.Count)];
        int count = 2 + rng.Below(horizon - 1);
        return Ask(
            moment.State,
            moment.Series.Times[moment.Next..(moment.Next + count)],
            [.. Enumerable.Range(moment.Next, count).Select(i => moment.Series.Row(i).ToArray())],
            moment.Block,
            rng.For("clamps"));
    }

    /// <summary>A question about a dream.</summary>
    public SleepQuestion OfDream(Rng rng)
    {
        WorldEngine engine = model.Engine;
        StreamState state = HasData ? _moments[rng.Below(_moments.Count)].State.Copy() : new StreamState(engine, [.. Enumerable.Repeat(double.NaN, engine.Schema.Statics.Count)]);
        int lead = HasData ? rng.Below(LongestLead + 1) : LongestLead + rng.Below(LongestLead);
        int count = 2 + rng.Below(horizon - 1);
        double last = double.IsNaN(state.Time) ? 0 : state.Time;
        double[] times = [.. Enumerable.Range(1, lead + count).Select(h => last + (h * engine.Schema.Time.Step))];
        double[] path = new PathSampler(engine, model.Calibration).Sample(state, times, new ForecastOptions { Paths = 2, Seed = rng.For("dream").NextBits() })[0];
        double[][] rows = [.. path.Chunk(engine.Schema.Channels.Count)];
        var observer = new SliceObserver(engine);
        for (int h = 0; h < lead; h++)
        {
            observer.Advance(state, times[h], rows[h]);
        }

        return Ask(state, times[lead..], rows[lead..], -1, rng.For("clamps"));
    }

    private static SleepQuestion Ask(StreamState start, double[] times, double[][] truths, int block, Rng rng)
    {
        int channels = truths[0].Length;
        bool unclamped = rng.Uniform() < ShareUnclamped;
        double rate = LargestRate * rng.Uniform();
        int asked = rng.Uniform() < 0.5 ? rng.Below(channels) : -1;
        var slices = new SlicePlan[times.Length];
        (int openSlice, int openChannel) = (rng.Below(times.Length), rng.Below(channels));
        for (int h = 0; h < slices.Length; h++)
        {
            bool whole = h != openSlice && rng.Uniform() < WholeSliceRate;
            var cells = new CellPlan[channels];
            for (int c = 0; c < channels; c++)
            {
                bool known = !unclamped && !double.IsNaN(truths[h][c]) && (rng.Uniform() < rate || whole) && (whole || c != asked) && (h, c) != (openSlice, openChannel);
                cells[c] = known ? new CellPlan(CellRole.Known) { Value = truths[h][c] } : CellPlan.Free;
            }

            slices[h] = new SlicePlan(times[h], cells);
        }

        return new SleepQuestion(start, slices, truths, block);
    }
}
