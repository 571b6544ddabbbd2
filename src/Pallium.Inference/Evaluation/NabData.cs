using System.Globalization;

namespace Pallium.Inference;

/// <summary>Reads labelled series: a file of values and a file of windows.</summary>
/// <remarks>
/// The data have a column of values, and may have a column <c>series</c> and a time column; a row belongs to the windows by its place in
/// its series, so stamps may repeat. The windows have the columns <c>start_i</c> and <c>end_i</c> (rows, from 0) or <c>start</c> and
/// <c>end</c> (stamps), both inclusive, and <c>series</c> where the data have it. Other columns are not read.
/// </remarks>
public static class NabData
{
    private const string SeriesColumn = "series";
    private static readonly string[] TimeColumns = ["time", "timestamp", "date"];

    /// <summary>Reads the series, in ordinal order of their names.</summary>
    /// <param name="dataPath">CSV or JSON lines, plain or gzip.</param>
    /// <param name="windowsPath">The same.</param>
    /// <param name="valueColumn">The column of values.</param>
    /// <exception cref="InputException">A file cannot be read, a column is missing, a cell is not well formed, or a window fits no series.</exception>
    public static IReadOnlyList<LabelledSeries> Read(string dataPath, string windowsPath, string valueColumn = "value")
    {
        var all = new SortedDictionary<string, Rows>(StringComparer.Ordinal);
        TimeAxis axis = ReadValues(dataPath, valueColumn, all);
        ReadWindows(windowsPath, dataPath, axis, all);
        return [.. all.Select(pair => pair.Value.ToSeries(pair.Key, axis.Kind == TimeKind.Date))];
    }

    private static TimeAxis ReadValues(string path, string valueColumn, SortedDictionary<string, Rows> all)
    {
        using RowReader rows = RowReader.Open(path);
        HeaderIndex header = Header(rows);
        int value = header.Require(valueColumn, "value");
        int series = header.Find(SeriesColumn);
        int time = TimeColumns.Select(header.Find).FirstOrDefault(column => column >= 0, -1);
        var cells = new CellReader(new Channel(valueColumn, ChannelKind.Real), learning: true);
        TimeAxis axis = TimeAxis.None;
        StampReader? stamps = null;
        while (rows.Read())
        {
            if (stamps == null && time >= 0)
            {
                bool isDate = Stamp.TryParse(rows[time], out _, out _);
                axis = new TimeAxis(isDate ? TimeKind.Date : TimeKind.Number) { Column = header.Names[time] };
                stamps = new StampReader(axis);
            }

            string name = series < 0 ? "" : rows[series].ToString();
            if (!all.TryGetValue(name, out Rows? one))
            {
                all.Add(name, one = new Rows());
            }

            one.Times.Add(stamps == null ? one.Times.Count : stamps.Read(rows[time], double.NaN, rows));
            one.Values.Add(cells.Read(rows[value], rows));
        }

        return all.Count > 0 ? axis : throw new InputException($"{path}: found a header and no rows, expected at least one row.");
    }

    private static void ReadWindows(string path, string dataPath, TimeAxis axis, SortedDictionary<string, Rows> all)
    {
        using RowReader rows = RowReader.Open(path);
        HeaderIndex header = Header(rows);
        int series = all.ContainsKey("") ? -1 : header.Require(SeriesColumn, SeriesColumn);
        bool byRow = header.Find("start_i") >= 0 && header.Find("end_i") >= 0;
        int start = header.Require(byRow ? "start_i" : "start", "windows");
        int end = header.Require(byRow ? "end_i" : "end", "windows");
        var stamps = new StampReader(axis);
        while (rows.Read())
        {
            string name = series < 0 ? "" : rows[series].ToString();
            if (!all.TryGetValue(name, out Rows? one))
            {
                string near = NearestName.Find(name, all.Keys) ?? all.Keys.First();
                throw InputException.At(path, rows.Line, SeriesColumn, InputException.Quote(name), $"a series of {dataPath}, such as '{near}'");
            }

            NabWindow window = byRow ? new(Row(start), Row(end)) : one.Window(Time(start), Time(end));
            string found = $"a window from {rows[start]} to {rows[end]}";
            if (window.First < 0 || window.Last < window.First || window.Last >= one.Times.Count)
            {
                string span = byRow ? $"rows 0 to {one.Times.Count - 1}" : $"time {axis.Format(one.Times[0])} to {axis.Format(one.Times[^1])}";
                throw InputException.At(path, rows.Line, found, $"one inside the {span} of {Called(name)}");
            }

            if (one.Windows.Exists(other => window.First <= other.Last && other.First <= window.Last))
            {
                throw InputException.At(path, rows.Line, $"{found} that overlaps another one of {Called(name)}", "windows that do not");
            }

            one.Windows.Add(window);
        }

        int Row(int column) => int.TryParse(rows[column], NumberStyles.None, CultureInfo.InvariantCulture, out int row) ? row
            : throw InputException.At(path, rows.Line, header.Names[column], InputException.Quote(rows[column]), "the number of a row, from 0");
        double Time(int column) => stamps.Read(rows[column], double.NaN, rows);
    }

    private static HeaderIndex Header(RowReader rows)
    {
        var header = new HeaderIndex(rows.Source);
        header.Update(rows.Header);
        return header;
    }

    private static string Called(string series) => series.Length == 0 ? "the data" : $"'{series}'";

    /// <summary>A series as it is being read.</summary>
    private sealed class Rows
    {
        public List<double> Times { get; } = [];

        public List<double> Values { get; } = [];

        public List<NabWindow> Windows { get; } = [];

        /// <summary>The rows from a stamp to another one; -1 or the number of rows where a stamp lies outside.</summary>
        public NabWindow Window(double start, double end) => new(
            start < Times[0] ? -1 : Times.FindIndex(time => time >= start),
            end > Times[^1] ? Times.Count : Times.FindLastIndex(time => time <= end));

        public LabelledSeries ToSeries(string name, bool hasDates) =>
            new(name, [.. Times], [.. Values], [.. Windows.OrderBy(window => window.First)]) { HasDates = hasDates };
    }
}
