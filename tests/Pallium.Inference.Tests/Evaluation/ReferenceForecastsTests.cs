namespace Pallium.Inference.Tests;

public sealed class ReferenceForecastsTests
{
    [Fact]
    public void Persistence_and_season_are_what_they_say()
    {
        Frame frame = Simulated.Seasonal(400, 2);
        ReferenceForecasts references = ReferenceForecasts.Fit(frame, Clock.Fit(frame));
        double[] history = frame.Column(0);
        int season = references.Season;

        // The swing of the day repeats by the week, too.
        Assert.True(season is 24 or 168);
        Assert.InRange(references.Forecast(history, ReferenceForecasts.Persistence, 0, 1).Average() - history[^1], -0.3, 0.3);
        Assert.InRange(references.Forecast(history, ReferenceForecasts.Seasonal, 0, 1).Average() - history[^season], -0.3, 0.3);
        Assert.InRange(references.Forecast(history, ReferenceForecasts.Seasonal, 0, season + 6).Average() - history[^(season - 5)], -0.3, 0.3);
    }

    [Fact]
    public void Classes_get_the_frequencies_of_what_followed()
    {
        Frame frame = Simulated.Mixed(400, 2);
        ReferenceForecasts references = ReferenceForecasts.Fit(frame, Clock.Fit(frame));
        double[] next = references.Forecast([0, 1, 2], ReferenceForecasts.Persistence, 3, 1);
        Assert.Equal(1, next.Sum(), 1e-12);
        Assert.Equal(2, Array.IndexOf(next, next.Max()));
        Assert.Empty(references.Forecast([0, 1, 2], ReferenceForecasts.Autoregression, 3, 1));
        Assert.All(references.Forecast([0, 0.2, 0], ReferenceForecasts.Autoregression, 1, 3), value => Assert.True(value >= 0));
    }

    [Fact]
    public void Flat_numbers_come_back_and_nonsense_does_not()
    {
        Frame frame = Simulated.Mixed(200, 2);
        ReferenceForecasts references = ReferenceForecasts.Fit(frame, Clock.Fit(frame));
        double[] flat = references.Flat();
        Assert.Equal(flat, ReferenceForecasts.FromFlat(frame.Channels, flat).Flat());
        Assert.Throws<FormatException>(() => ReferenceForecasts.FromFlat(frame.Channels, flat.AsSpan(0, flat.Length - 1)));
        double[][] wrong = [[], [1, 0], [2, 1, 1], [1, double.NaN], [1, 24, 1e6], [1, 24, 1, 5], [1, 24, -1]];
        foreach (double[] nonsense in wrong)
        {
            Assert.Throws<FormatException>(() => ReferenceForecasts.FromFlat(frame.Channels, nonsense));
        }
    }
}
