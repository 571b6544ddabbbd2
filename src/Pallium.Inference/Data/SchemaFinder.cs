namespace Pallium.Inference;

/// <summary>Finds what the columns of a source are: a first pass over its rows.</summary>
internal sealed class SchemaFinder
{
    private static readonly string[] TimeNames = ["time", "timestamp", "datetime", "date_time", "date", "ds"];

    private readonly FrameOptions _options;
    private readonly string _source;
    private readonly HeaderIndex _header;
    private readonly List<ColumnProfile> _profiles = [];

    private SchemaFinder(RowReader rows, FrameOptions options)
    {
        _options = options;
        _source = rows.Source;
        _header = new HeaderIndex(_source);
        _header.Update(rows.Header);
        long count = 0;
        while (rows.Read())
        {
            count++;
            if (_header.Names.Count < rows.Header.Count)
            {
                _header.Update(rows.Header);
            }

            while (_profiles.Count < _header.Names.Count)
            {
                _profiles.Add(new ColumnProfile());
            }

            for (int i = 0; i < rows.Count; i++)
            {
                _profiles[i].Add(rows[i]);
            }
        }

        if (count == 0)
        {
            throw new InputException($"{_source}: found a header and no rows, expected at least one row.");
        }
    }

    /// <summary>The schema of a source. Numbers are real where they are not 0 or 1, resolutions and the time step are not yet known.</summary>
    /// <exception cref="InputException">The source is not well formed, or the options do not fit it.</exception>
    public static FrameSchema Find(RowReader rows, FrameOptions options, List<string> warnings) =>
        new SchemaFinder(rows, options).Schema(warnings);

    private FrameSchema Schema(List<string> warnings)
    {
        if (_options.Table && (_options.Series != null || !string.IsNullOrEmpty(_options.Time) || _options.Static.Count > 0))
        {
            throw new InputException("Option table: found the options time, series or static beside it, expected none of them, as rows of a table are independent.");
        }

        HashSet<int> ignored = [.. _options.Ignore.Select(name => _header.Require(name, "ignore"))];
        int series = _options.Series == null ? -1 : _header.Require(_options.Series, "series");
        int[] statics = [.. _options.Static.Select(name => _header.Require(name, "static"))];
        int[] known = [.. _options.Known.Select(name => _header.Require(name, "known"))];
        var kinds = _options.Kinds.ToDictionary(pair => _header.Require(pair.Key, "kind"), pair => pair.Value);
        int time = FindTime([.. ignored, series, .. statics, .. known, .. kinds.Keys]);
        HashSet<int> taken = [.. ignored, time, series, .. statics];
        int twice = known.Append(series).Append(time).Concat(statics).Concat(ignored).Where(i => i >= 0)
            .GroupBy(i => i).Where(group => group.Count() > 1).Select(group => group.Key).DefaultIfEmpty(-1).First();
        if (twice >= 0)
        {
            throw new InputException($"{_source}: found the column '{_header.Names[twice]}' in several of the options time, series, static, "
                + "known and ignore, expected each column in one.");
        }

        Channel[] channels = [.. Enumerable.Range(0, _profiles.Count).Where(i => !taken.Contains(i))
            .Select(i => Describe(i, kinds) with { Known = known.Contains(i) })];
        if (channels.Length == 0)
        {
            throw new InputException($"{_source}: found no column that is a channel, expected at least one beside time, series and static columns.");
        }

        TimeAxis axis = time < 0 ? TimeAxis.None : Axis(time);
        if (_options.Table && time >= 0)
        {
            warnings.Add($"{_source}: the column '{_header.Names[time]}' is left out, as rows of a table have no time.");
            axis = TimeAxis.None;
        }

        return new FrameSchema(channels)
        {
            Statics = [.. statics.Select(i => Describe(i, kinds))],
            Time = axis,
            SeriesColumn = series < 0 ? null : _header.Names[series],
            IsTable = _options.Table,
        };
    }

    private Channel Describe(int column, Dictionary<int, ChannelKind> kinds) =>
        _profiles[column].Describe(_header.Names[column], _header.Units[column],
            kinds.TryGetValue(column, out ChannelKind kind) ? kind : null, _source);

    /// <summary>The time column; -1 where there is none.</summary>
    private int FindTime(HashSet<int> taken)
    {
        if (_options.Time != null)
        {
            return _options.Time.Length == 0 ? -1 : _header.Require(_options.Time, "time");
        }

        int[] free = [.. Enumerable.Range(0, _profiles.Count).Where(i => !taken.Contains(i))];
        int named = Array.FindIndex(free, i => TimeNames.Contains(_header.Names[i].ToLowerInvariant()));
        int found = named >= 0 ? named : Array.FindIndex(free, i => IsDate(_profiles[i].First));
        return found < 0 ? -1 : free[found];
    }

    private TimeAxis Axis(int column)
    {
        string name = _header.Names[column];
        string? first = _profiles[column].First;
        if (!IsDate(first) && !(first != null && Cell.TryNumber(first, out _)))
        {
            string found = first == null ? "only empty cells" : InputException.Quote(first);
            throw new InputException($"{_source}, column '{name}': found {found} in the time column, expected {Stamp.Expected}, or a number.");
        }

        bool date = IsDate(first);
        if (date && _options.TimeZone != null)
        {
            Stamp.Zone(_options.TimeZone);
        }

        return new TimeAxis(date ? TimeKind.Date : TimeKind.Number)
        {
            Column = name,
            Unit = date ? null : _header.Units[column],
            Zone = date ? _options.TimeZone : null,
        };
    }

    private static bool IsDate(string? text) => text != null && Stamp.TryParse(text, out _, out _);
}
