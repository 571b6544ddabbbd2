using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class AnswerTextTests
{
    private static readonly Question Later = new()
    {
        Clamps = [Clamp.Equal(new(2, 1), 1), Clamp.Between(new(0, 2), 1, 2) with { Text = "rain@+2 in 1..2" }],
        Asked = [new(0, 1), new(3, 2)],
        Events = [new CellFunction("rain>1", [new(0, 1)], values => values[0] > 1 ? 1 : 0)],
    };

    private static readonly Answer Drawn = new([])
    {
        Events = [0.25],
        EventErrors = [0.013],
        LogEvidence = -1.5,
        Effort = 1000,
        EffectiveSampleSize = 640.7,
        Warnings = ["The sampling degenerated."],
    };

    private static AskedCell[] Cells(int offset) =>
    [
        new(new(0, 1), "rain", Fabricated.Day, Fabricated.Beliefs()[0], 0.0123, [(0.05, 0.1)]),
        new(new(3, offset), "kind", double.NaN, Fabricated.Beliefs()[3], double.NaN, []),
    ];

    [Fact]
    public void Cells_of_the_next_slice_are_blocks()
    {
        string text = Fabricated.Printed(console => AnswerText.Write(console, Fabricated.Schema, Later, Drawn, Cells(1)));
        string[] expected = ["rain [mm]", "standard error", "0.0123", "5 % quantile", "kind", "60.0 %", "rain>1: 25.0 % ± 1.3 %", "log evidence of what is given: -1.500 nats", "1,000 draws, worth 640 independent ones"];
        Assert.All(expected, words => Assert.Contains(words, text, StringComparison.Ordinal));
        Assert.Single(text.Split("standard error")[1..]);
    }

    [Fact]
    public void Cells_of_several_slices_are_lines()
    {
        string text = Fabricated.Printed(console => AnswerText.Write(console, Fabricated.Schema, Later, Drawn, Cells(2)));
        Assert.All(new[] { "rain@+1", "1970-01-02", "kind@+2", "wet 60 %", "error", "5 % quantile" }, words => Assert.Contains(words, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Sweeps_are_told_with_what_they_cost()
    {
        Answer swept = Drawn with { Sweeps = new SweepReport(32, 50, 40, 12.5) };
        string text = Fabricated.Printed(console => AnswerText.Write(console, Fabricated.Schema, Later, swept, Cells(1)));
        Assert.Contains("worth 640 independent ones", text, StringComparison.Ordinal);
        Assert.Contains("32 conditional sweeps", text, StringComparison.Ordinal);
        JsonElement json = Fabricated.Json(writer => AnswerJson.Write(writer, Fabricated.Schema, Later, swept, Cells(1)));
        Assert.Equal(12.5, json.GetProperty("sweeps").GetProperty("extraEffort").GetDouble());
        Assert.False(Fabricated.Json(writer => AnswerJson.Write(writer, Fabricated.Schema, Later, Drawn, Cells(1))).TryGetProperty("sweeps", out _));
    }

    [Fact]
    public void An_error_that_is_rounding_alone_is_not_shown()
    {
        AskedCell[] known = [Cells(1)[0] with { StandardError = 1e-16, Quantiles = [] }];
        Assert.DoesNotContain("standard error", Fabricated.Printed(console => AnswerText.Write(console, Fabricated.Schema, Later, Drawn, known)), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_of_a_contradiction_has_a_null_where_nothing_is_known_or_minus_infinity()
    {
        JsonElement json = Fabricated.Json(writer => AnswerJson.Write(writer, Fabricated.Schema, new ContradictionException("They cannot hold.")));
        Assert.Equal("They cannot hold.", json.GetProperty("contradiction").GetString());
        Assert.All(new[] { "clamp", "logEvidence" }, name => Assert.Equal(JsonValueKind.Null, json.GetProperty(name).ValueKind));
    }

    [Fact]
    public void Json_has_everything()
    {
        JsonElement json = Fabricated.Json(writer => AnswerJson.Write(writer, Fabricated.Schema, Later, Drawn, Cells(2)));
        Assert.Equal("1", json.GetProperty("given").GetProperty("pump").GetString());
        Assert.Equal(["pump@+1=1", "rain@+2 in 1..2"], json.GetProperty("clamps").EnumerateArray().Select(clamp => clamp.GetString()));
        JsonElement rain = json.GetProperty("answers").GetProperty("rain");
        Assert.Equal(("rain", 1, "1970-01-02"), (rain.GetProperty("channel").GetString(), rain.GetProperty("offset").GetInt32(), rain.GetProperty("time").GetString()));
        Assert.Equal((0.0123, 0.1), (rain.GetProperty("standardError").GetDouble(), rain.GetProperty("quantiles")[0].GetProperty("value").GetDouble()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("answers").GetProperty("kind").GetProperty("time").ValueKind);
        JsonElement happening = json.GetProperty("events")[0];
        Assert.Equal((0.25, 0.013), (happening.GetProperty("probability").GetDouble(), happening.GetProperty("standardError").GetDouble()));
        Assert.Equal((-1.5, 1000, 640.7), (json.GetProperty("logEvidence").GetDouble(), json.GetProperty("effort").GetInt32(), json.GetProperty("effectiveSampleSize").GetDouble()));
        Assert.Equal("The sampling degenerated.", json.GetProperty("warnings")[0].GetString());
    }
}
