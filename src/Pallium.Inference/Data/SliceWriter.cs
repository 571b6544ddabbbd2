using System.Buffers;

namespace Pallium.Inference;

/// <summary>Writes slices as CSV: either a file of the schema's columns, or a copy of another file whose holes are filled.</summary>
/// <remarks>Numbers are rounded to their channel's resolution and written in the shortest form that reads back as the same double.</remarks>
public sealed class SliceWriter : IDisposable
{
    /// <summary>What needs quotes: any separator, so that the reader does not mistake one in a name for the file's.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(CsvRows.Separators + "\"\n\r");

    private readonly TextWriter _text;
    private readonly FrameSchema _schema;
    private readonly SliceReader? _original;
    private readonly char _separator = ',';
    private readonly int[] _appended = [];
    private readonly int _extra;
    private bool _rowBegun;

    /// <summary>Writes the columns of a schema: series, time, static columns, channels.</summary>
    /// <param name="text">Where to write; closed with the writer.</param>
    /// <param name="schema">The columns.</param>
    public SliceWriter(TextWriter text, FrameSchema schema)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(schema);
        _text = text;
        _schema = schema;
        WriteSchemaHeader();
    }

    /// <summary>
    /// Writes the rows of a CSV source as they stand, with all its columns, separator and texts, but for holes of its channels; channels
    /// that it lacks are appended. From JSON lines the columns of the schema are written. Make it before the first slice is read.
    /// </summary>
    /// <param name="text">Where to write; closed with the writer.</param>
    /// <param name="original">The source, of which all slices are written.</param>
    /// <param name="extraColumns">Names of further columns, behind all others.</param>
    public SliceWriter(TextWriter text, SliceReader original, IReadOnlyList<string>? extraColumns = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(original);
        _text = text;
        _schema = original.Schema;
        _extra = extraColumns?.Count ?? 0;
        if (original.Rows is not CsvRows csv)
        {
            WriteSchemaHeader(extraColumns);
            return;
        }

        original.KeepCells = true;
        _original = original;
        _separator = csv.Separator;
        _appended = [.. Enumerable.Range(0, _schema.Channels.Count).Where(c => original.ChannelColumns[c] < 0)];
        foreach (string name in csv.Header.Concat(_appended.Select(c => _schema.Channels[c].Header)).Concat(extraColumns ?? []))
        {
            Field(name);
        }

        EndRow();
    }

    /// <summary>Writes a slice.</summary>
    /// <param name="slice">The slice, as it was read.</param>
    /// <param name="values">One value per channel, which stand where the slice has holes; NaN stays a hole.</param>
    /// <param name="extra">Texts of the further columns; fewer leave the others empty.</param>
    public void Write(Slice slice, ReadOnlySpan<double> values, IReadOnlyList<string>? extra = null)
    {
        ArgumentNullException.ThrowIfNull(slice);
        if (_original == null)
        {
            WriteSchemaRow(slice, values);
        }
        else
        {
            WriteCopy(slice, slice.Cells!, values);
        }

        for (int i = 0; i < _extra; i++)
        {
            Field(i < extra?.Count ? extra[i] : "");
        }

        EndRow();
    }

    /// <summary>Writes a slice as it is.</summary>
    public void Write(Slice slice)
    {
        ArgumentNullException.ThrowIfNull(slice);
        Write(slice, slice.Values);
    }

    /// <summary>Flushes and closes the text.</summary>
    public void Dispose() => _text.Dispose();

    private void WriteSchemaHeader(IReadOnlyList<string>? extraColumns = null)
    {
        TimeAxis time = _schema.Time;
        string? timeName = time.Kind == TimeKind.None ? null : new Channel(time.Column ?? "time", ChannelKind.Real) { Unit = time.Unit }.Header;
        string?[] names = [_schema.SeriesColumn, timeName, .. _schema.Statics.Concat(_schema.Channels).Select(channel => channel.Header), .. extraColumns ?? []];
        foreach (string name in names.OfType<string>())
        {
            Field(name);
        }

        EndRow();
    }

    private void WriteSchemaRow(Slice slice, ReadOnlySpan<double> values)
    {
        if (_schema.SeriesColumn != null)
        {
            Field(slice.Series);
        }

        if (_schema.Time.Kind != TimeKind.None)
        {
            Field(_schema.Time.Format(slice.Time));
        }

        for (int i = 0; i < _schema.Statics.Count; i++)
        {
            Field(i < slice.Static.Length ? _schema.Statics[i].Format(slice.Static[i]) : "");
        }

        for (int c = 0; c < values.Length; c++)
        {
            Field(Text(slice, values, c));
        }
    }

    private void WriteCopy(Slice slice, string[] cells, ReadOnlySpan<double> values)
    {
        for (int c = 0; c < values.Length; c++)
        {
            int column = _original!.ChannelColumns[c];
            if (column >= 0 && (slice.Merged || double.IsNaN(slice.Values[c])))
            {
                cells[column] = Text(slice, values, c);
            }
        }

        foreach (string cell in cells)
        {
            Field(cell);
        }

        foreach (int c in _appended)
        {
            Field(Text(slice, values, c));
        }
    }

    private string Text(Slice slice, ReadOnlySpan<double> values, int channel) =>
        _schema.Channels[channel].Format(double.IsNaN(slice.Values[channel]) ? values[channel] : slice.Values[channel]);

    private void Field(string text)
    {
        if (_rowBegun)
        {
            _text.Write(_separator);
        }

        bool quoted = text.AsSpan().ContainsAny(Special) || (text.Length > 0 && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])))
            || (text.Length == 0 && IsOnlyColumn);
        _text.Write(quoted ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text);
        _rowBegun = true;
    }

    private bool IsOnlyColumn => _original != null ? _original.Rows.Header.Count + _appended.Length == 1
        : _schema.Channels.Count == 1 && _schema.Statics.Count == 0 && _schema.SeriesColumn == null && _schema.Time.Kind == TimeKind.None;

    private void EndRow()
    {
        _text.Write('\n');
        _rowBegun = false;
    }
}
