using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pallium.Cli;

/// <summary>Joint samples of an answer as a file: CSV, or JSON lines where its name ends with .json, .jsonl or .ndjson.</summary>
internal static class SampleFile
{
    /// <summary>What needs quotes: any separator, so that a reader does not mistake one in a category for the file's.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\n\r;\t");

    /// <summary>Writes one line per draw, one column per asked cell.</summary>
    public static void Write(string path, FrameSchema schema, IReadOnlyList<CellAddress> asked, IReadOnlyList<double[]> samples)
    {
        bool asJson = Path.GetExtension(path).ToLowerInvariant() is ".json" or ".jsonl" or ".ndjson";
        string[] names = [.. asked.Select(cell => cell.Describe(schema.Channels))];
        Channel[] channels = [.. asked.Select(cell => schema.Channels[cell.Channel])];
        AtomicFile.Write(path, stream =>
        {
            if (asJson)
            {
                WriteJson(stream, names, channels, samples);
            }
            else
            {
                WriteCsv(stream, names, channels, samples);
            }
        });
    }

    private static void WriteCsv(Stream stream, string[] names, Channel[] channels, IReadOnlyList<double[]> samples)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',', names.Select(Field)));
        foreach (double[] draw in samples)
        {
            text.WriteLine(string.Join(',', draw.Select((value, i) => Field(Shown(channels[i], value)))));
        }
    }

    private static void WriteJson(Stream stream, string[] names, Channel[] channels, IReadOnlyList<double[]> samples)
    {
        foreach (double[] draw in samples)
        {
            JsonOutput.Write(stream, indented: false, json =>
            {
                json.WriteStartObject();
                for (int i = 0; i < draw.Length; i++)
                {
                    json.Value(names[i], channels[i], draw[i]);
                }

                json.WriteEndObject();
            });
        }
    }

    /// <summary>A category by name; a number with all its digits.</summary>
    private static string Shown(Channel channel, double value) =>
        channel.IsNumeric ? value.ToString("R", CultureInfo.InvariantCulture) : channel.Format(value);

    private static string Field(string text) =>
        text.AsSpan().IndexOfAny(Special) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
