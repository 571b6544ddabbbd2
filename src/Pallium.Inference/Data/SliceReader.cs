using System.Diagnostics.CodeAnalysis;

namespace Pallium.Inference;

/// <summary>Reads slices of a known schema from CSV or JSON lines one by one, at constant memory; a slice is handed over
/// as soon as its line has arrived (one stamp later where duplicates are merged or replaced).</summary>
/// <remarks>Not for several threads.</remarks>
public sealed class SliceReader : IDisposable
{
    private readonly RowReader _rows;
    private readonly FrameOptions _options;
    private readonly bool _learning;
    private readonly StampReader _stamps;
    private readonly CellReader[] _channels;
    private readonly CellReader[] _statics;
    private readonly HeaderIndex _header;
    private readonly Dictionary<string, SeriesProgress> _series = [];
    private readonly Queue<Slice> _ready = [];
    private int[] _channelColumns = [];
    private int[] _staticColumns = [];
    private int _timeColumn = -1;
    private int _seriesColumn = -1;
    private bool _ended;

    /// <summary>Reads an open text, which is closed with the reader.</summary>
    /// <param name="text">CSV with a header, or JSON lines (the first character is an opening brace).</param>
    /// <param name="source">The name that errors give the text.</param>
    /// <param name="schema">The columns to find.</param>
    /// <param name="options">Of these Time, Series, TimeZone, Ignore and Duplicates are used, where given.</param>
    /// <exception cref="InputException">The header does not fit the schema.</exception>
    public SliceReader(TextReader text, string source, FrameSchema schema, FrameOptions? options = null)
        : this(RowReader.Create(text ?? throw new ArgumentNullException(nameof(text)), source), schema, options, learning: false)
    {
    }

    internal SliceReader(RowReader rows, FrameSchema schema, FrameOptions? options, bool learning)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _rows = rows;
        _options = options ?? new FrameOptions();
        _learning = learning;
        Schema = schema;
        _channels = [.. schema.Channels.Select(channel => new CellReader(channel, learning))];
        _statics = [.. schema.Statics.Select(column => new CellReader(column, learning))];
        _stamps = new StampReader(schema.Time with { Zone = _options.TimeZone ?? schema.Time.Zone });
        _header = new HeaderIndex(rows.Source);
        if (schema.Time.Kind == TimeKind.None && !string.IsNullOrEmpty(_options.Time))
        {
            throw new InputException($"Option time: found '{_options.Time}', expected none, as the model was learned without a time column.");
        }

        if (rows.Header.Count > 0)
        {
            FindColumns();
        }
    }

    /// <summary>The columns that are read.</summary>
    public FrameSchema Schema { get; }

    /// <summary>What the source has that the schema does not fit, in sentences, up to the last slice read.</summary>
    public IReadOnlyList<string> Warnings => _learning ? [] : [.. ColumnWarnings(), .. CellWarnings()];

    /// <summary>Whether slices keep the texts of their row, for <see cref="SliceWriter"/>.</summary>
    internal bool KeepCells { get; set; }

    /// <summary>The rows that are read.</summary>
    internal RowReader Rows => _rows;

    /// <summary>The column of each channel; -1 where it is missing.</summary>
    internal IReadOnlyList<int> ChannelColumns => _channelColumns;

    /// <summary>Opens a file, plain or gzip.</summary>
    /// <exception cref="InputException">The file cannot be read, or its header does not fit the schema.</exception>
    public static SliceReader Open(string path, FrameSchema schema, FrameOptions? options = null) =>
        new(RowReader.Open(path), schema, options, learning: false);

    /// <summary>Reads the next slice.</summary>
    /// <returns>False at the end of the source.</returns>
    /// <exception cref="InputException">A row is not well formed.</exception>
    public bool TryRead([NotNullWhen(true)] out Slice? slice)
    {
        while (!_ready.TryDequeue(out slice))
        {
            if (_ended)
            {
                return false;
            }

            if (_rows.Read())
            {
                ReadRow();
            }
            else
            {
                _ended = true;
                foreach (SeriesProgress series in _series.Values.Where(series => series.Pending != null))
                {
                    _ready.Enqueue(series.Pending!);
                }
            }
        }

        return true;
    }

    /// <summary>Closes the source.</summary>
    public void Dispose() => _rows.Dispose();

    private void ReadRow()
    {
        if (_rows.Header.Count > _header.Names.Count)
        {
            FindColumns();
        }

        SeriesProgress series = FindSeries();
        ReadOnlySpan<char> stamp = _rows[_timeColumn];
        double time = Schema.Time.Kind == TimeKind.None ? series.Count : _stamps.Read(stamp, series.Last, _rows);
        if (time < series.Last)
        {
            throw InputException.At(_rows.Source, _rows.Line, _header.Names[_timeColumn],
                $"{InputException.Quote(stamp)} after '{series.LastText}'{series.Suffix}", "time to go forward");
        }

        ReadStatics(series);
        if (time == series.Last)
        {
            if (_options.Duplicates == Duplicates.Refuse)
            {
                throw InputException.At(_rows.Source, _rows.Line, _header.Names[_timeColumn],
                    $"the stamp {InputException.Quote(stamp)} twice{series.Suffix}",
                    "each stamp once (the option duplicates accepts more: first, last or mean)");
            }

            series.Repeat(ReadSlice(time, series), _options.Duplicates, Schema.Channels);
            return;
        }

        series.Last = time;
        series.LastText = stamp.ToString();
        series.Count++;
        Slice slice = ReadSlice(time, series);
        if (_options.Duplicates is Duplicates.Last or Duplicates.Mean && _timeColumn >= 0)
        {
            if (series.Pending != null)
            {
                _ready.Enqueue(series.Pending);
            }

            series.Hold(slice);
        }
        else
        {
            _ready.Enqueue(slice);
        }
    }

    private Slice ReadSlice(double time, SeriesProgress series)
    {
        var values = new double[_channels.Length];
        for (int c = 0; c < values.Length; c++)
        {
            values[c] = _channels[c].Read(_rows[_channelColumns[c]], _rows);
        }

        return new Slice(time, values)
        {
            Series = series.Name,
            Static = series.Static,
            Line = _rows.Line,
            Cells = KeepCells ? [.. Enumerable.Range(0, _rows.Count).Select(i => _rows[i].ToString())] : null,
        };
    }

    private SeriesProgress FindSeries()
    {
        ReadOnlySpan<char> name = _seriesColumn < 0 ? "" : _rows[_seriesColumn];
        if (_seriesColumn >= 0 && Cell.IsHole(name))
        {
            throw InputException.At(_rows.Source, _rows.Line, _header.Names[_seriesColumn], "no name", "the name of a series");
        }

        if (!_series.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out SeriesProgress? series))
        {
            series = new SeriesProgress(name.ToString(), _statics.Length);
            _series.Add(series.Name, series);
        }

        return series;
    }

    private void ReadStatics(SeriesProgress series)
    {
        for (int i = 0; i < _statics.Length; i++)
        {
            ReadOnlySpan<char> cell = _rows[_staticColumns[i]];
            double value = _statics[i].Read(cell, _rows);
            if (!double.IsNaN(value) && !series.Know(i, value))
            {
                throw InputException.At(_rows.Source, _rows.Line, _statics[i].Channel.Name,
                    $"{InputException.Quote(cell)}{series.Suffix} after another value", "a static column to be constant within a series");
            }
        }
    }

    private void FindColumns()
    {
        _header.Update(_rows.Header);
        _channelColumns = [.. Schema.Channels.Select(channel => _header.Find(channel.Name))];
        _staticColumns = [.. Schema.Statics.Select(column => _header.Find(column.Name))];
        _seriesColumn = Schema.IsTable ? -1
            : _options.Series != null ? _header.Require(_options.Series, "series") : _header.Find(Schema.SeriesColumn);
        if (Schema.Time.Kind != TimeKind.None)
        {
            _timeColumn = string.IsNullOrEmpty(_options.Time) ? _header.Find(Schema.Time.Column) : _header.Require(_options.Time, "time");
            if (_timeColumn < 0)
            {
                throw new InputException($"{_rows.Source}: found no time column '{Schema.Time.Column}', expected one as in the data of the model.");
            }
        }

        if (_channels.Length > 0 && Array.TrueForAll(_channelColumns, column => column < 0))
        {
            string[] names = [.. Schema.Channels.Select(channel => channel.Name)];
            throw new InputException($"{_rows.Source}: found none of the model's channels, expected some of {HeaderIndex.List(names)}.");
        }
    }

    private IEnumerable<string> ColumnWarnings()
    {
        string[] missing = [.. Missing(_channels, _channelColumns), .. Missing(_statics, _staticColumns)];
        if (missing.Length > 0)
        {
            yield return $"{_rows.Source}: {HeaderIndex.List(missing)} {(missing.Length == 1 ? "is" : "are")} missing, taken as all holes.";
        }

        int[] ignored = [.. _options.Ignore.Select(_header.Find)];
        int[] used = [_timeColumn, _seriesColumn, .. _channelColumns, .. _staticColumns, .. ignored];
        string[] others = [.. _header.Names.Where((_, column) => !used.Contains(column))];
        if (others.Length > 0)
        {
            yield return $"{_rows.Source}: {HeaderIndex.List(others)} {(others.Length == 1 ? "is" : "are")} not of the model, left out.";
        }
    }

    private IEnumerable<string> CellWarnings() =>
        _channels.Concat(_statics).Select(cells => cells.Warning(_rows.Source)).OfType<string>();

    private static IEnumerable<string> Missing(CellReader[] cells, int[] columns) =>
        cells.Where((_, i) => i < columns.Length && columns[i] < 0).Select(cell => cell.Channel.Name);
}
