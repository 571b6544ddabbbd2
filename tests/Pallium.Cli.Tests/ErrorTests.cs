using System.Text;

namespace Pallium.Cli.Tests;

/// <summary>Every mistake of a user gets one sentence that names where it is, what was found and what was expected, and exit code 2.</summary>
public sealed class ErrorTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void A_file_that_is_no_text_is_refused()
    {
        File.WriteAllBytes(_folder.At("data.csv"), [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46]);
        PalliumProcess.Run(_folder.Path, "learn", "data.csv", "-o", "m").Refused("data.csv");
    }

    [Fact]
    public void A_model_in_place_of_data_is_refused()
    {
        PalliumProcess.Run(_folder.Path, "forecast", learned.Model, "--after", learned.Model).Refused("found a model, expected data");
    }

    [Fact]
    public void A_wrong_column_is_refused() => Learning(LearnedModel.Csv(0, 50), "--ignore", "lvel").Refused("data.csv", "'lvel'", "such as 'level'");

    [Fact]
    public void A_ragged_row_is_refused() => Learning(Rows("2020-01-03 00:00:00,1,2")).Refused("data.csv, line 50", "3");

    [Fact]
    public void Text_in_a_column_of_numbers_is_refused() =>
        Learning(Rows("2020-01-03 00:00:00,high,0,0,day")).Refused("data.csv, line 50, column 'level'", "'high'", "a number");

    [Fact]
    public void Time_that_goes_backwards_is_refused() =>
        Learning(Rows("2019-01-03 00:00:00,2.5,0,0,day")).Refused("data.csv, line 50, column 'time'", "'2019-01-03 00:00:00'", "time to go forward");

    [Fact]
    public void A_stamp_that_occurs_twice_is_refused() => Learning(Rows(LearnedModel.Row(47))).Refused("data.csv, line 50, column 'time'", "twice", "duplicates");

    [Theory]
    [InlineData("first")]
    [InlineData("last")]
    [InlineData("mean")]
    public void A_stamp_that_occurs_twice_is_accepted_on_demand(string policy)
    {
        _folder.Write("twice.csv", Rows(LearnedModel.Row(47)));
        PalliumProcess.Run(_folder.Path, "infer", learned.Model, "--after", "twice.csv", "--duplicates", policy).Succeeded();
    }

    [Fact]
    public void An_empty_file_is_refused() => Learning("").Refused("data.csv", "empty");

    [Fact]
    public void A_file_of_a_header_alone_is_refused() => Learning(LearnedModel.Header + "\n").Refused("data.csv", "no rows");

    [Fact]
    public void A_constant_channel_is_refused() => Learning(WithColumn("odd", _ => "7")).Refused("data.csv, column 'odd'", "found only 7", "at least two different values");

    [Fact]
    public void A_channel_without_values_is_refused() => Learning(WithColumn("odd", _ => "")).Refused("data.csv, column 'odd'", "found no value");

    [Fact]
    public void An_infinity_is_refused() => Learning(WithColumn("odd", i => i == 10 ? "inf" : $"{i}")).Refused("data.csv, line 12, column 'odd'", "'inf'", "finite");

    [Fact]
    public void An_unknown_stack_is_refused()
    {
        Learning(LearnedModel.Csv(0, 50), "--stack", "liqud(64)").Refused("liqud");
    }

    [Fact]
    public void A_stack_that_does_not_fit_together_is_refused() => Learning(LearnedModel.Csv(0, 50), "--stack", "gru(8)+residual(linear(5))")
        .Refused("Option stack", "position 8", "reads 8 channels and writes 5");

    [Fact]
    public void Data_of_other_channels_are_refused()
    {
        _folder.Write("other.csv", "time,a,b\n2020-01-01 00:00:00,1,2\n");
        PalliumProcess.Run(_folder.Path, "forecast", learned.Model, "--after", "other.csv").Refused("other.csv", "none of the model's channels", "'level'");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-1)]
    public void A_truncated_model_is_refused(int length)
    {
        byte[] model = File.ReadAllBytes(learned.Model);
        File.WriteAllBytes(_folder.At("m.pallium"), model[..(length < 0 ? model.Length + length : length)]);
        PalliumProcess.Run(_folder.Path, "inspect", "m.pallium").Refused("m.pallium");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void A_model_with_any_byte_changed_is_refused(double where)
    {
        byte[] model = File.ReadAllBytes(learned.Model);
        model[(int)(where * (model.Length - 1))] ^= 1;
        File.WriteAllBytes(_folder.At("m.pallium"), model);
        PalliumProcess.Run(_folder.Path, "inspect", "m.pallium").Refused("m.pallium");
    }

    [Fact]
    public void A_failed_run_leaves_an_old_model_whole()
    {
        _folder.Write("m.pallium", "old");
        Learning(Rows("2020-01-03 00:00:00,high,0,0,day"));
        Assert.Equal("old", _folder.Read("m.pallium"));
        Assert.Equal(["data.csv", "m.pallium"], _folder.Files());
    }

    public void Dispose() => _folder.Dispose();

    private PalliumProcess Learning(string csv, params string[] options)
    {
        _folder.Write("data.csv", csv);
        return PalliumProcess.Run(_folder.Path, ["learn", "data.csv", "-o", "m.pallium", .. options]);
    }

    /// <summary>48 good rows and one more, in line 50.</summary>
    private static string Rows(string last) => LearnedModel.Csv(0, 48) + last + "\n";

    private static string WithColumn(string name, Func<int, string> value)
    {
        var text = new StringBuilder($"{LearnedModel.Header},{name}\n");
        for (int i = 0; i < 50; i++)
        {
            text.Append($"{LearnedModel.Row(i)},{value(i)}\n");
        }

        return text.ToString();
    }
}
