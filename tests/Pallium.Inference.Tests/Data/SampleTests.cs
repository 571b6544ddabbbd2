namespace Pallium.Inference.Tests;

/// <summary>The samples that ship are what their README says.</summary>
public sealed class SampleTests
{
    [Fact]
    public void The_weather_of_Seattle_is_read_as_its_page_says()
    {
        Frame frame = Frame.ReadCsv(Sample("seattle-weather.csv"));

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

    [Fact]
    public void The_derived_files_are_parts_of_the_whole()
    {
        string[] whole = Lines("seattle-weather.csv");
        string[] year = Lines("seattle-2015.csv");
        string[] holes = Lines("seattle-holes.csv");
        Assert.Equal([whole[0], .. whole[^365..]], year);
        Assert.Equal(whole.Length - 1 - 365, Frame.ReadCsv(Sample("seattle-weather.csv")).Split(0.25).First.RowCount);
        Assert.Equal(91, holes.Length);
        for (int row = 1; row < holes.Length; row++)
        {
            string[] cells = holes[row].Split(',');
            bool[] hidden = [false, row == 60, row % 5 == 0, row == 60, row is (>= 41 and <= 50) or 60, row % 7 == 0 || row == 60];
            Assert.Equal(year[row].Split(',').Select((cell, c) => hidden[c] ? "" : cell), cells);
        }
    }

    private static string[] Lines(string file) => File.ReadAllLines(Sample(file));

    private static string Sample(string file) => Path.Combine(Repository.Root, "samples", file);
}
