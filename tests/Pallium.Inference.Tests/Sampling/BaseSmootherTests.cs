namespace Pallium.Inference.Tests;

public sealed class BaseSmootherTests
{
    /// <summary>Slices that are wholly known are the same to it as a stream that has seen them, also at uneven steps.</summary>
    [Fact]
    public void Known_slices_before_are_as_if_the_stream_had_seen_them()
    {
        WorldModel model = Simulated.MixedModel;
        Slice[] slices = [.. Simulated.Slices(Simulated.Mixed(90, 3, irregular: true, holes: 0))];
        StreamState early = After(model, slices[..80]);
        StreamState late = After(model, slices[..85]);
        SlicePlan[] plans = [.. slices[80..88].Select((slice, h) => Plan(slice, known: h < 5))];
        SliceGaussian smoothed = model.Engine.Core.Base.CreateSlice();
        SliceGaussian predicted = model.Engine.Core.Base.CreateSlice();
        new BaseSmoother(model.Engine, early, plans).Fill(5, smoothed);
        var features = new double[model.Engine.Core.Exogenous];
        model.Engine.WriteFeatures(late, slices[85].Time, features);
        model.Engine.Core.Predict(late.Core, features, model.Engine.Elapsed(late, slices[85].Time), predicted);
        for (int i = 0; i < smoothed.Coordinates; i++)
        {
            Assert.Equal(predicted.Mean[i], smoothed.Mean[i], 1e-9);
            Assert.Equal(predicted.Variance(i), smoothed.Variance(i), 1e-9);
        }
    }

    /// <summary>More known cells than count: the nearest say nearly all.</summary>
    [Fact]
    public void Known_cells_beyond_those_that_count_hardly_matter()
    {
        WorldModel model = Simulated.WalkModel;
        Slice[] slices = [.. Simulated.Slices(Simulated.Walk(400, 8))];
        int hole = 150;
        SlicePlan[] all = [.. slices[100..].Select((slice, h) => Plan(slice, known: h is not (0 or 150)))];
        SlicePlan[] few = [.. all[(hole - 20)..(hole + 20)]];
        SliceGaussian many = model.Engine.Core.Base.CreateSlice();
        SliceGaussian near = model.Engine.Core.Base.CreateSlice();
        new BaseSmoother(model.Engine, After(model, slices[..100]), all).Fill(hole, many);
        new BaseSmoother(model.Engine, After(model, slices[..(80 + hole)]), few).Fill(20, near);
        for (int i = 0; i < many.Coordinates; i++)
        {
            Assert.Equal(near.Mean[i], many.Mean[i], 1e-4);
            Assert.Equal(near.Variance(i), many.Variance(i), 1e-4);
        }
    }

    private static StreamState After(WorldModel model, Slice[] slices)
    {
        Session session = model.Begin();
        Array.ForEach(slices, session.Advance);
        return session.State;
    }

    private static SlicePlan Plan(Slice slice, bool known) =>
        new(slice.Time, [.. slice.Values.Select(value => known ? new CellPlan(CellRole.Known) { Value = value } : CellPlan.Free)]);
}
