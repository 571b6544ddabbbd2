namespace Pallium.Inference.Tests;

/// <summary>The samples that ship are what their README says.</summary>
public sealed class SampleTests
{
    [Fact]
    public void The_weather_of_Seattle_is_read_as_its_page_says()
    {
        Frame frame = Frame.ReadCsv(Path.Combine(Repository.Root, "samples", "seattle-weather.csv"));

        Assert.Equal(1461, frame.RowCount);
        Assert.Equal(86400, frame.Time.Step);
        Assert.Equal(["precipitation", "temp_max", "temp_min", "wind", "weather"], frame.Channels.Select(channel => channel.Name));
        Assert.Equal(["mm", "°C", "°C", "m/s", null], frame.Channels.Select(channel => channel.Unit));
        Assert.Equal([ChannelKind.Positive, ChannelKind.Real, ChannelKind.Real, ChannelKind.Real, ChannelKind.Categorical], frame.Channels.Select(channel => channel.Kind));
        Assert.Equal([0.1, 0.1, 0.1, 0.1, 1], frame.Channels.Select(channel => channel.Resolution));
        Assert.DoesNotContain(frame.Series[0].Values, double.IsNaN);
        Assert.Equal([Clock.Week, Clock.Year], Clock.Fit(frame).Periods);
        Assert.True(Normalizer.Fit(frame.Split(0.2).First).Channels[0].HasAtom);
    }
}
