using System.Text.Json;

namespace Pallium.Inference;

/// <summary>Rows of JSON lines: one object of numbers, texts, true/false and null per line.</summary>
/// <remarks>The columns are the keys in order of appearance; a key that a line lacks is a hole there.</remarks>
internal sealed class JsonRows(TextReader text, string source) : RowReader(text, source)
{
    private readonly Dictionary<string, int> _columns = [];
    private string?[] _values = [];
    private int _line;

    /// <inheritdoc/>
    protected override bool ReadRow()
    {
        string? line;
        do
        {
            line = Text.ReadLine();
            _line++;
        }
        while (line != null && string.IsNullOrWhiteSpace(line));
        if (line == null)
        {
            return Line > 0 ? false : throw new InputException($"{Source}: the file is empty, expected one JSON object per line.");
        }

        Line = _line;
        try
        {
            using var json = JsonDocument.Parse(line);
            ReadObject(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InputException($"{Source}, line {Line}: found text that is not JSON, expected one JSON object per line.", e);
        }

        return true;
    }

    private void ReadObject(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw InputException.At(Source, Line, $"JSON of kind {row.ValueKind}", "one JSON object per line");
        }

        Array.Clear(_values);
        foreach (JsonProperty cell in row.EnumerateObject())
        {
            string name = cell.Name.Trim();
            if (!_columns.TryGetValue(name, out int column))
            {
                column = _columns.Count;
                _columns.Add(name, column);
                Header.Add(name);
                Array.Resize(ref _values, column + 1);
            }

            if (_values[column] != null)
            {
                throw InputException.At(Source, Line, $"the key '{name}' twice", "distinct keys");
            }

            _values[column] = CellText(cell.Value, name);
        }

        Clear();
        foreach (string? value in _values)
        {
            foreach (char c in value ?? "")
            {
                Append(c);
            }

            EndCell();
        }
    }

    private string CellText(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Null => "",
        _ => throw InputException.At(Source, Line, name, $"a nested {value.ValueKind}", "a number, a text, true, false or null"),
    };
}
