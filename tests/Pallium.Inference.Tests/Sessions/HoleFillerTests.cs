namespace Pallium.Inference.Tests;

public sealed class HoleFillerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void What_came_after_a_gap_helps_to_fill_it(int effort)
    {
        WorldModel model = Simulated.WalkModel;
        Slice[] truth = [.. Simulated.Slices(Simulated.Walk(400, 12))];
        Slice[] gappy = [.. truth.Select((slice, i) => i % 20 is >= 12 and < 15 ? slice with { Values = [double.NaN, double.NaN, double.NaN] } : slice)];
        var filler = new HoleFiller(model, new FillOptions { Effort = effort, Threads = 1 });
        FilledSlice[] filled = [.. gappy.SelectMany(slice => filler.Add(slice)).ToList().Concat(filler.Complete())];
        double smoothed = Error(truth, [.. filled.Select(done => done.Posteriors)]);
        double fromThePast = Error(truth, [.. FromThePast(model, gappy)]);

        // A gap of three slices of a walk of memory 0.9: known ends on both sides leave about two thirds of the error.
        Assert.True(smoothed < 0.85 * fromThePast, $"{smoothed} {fromThePast}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public void Slices_come_out_as_they_went_in_with_holes_alone_filled(int effort)
    {
        Slice[] slices = [.. Simulated.Slices(Simulated.Mixed(150, 8, holes: 0.2))];
        var filler = new HoleFiller(Simulated.MixedModel, new FillOptions { Effort = effort, Threads = 1 });
        List<FilledSlice> filled = [.. slices.SelectMany(slice => filler.Add(slice)), .. filler.Complete()];
        Assert.Equal(slices, filled.Select(done => done.Slice));
        foreach (FilledSlice done in filled)
        {
            for (int c = 0; c < done.Values.Length; c++)
            {
                bool hole = double.IsNaN(done.Slice.Values[c]);
                Assert.Equal(hole, done.Posteriors[c] is not null);
                Assert.True(hole ? double.IsFinite(done.Values[c]) : done.Values[c] == done.Slice.Values[c]);
            }
        }

        Assert.Equal(filled.Select(done => done.Values), Again(slices, effort, threads: 2));
    }

    [Fact]
    public void Series_may_alternate_and_hold_nothing_back_for_ever()
    {
        var filler = new HoleFiller(Simulated.WalkModel, new FillOptions { Effort = 8, Threads = 1 });
        Slice[] slices = [.. Simulated.Slices(Simulated.Walk(2000, 3))];
        int waiting = 0;
        int most = 0;

        // The first series stops at a hole; all others wait behind it until there are too many.
        filler.Add(slices[0] with { Series = "stopped", Values = [double.NaN, 1, 1] });
        for (int i = 1; i < slices.Length; i++)
        {
            waiting += 1 - filler.Add(slices[i] with { Series = "goes on" }).Count;
            most = Math.Max(most, waiting);
        }

        Assert.InRange(most, 1, 1000);
        Assert.Equal(waiting + 1, filler.Complete().Count);
    }

    [Fact]
    public void A_negative_effort_is_refused() =>
        Assert.Contains("-1", Assert.Throws<InputException>(() => new HoleFiller(Simulated.WalkModel, new FillOptions { Effort = -1 })).Message, StringComparison.Ordinal);

    private static double[][] Again(Slice[] slices, int effort, int threads)
    {
        var filler = new HoleFiller(Simulated.MixedModel, new FillOptions { Effort = effort, Threads = threads });
        return [.. slices.SelectMany(slice => filler.Add(slice)).ToList().Concat(filler.Complete()).Select(done => done.Values)];
    }

    private static IEnumerable<IReadOnlyList<Posterior?>> FromThePast(WorldModel model, Slice[] gappy)
    {
        Session session = model.Begin();
        foreach (Slice slice in gappy)
        {
            yield return session.Fill(slice).Posteriors;
            session.Advance(slice);
        }
    }

    /// <summary>Root mean squared error of the first channel's means.</summary>
    private static double Error(Slice[] truth, IReadOnlyList<Posterior?>[] posteriors)
    {
        double[] errors = [.. posteriors.Select((slice, i) => slice[0] is { } cell ? cell.Mean - truth[i].Values[0] : double.NaN).Where(double.IsFinite)];
        return Math.Sqrt(errors.Average(error => error * error));
    }
}
