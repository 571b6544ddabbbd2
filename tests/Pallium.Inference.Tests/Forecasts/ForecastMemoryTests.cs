namespace Pallium.Inference.Tests;

public sealed class ForecastMemoryTests
{
    [Fact]
    public void Intervals_follow_a_stream_that_has_become_wilder()
    {
        // The walk's steps are twice as large as those that were learned from.
        double[] calm = Simulated.Walk(1200, 31).Series[0].Values;
        Slice[] slices = [.. Enumerable.Range(0, 1200).Select(t => new Slice(t, [2 * calm[3 * t], 2 * calm[(3 * t) + 1], 2 * calm[(3 * t) + 2]]))];
        Session session = Simulated.WalkModel.Begin();
        double first = Share(session, slices[..150]);
        Share(session, slices[150..800]);
        double last = Share(session, slices[800..]);
        Assert.True(first < 0.75, $"{first}");
        Assert.InRange(last, 0.85, 0.95);
    }

    [Fact]
    public void A_saved_session_remembers_its_forecasts()
    {
        Slice[] slices = [.. Simulated.Slices(Simulated.Walk(60, 5))];
        Session session = Simulated.WalkModel.Begin();
        Share(session, slices[..40]);
        Session restored = Simulated.WalkModel.Restore(session.Save());
        Session forked = session.Fork();
        Share(session, slices[40..]);
        Share(restored, slices[40..]);
        Assert.Equal(session.Coverage, restored.Coverage);
        Assert.Equal(session.Save(), restored.Save());
        Assert.NotEqual(session.Coverage, forked.Coverage);
        byte[] cut = forked.Save()[..^8];
        Assert.Throws<InputException>(() => Simulated.WalkModel.Restore(cut));
    }

    [Fact]
    public void Memory_stays_the_same_however_many_forecasts_are_made()
    {
        Session session = Simulated.WalkModel.Begin();
        Slice[] slices = [.. Simulated.Slices(Simulated.Walk(80, 5))];
        Share(session, slices[..40]);
        int early = session.Save().Length;
        Share(session, slices[40..]);
        Assert.InRange(session.Save().Length, early - 1, early + 1);
        Assert.Equal(Simulated.WalkModel.Begin().Coverage, Simulated.WalkModel.Begin().Fork().Coverage);
    }

    /// <summary>Forecasts before every slice; the share of cells inside their intervals meanwhile.</summary>
    private static double Share(Session session, Slice[] slices)
    {
        long cells = -session.Coverage.Sum(channel => channel.Cells);
        long inside = -session.Coverage.Sum(channel => channel.Inside);
        foreach (Slice slice in slices)
        {
            if (session.Count > 0)
            {
                session.Forecast(4, new ForecastOptions { Paths = 64 });
            }

            session.Advance(slice);
        }

        return (double)(inside + session.Coverage.Sum(channel => channel.Inside)) / (cells + session.Coverage.Sum(channel => channel.Cells));
    }
}
