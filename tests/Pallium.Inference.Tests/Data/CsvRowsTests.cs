using System.Globalization;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Inference.Tests;

public sealed class CsvRowsTests
{
    [Fact]
    public void Rows_are_those_of_another_reader()
    {
        // CsvHelper is the plain reference: an independent reader of RFC 4180.
        Gen<string> text = Gen.Elements('a', '1', '.', ' ', ',', '\n', 'é', '"').ArrayOf().Select(letters => new string(letters));
        Gen<string> cell = text.Select(t => t.AsSpan().ContainsAny(",\n\"") ? $"\"{t.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : t);
        Gen<string> table = from columns in Gen.Choose(2, 5)
                            from end in Gen.Elements("\n", "\r\n", "\r")
                            from rows in cell.ArrayOf(columns).Select(cells => string.Join(',', cells)).NonEmptyListOf()
                            select string.Join(',', Enumerable.Range(0, columns).Select(i => $"c{i}")) + end + string.Join(end, rows);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(7, 11), Prop.ForAll(table.ToArbitrary(), csv =>
            Assert.Equal(Reference(csv), Rows(csv))));
    }

    [Fact]
    public void A_row_is_handed_over_when_its_line_has_arrived()
    {
        var live = new LiveText(["a,b\r", "\n1,2\r", "\n3,", "4\n", "5,6\n"]);
        using RowReader rows = RowReader.Create(live, "live");

        Assert.True(rows.Read());
        Assert.Equal("2", rows[1].ToString());
        Assert.Equal(2, live.Given);
        Assert.True(rows.Read());
        Assert.Equal("4", rows[1].ToString());
        Assert.Equal(4, live.Given);
    }

    [Fact]
    public void Lines_are_counted_inside_quotes_and_over_blank_ones()
    {
        using RowReader rows = RowReader.Create(new StringReader("a,b\r\n\r\n1,\"x\r\ny\"\n2,3\r\r4,5"), "lines");
        var lines = new List<int>();
        while (rows.Read())
        {
            lines.Add(rows.Line);
        }

        Assert.Equal([3, 5, 7], lines);
    }

    [Theory]
    [InlineData("a,b;c;d\n", ';')]
    [InlineData("\"a,b,c\"\td\n", '\t')]
    [InlineData("a\n", ',')]
    [InlineData("\n\na;b", ';')]
    public void The_separator_is_found_in_the_header(string text, char separator)
    {
        using var rows = new CsvRows(new StringReader(text), "text");

        Assert.Equal(separator, rows.Separator);
    }

    private static List<string> Rows(string csv)
    {
        using RowReader rows = RowReader.Create(new StringReader(csv), "csv");
        var all = new List<string>();
        while (rows.Read())
        {
            for (int i = 0; i < rows.Count; i++)
            {
                all.Add(rows[i].ToString());
            }
        }

        return all;
    }

    private static List<string> Reference(string csv)
    {
        using CsvReader reader = CsvReader.FromText(csv, new CsvReaderOptions { Separator = ',', FormatProvider = CultureInfo.InvariantCulture });
        var all = new List<string>();
        while (reader.Read())
        {
            for (int i = 0; i < reader.FieldCount; i++)
            {
                all.Add(reader.GetString(i).Trim());
            }
        }

        return all;
    }

    /// <summary>A text that gives one part at a time, as a pipe does.</summary>
    private sealed class LiveText(string[] parts) : TextReader
    {
        public int Given { get; private set; }

        public override int Peek() => parts[0][0];

        public override int Read(char[] buffer, int index, int count)
        {
            if (Given == parts.Length)
            {
                return 0;
            }

            string part = parts[Given++];
            part.CopyTo(buffer.AsSpan(index));
            return part.Length;
        }
    }
}
