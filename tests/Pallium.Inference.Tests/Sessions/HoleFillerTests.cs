namespace Pallium.Inference.Tests;

public sealed class HoleFillerTests
{
    [Fact]
    public void What_came_after_a_gap_helps_to_fill_it()
    {
        WorldModel model = Simulated.WalkModel;
        Slice[] truth = [.. Simulated.Slices(Simulated.Walk(400, 12))];
        Slice[] gappy = [.. truth.Select((slice, i) => i % 20 is >= 12 and < 15 ? slice with { Values = [double.NaN, double.NaN, double.NaN] } : slice)];
        double onePass = Error(model, truth, gappy, 0, 0);
        double smoothed = Error(model, truth, gappy, 256, 0);

        // A gap of three slices of a walk of memory 0.9: known ends on both sides leave about two thirds of the error.
        Assert.True(smoothed < 0.85 * onePass, $"{smoothed} {onePass}");
    }

    [Fact]
    public void Slices_come_out_as_they_went_in_with_holes_alone_filled()
    {
        Slice[] slices = [.. Simulated.Slices(Simulated.Mixed(150, 8, holes: 0.2))];
        var filler = new HoleFiller(Simulated.MixedModel, new FillOptions { Effort = 32, Threads = 1 });
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

        Assert.Equal(filled.Select(done => done.Values), Again(slices, threads: 2));
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

    private static double[][] Again(Slice[] slices, int threads)
    {
        var filler = new HoleFiller(Simulated.MixedModel, new FillOptions { Effort = 32, Threads = threads });
        return [.. slices.SelectMany(slice => filler.Add(slice)).ToList().Concat(filler.Complete()).Select(done => done.Values)];
    }

    private static double Error(WorldModel model, Slice[] truth, Slice[] gappy, int effort, int channel)
    {
        var filler = new HoleFiller(model, new FillOptions { Effort = effort, Threads = 1 });
        FilledSlice[] filled = [.. gappy.SelectMany(slice => filler.Add(slice)).ToList().Concat(filler.Complete())];
        double[] errors = [.. filled.Select((done, i) => (done, i)).Where(pair => pair.done.Posteriors[channel] is not null).Select(pair => pair.done.Posteriors[channel]!.Mean - truth[pair.i].Values[channel])];
        return Math.Sqrt(errors.Average(error => error * error));
    }
}
