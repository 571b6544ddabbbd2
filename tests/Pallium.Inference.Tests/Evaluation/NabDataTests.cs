namespace Pallium.Inference.Tests;

public sealed class NabDataTests : IDisposable
{
    private const string Data = "series,i,time,value\nb,0,2020-01-01 00:00:00,1\nb,1,2020-01-01 00:05:00,2.5\na,0,2020-01-01 02:00:00,7\na,1,2020-01-01 02:00:00,\na,2,2020-01-01 01:00:00,9\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("pallium").FullName;

    [Fact]
    public void Series_are_read_in_order_of_their_names_with_holes_and_clocks_that_step_back()
    {
        IReadOnlyList<LabelledSeries> series = Read(Data, "series,start_i,end_i\na,1,2\n");
        Assert.Equal(["a", "b"], series.Select(one => one.Name));
        Assert.Equal([7, double.NaN, 9], series[0].Values);
        Assert.Equal([new NabWindow(1, 2)], series[0].Windows);
        Assert.True(series[1].HasDates);
        Assert.Equal(300, series[1].Times[1] - series[1].Times[0]);
        Assert.Empty(series[1].Windows);
    }

    [Fact]
    public void Windows_may_be_stamps_and_stand_in_any_order()
    {
        const string data = "timestamp,value\n1,1\n2,1\n3,2\n4,1\n5,1\n";
        LabelledSeries series = Assert.Single(Read(data, "start,end\n3.5,5\n2,2\n"));
        Assert.Equal([new NabWindow(1, 1), new NabWindow(3, 4)], series.Windows);
        Assert.False(series.HasDates);
        Assert.Equal("", series.Name);
    }

    [Fact]
    public void Without_a_time_column_rows_are_equal_steps() =>
        Assert.Equal([0, 1, 2], Assert.Single(Read("value\n4\n5\n4\n", "start_i,end_i\n1,1\n")).Times);

    [Theory]
    [InlineData("series,start_i,end_i\nc,0,1\n", "windows.csv, line 2, column 'series': found 'c', expected a series of ", "such as 'a'.")]
    [InlineData("series,start_i,end_i\na,1,1\na,0,3\n", "windows.csv, line 3: found a window from 0 to 3, expected one inside the rows 0 to 2 of 'a'.", "")]
    [InlineData("series,start_i,end_i\na,2,1\n", "windows.csv, line 2: found a window from 2 to 1", "")]
    [InlineData("series,start_i,end_i\na,0,1\na,1,2\n", "windows.csv, line 3: found a window from 1 to 2 that overlaps", "")]
    [InlineData("series,start_i,end_i\na,x,1\n", "windows.csv, line 2, column 'start_i': found 'x', expected the number of a row", "")]
    [InlineData("series,start,end\nb,2020-01-02 00:00:00,2020-01-03 00:00:00\n", "windows.csv, line 2: found a window from 2020-01-02 00:00:00", "inside the time 2020-01-01 00:00:00 to 2020-01-01 00:05:00 of 'b'")]
    [InlineData("series,start,end\nb,2019-12-31 00:00:00,2020-01-01 00:00:00\n", "windows.csv, line 2: found a window from 2019-12-31 00:00:00", "of 'b'")]
    [InlineData("series,start,end\nb,2020-01-01 00:05:00,2020-01-01 00:06:00\n", "windows.csv, line 2: found a window from 2020-01-01 00:05:00", "of 'b'")]
    [InlineData("series,start,end\nb,soon,2020-01-03 00:00:00\n", "windows.csv, line 2", "'soon'")]
    [InlineData("start_i,end_i\n0,1\n", "windows.csv: found no column 'series'", "")]
    [InlineData("series,begin,end\na,0,1\n", "windows.csv: found no column 'start'", "")]
    public void Windows_that_fit_no_series_are_refused(string windows, string begins, string holds)
    {
        string message = Assert.Throws<InputException>(() => Read(Data, windows)).Message;
        Assert.Contains(begins, message, StringComparison.Ordinal);
        Assert.Contains(holds, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("series,time,level\na,1,2\n", "data.csv: found no column 'value'")]
    [InlineData("series,time,value\n", "data.csv: found a header and no rows")]
    [InlineData("series,time,value\na,1,high\n", "data.csv, line 2, column 'value': found 'high', expected a number")]
    [InlineData("series,time,value\na,never,1\n", "data.csv, line 2, column 'time': found 'never', expected a")]
    public void Data_that_are_no_labelled_series_are_refused(string data, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => Read(data, "series,start_i,end_i\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nothing.csv", Assert.Throws<InputException>(() => NabData.Read(Path.Combine(_folder, "nothing.csv"), "w.csv")).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IReadOnlyList<LabelledSeries> Read(string data, string windows)
    {
        string dataPath = Path.Combine(_folder, "data.csv");
        string windowsPath = Path.Combine(_folder, "windows.csv");
        File.WriteAllText(dataPath, data);
        File.WriteAllText(windowsPath, windows);
        return NabData.Read(dataPath, windowsPath);
    }
}
