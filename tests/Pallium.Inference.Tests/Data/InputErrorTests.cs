namespace Pallium.Inference.Tests;

/// <summary>Every mistake in a file or in its options is one sentence.</summary>
public sealed class InputErrorTests
{
    [Fact]
    public void A_file_that_is_not_there() =>
        Assert.Equal("no/room.csv: found no such file, expected a CSV or JSON lines file.",
            Assert.Throws<InputException>(() => Frame.ReadCsv("no/room.csv")).Message);

    [Fact]
    public void A_folder_in_place_of_a_file() =>
        Assert.StartsWith($"{Path.GetTempPath()}: the file cannot be opened (", Assert.Throws<InputException>(() => Frame.ReadCsv(Path.GetTempPath())).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_of_bytes_that_are_no_text() => FileFails([0x61, 0x2C, 0x62, 0x0A, 0xFF, 0xFE, 0x0A],
        "found bytes that are not UTF-8 text, expected a CSV or JSON lines file.");

    [Fact]
    public void Damaged_gzip() => FileFails([0x1F, 0x8B, 0x08, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xFF, 0xFF],
        "found damaged gzip data, expected a whole file.");

    [Fact]
    public void An_empty_file() => Fails("", "room.csv: the file is empty, expected a header line and rows.");

    [Fact]
    public void Only_blank_lines() => Fails("\n \n\n", "room.csv: the file is empty, expected a header line and rows.");

    [Fact]
    public void Only_a_header() => Fails("a,b\n", "room.csv: found a header and no rows, expected at least one row.");

    [Fact]
    public void Only_a_header_for_a_known_schema() => Fails("a\n", "room.csv: found a header and no rows, expected at least one row.",
        new FrameOptions { Schema = new FrameSchema([new Channel("a", ChannelKind.Real)]) });

    [Fact]
    public void A_name_twice() => Fails("a [m],b,a\n1,2,3\n",
        "room.csv: found the column name 'a' twice (columns 1 and 3), expected distinct names.");

    [Fact]
    public void A_column_without_a_name() => Fails(",b\n0,2\n",
        "room.csv: found no name for column 1, expected a header that names every column.");

    [Theory]
    [InlineData("1,2", "2 cells")]
    [InlineData("1", "1 cell")]
    [InlineData("1,2,3,4", "4 cells")]
    public void A_ragged_row(string row, string found) => Fails($"a,b,c\n1,2,3\n\n{row}\n",
        $"room.csv, line 4: found {found}, expected 3 as in the header.");

    [Fact]
    public void A_quote_left_open() => Fails("a,b\n1,\"2\n3,4\n",
        "room.csv, line 2: found a quote that is never closed, expected a closing quote.");

    [Fact]
    public void Text_behind_a_quote() => Fails("a,b\n1,\"2\"3\n",
        "room.csv, line 2: found text after a closing quote, expected a separator or the end of the line.");

    [Fact]
    public void A_row_without_end() => Fails($"a,b\n1,\"{new string('x', 1 << 20)}",
        "room.csv, line 2: found a row of more than 1048576 characters, expected a shorter row; is a quote left open.");

    [Fact]
    public void Text_in_a_number_column() => Fails("time,co2\n1,400\n2,\"multi\nline\"\n3,n/a\n4,off\n5,4\n",
        "room.csv, line 3, column 'co2': found 'multi line', expected a number or an empty cell.");

    [Fact]
    public void A_long_text_is_cut() => Fails($"a\n1\n2\n{new string('x', 50)}\n",
        $"room.csv, line 4, column 'a': found '{new string('x', 40)}...', expected a number or an empty cell.");

    [Fact]
    public void A_decimal_comma() => Fails("a;b\n1,5;x\n2,5;y\n",
        "room.csv, line 2, column 'a': found '1,5', expected a number with a decimal point.");

    [Theory]
    [InlineData("Infinity")]
    [InlineData("-inf")]
    [InlineData("1e999")]
    [InlineData("2e100")]
    public void Infinity(string cell) => Fails($"a,b\n1,2\n2,{cell}\n",
        $"room.csv, line 3, column 'b': found '{cell}', expected a finite number of size at most 1e100, or an empty cell.");

    [Fact]
    public void Time_going_backwards() => Fails("date,a\n2012-01-02,1\n2012-01-01,2\n",
        "room.csv, line 3, column 'date': found '2012-01-01' after '2012-01-02', expected time to go forward.");

    [Fact]
    public void Time_going_backwards_in_a_series() => Fails("s,time,a\nx,2,1\ny,1,2\nx,1,3\n",
        "room.csv, line 4, column 'time': found '1' after '2' in series 'x', expected time to go forward.", new FrameOptions { Series = "s" });

    [Fact]
    public void A_stamp_twice() => Fails("date,a\n2012-01-02,1\n2012-01-02,2\n",
        "room.csv, line 3, column 'date': found the stamp '2012-01-02' twice, expected each stamp once (the option duplicates accepts more: first, last or mean).");

    [Fact]
    public void A_stamp_that_is_missing() => Fails("date,a\n2012-01-02,1\n,2\n",
        "room.csv, line 3, column 'date': found '', expected a date such as 2024-05-31 14:20:00.");

    [Fact]
    public void A_day_that_does_not_exist() => Fails("date,a\n2012-01-02,1\n2012-02-30,2\n",
        "room.csv, line 3, column 'date': found '2012-02-30', expected a date such as 2024-05-31 14:20:00.");

    [Fact]
    public void A_text_among_numeric_stamps() => Fails("time,a\n1,1\nlater,2\n",
        "room.csv, line 3, column 'time': found 'later', expected a number.");

    [Fact]
    public void A_time_column_of_texts() => Fails("time,a\nmorning,1\nnoon,2\n",
        "room.csv, column 'time': found 'morning' in the time column, expected a date such as 2024-05-31 14:20:00, or a number.");

    [Fact]
    public void A_time_column_without_values() => Fails("time,a\n,1\n,2\n",
        "room.csv, column 'time': found only empty cells in the time column, expected a date such as 2024-05-31 14:20:00, or a number.");

    [Fact]
    public void A_series_without_a_name() => Fails("s,a\nx,1\n,2\n",
        "room.csv, line 3, column 's': found no name, expected the name of a series.", new FrameOptions { Series = "s" });

    [Fact]
    public void A_static_column_that_changes() => Fails("s,a,area\nx,1,20\nx,2,21\n",
        "room.csv, line 3, column 'area': found '21' in series 'x' after another value, expected a static column to be constant within a series.",
        new FrameOptions { Series = "s", Static = ["area"] });

    [Fact]
    public void A_constant_channel() => Fails("a,b\n1,5\n2,5\n3,\n",
        "room.csv, column 'b': found only 5 in 3 rows, expected at least two different values (or the column in the option ignore).");

    [Fact]
    public void A_constant_text() => Fails("a,b\n1,x\n2,x\n",
        "room.csv, column 'b': found only x in 2 rows, expected at least two different values (or the column in the option ignore).");

    [Fact]
    public void A_channel_without_values() => Fails("a,b\n1,\n2,NA\n",
        "room.csv, column 'b': found no value in 2 rows, expected at least two different ones (or the column in the option ignore).");

    [Fact]
    public void Too_many_texts() => Fails("a,id\n" + string.Concat(Enumerable.Range(0, 65).Select(i => $"{i},x{i}\n")),
        "room.csv, column 'id': found more than 64 different texts, expected numbers or at most 64 categories "
        + "(options name a column as time, series or static, or ignore it).");

    [Fact]
    public void No_channel_at_all() => Fails("time\n1\n2\n",
        "room.csv: found no column that is a channel, expected at least one beside time, series and static columns.");

    [Fact]
    public void An_unknown_column_in_an_option() => Fails("time,temperature\n1,2\n",
        "room.csv: found no column 'temprature' for the option known, expected a column of the file such as 'temperature'.",
        new FrameOptions { Known = ["temprature"] });

    [Fact]
    public void An_unknown_column_that_is_like_none() => Fails("time,a\n1,2\n",
        "room.csv: found no column 'station' for the option series, expected one of 'time', 'a'.", new FrameOptions { Series = "station" });

    [Fact]
    public void A_column_in_two_options() => Fails("time,a,b\n1,2,3\n",
        "room.csv: found the column 'a' in several of the options time, series, static, known and ignore, expected each column in one.",
        new FrameOptions { Series = "a", Static = ["a"] });

    [Fact]
    public void A_table_with_a_series() => Fails("a,b\n1,2\n",
        "Option table: found the options time, series or static beside it, expected none of them, as rows of a table are independent.",
        new FrameOptions { Table = true, Series = "a" });

    [Fact]
    public void An_unknown_time_zone() => Fails("date,a\n2012-01-02,1\n",
        "Option time zone: found 'Europe/Berlln', expected a zone such as Europe/Berlin or UTC.", new FrameOptions { TimeZone = "Europe/Berlln" });

    [Fact]
    public void A_negative_value_of_a_column_said_to_be_positive() => Fails("a\n1\n-2\n",
        "room.csv, line 3, column 'a': found '-2', expected a number of at least 0, as the channel is positive.",
        new FrameOptions { Kinds = new Dictionary<string, ChannelKind> { ["a"] = ChannelKind.Positive } });

    [Fact]
    public void A_value_of_a_column_said_to_be_binary() => Fails("a\n1\n2\n",
        "room.csv, line 3, column 'a': found '2', expected 0 or 1.",
        new FrameOptions { Kinds = new Dictionary<string, ChannelKind> { ["a"] = ChannelKind.Binary } });

    [Fact]
    public void No_channel_of_the_model() => Fails("x\n1\n",
        "room.csv: found none of the model's channels, expected some of 'a', 'b'.",
        new FrameOptions { Schema = new FrameSchema([new Channel("a", ChannelKind.Real), new Channel("b", ChannelKind.Real)]) });

    [Fact]
    public void No_time_where_the_model_has_one() => Fails("a\n1\n",
        "room.csv: found no time column 'date', expected one as in the data of the model.",
        new FrameOptions { Schema = new FrameSchema([new Channel("a", ChannelKind.Real)]) { Time = new TimeAxis(TimeKind.Date) { Column = "date" } } });

    [Fact]
    public void A_time_where_the_model_has_none() => Fails("t,a\n1,1\n",
        "Option time: found 't', expected none, as the model was learned without a time column.",
        new FrameOptions { Time = "t", Schema = new FrameSchema([new Channel("a", ChannelKind.Real)]) });

    [Fact]
    public void Json_that_is_none() => Fails("{\"a\": 1}\n{\"a\": \n",
        "room.csv, line 2: found text that is not JSON, expected one JSON object per line.");

    [Fact]
    public void Json_that_is_no_object() => Fails("{\"a\": 1}\n\n[1]\n",
        "room.csv, line 3: found JSON of kind Array, expected one JSON object per line.");

    [Fact]
    public void Json_with_a_key_twice() => Fails("{\"a\": 1, \"a\": 2}\n", "room.csv, line 1: found the key 'a' twice, expected distinct keys.");

    [Fact]
    public void Json_with_something_nested() => Fails("{\"a\": {\"b\": 2}}\n",
        "room.csv, line 1, column 'a': found a nested Object, expected a number, a text, true, false or null.");

    private static void Fails(string text, string sentence, FrameOptions? options = null) => Assert.Equal(sentence,
        Assert.Throws<InputException>(() => Frame.ReadCsv(new StringReader(text), "room.csv", options)).Message);

    private static void FileFails(byte[] bytes, string sentence)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            Assert.Equal($"{path}: {sentence}", Assert.Throws<InputException>(() => Frame.ReadCsv(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
