using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pallium.Benchmarks;

/// <summary>One run of a suite: measures comparisons, prints a table row and writes a JSON line for each.</summary>
internal sealed class Session
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    private readonly string _suite;
    private readonly int _blocks;
    private readonly TextWriter _lines;
    private readonly string _only;

    public Session(string suite, int blocks, TextWriter lines, string only)
    {
        (_suite, _blocks, _lines, _only) = (suite, blocks, lines, only);
        Console.WriteLine($"{suite}: {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {blocks} blocks a side");
        Console.WriteLine();
        PrintRow("", "thr", "unit", "ours", "quartiles", "rival", "quartiles", "", "ratio", "target");
    }

    /// <summary>
    /// Measures one comparison. <paramref name="ours"/> or <paramref name="rival"/> may be absent: its columns stay empty.
    /// The ratio says how many times better ours is, for rates and times alike.
    /// </summary>
    public void Compare(string name, Unit unit, Contestant? ours, string rivalName, Contestant? rival, Target? target = null, int threads = 1)
    {
        if (!name.Contains(_only, StringComparison.Ordinal))
        {
            return;
        }

        (double[] oursSeconds, double[] rivalSeconds) = Interleaved.Run(_blocks, ours, rival);
        Spread? we = ours is null ? null : new Spread(oursSeconds, unit);
        Spread? they = rival is null ? null : new Spread(rivalSeconds, unit);
        double? ratio = we is null || they is null ? null : unit.IsRate ? we.Median / they.Median : they.Median / we.Median;
        bool? met = we is null ? null
            : target?.Value is double value ? (unit.IsRate ? we.Median >= value : we.Median <= value)
            : target?.Ratio is double atLeast && ratio is not null ? ratio >= atLeast : null;
        string wanted = target?.Ratio is double least ? $">= {least:0.0#} x" : target?.Value is double v ? $"{(unit.IsRate ? ">=" : "<=")} {v}" : "";
        string verdict = met switch { true => " met", false => " missed", null => "" };
        PrintRow(name, $"{threads}", unit.Name, Number(we?.Median), Quartiles(we), Number(they?.Median), Quartiles(they), they is null ? "" : rivalName, Number(ratio), wanted + verdict);
        Write(new
        {
            suite = _suite,
            name,
            threads,
            unit = unit.Name,
            ours = we?.Median,
            rival = they?.Median,
            ratio,
            target = target?.Ratio ?? target?.Value,
            target_of = target?.Ratio is not null ? "ratio" : target?.Value is not null ? "ours" : null,
            met,
            rival_name = rivalName,
            blocks = _blocks,
            ours_spread = Ends(we),
            rival_spread = Ends(they),
        });
    }

    /// <summary>
    /// Measures how the time of one of a call's <paramref name="things"/> grows: one contestant per size, blocks in turn; the exponent
    /// is that of a power of the size fitted to the medians.
    /// </summary>
    public void Grow(string name, Unit unit, double[] sizes, double[] things, Contestant[] contestants, double atMost)
    {
        if (!name.Contains(_only, StringComparison.Ordinal))
        {
            return;
        }

        double[] medians = [.. Interleaved.Run(_blocks, contestants).Select((seconds, i) => new Spread(seconds, unit).Median / things[i])];
        double exponent = PowerFit.Exponent(sizes, medians);
        PrintRow(name, "1", unit.Name, Number(medians[^1]), "", Number(medians[0]), "", $"at {sizes[0]:N0}", $"{exponent:0.000}", $"<= {atMost} {(exponent <= atMost ? "met" : "missed")}");
        Write(new { suite = _suite, name, threads = 1, unit = unit.Name, sizes, medians, exponent, target = atMost, target_of = "exponent", met = exponent <= atMost, blocks = _blocks });
    }

    /// <summary>Whether comparisons whose names begin so may be among those asked for.</summary>
    public bool Wants(string name) => name.Contains(_only, StringComparison.Ordinal) || _only.Contains(name, StringComparison.Ordinal);

    /// <summary>Reports two figures that need no repetition, such as bytes: ours is to be at most <paramref name="atMost"/> times the other, if that is wanted.</summary>
    public void Report(string name, string unit, double ours, string otherName, double other, double? atMost = null)
    {
        if (!name.Contains(_only, StringComparison.Ordinal))
        {
            return;
        }

        // A figure without another has no ratio; JSON has no NaN.
        double? rival = double.IsNaN(other) ? null : other;
        double? ratio = ours / rival;
        string verdict = atMost is null ? "" : $"<= {atMost:0.0#} x {(ratio <= atMost ? "met" : "missed")}";
        PrintRow(name, "1", unit, Number(ours), "", Number(rival), "", otherName, Number(ratio), verdict);
        Write(new
        {
            suite = _suite,
            name,
            threads = 1,
            unit,
            ours,
            rival,
            ratio,
            target = atMost,
            target_of = atMost is null ? null : "at most",
            met = atMost is null ? (bool?)null : ratio <= atMost,
            rival_name = otherName,
        });
    }

    private void Write(object line)
    {
        _lines.WriteLine(JsonSerializer.Serialize(line, Json));
        _lines.Flush();
    }

    private static object? Ends(Spread? spread) =>
        spread is null ? null : new { worst = spread.Worst, worse_quartile = spread.WorseQuartile, better_quartile = spread.BetterQuartile, best = spread.Best };

    private static void PrintRow(
        string name, string threads, string unit, string ours, string oursQuartiles, string rival, string rivalQuartiles, string rivalName, string ratio, string target) =>
        Console.WriteLine(
            $"{name,-34} {threads,3} {unit,-10} {ours,9} {oursQuartiles,-17} {rival,9} {rivalQuartiles,-17} {rivalName,-16} {ratio,7} {target}".TrimEnd());

    private static string Number(double? value) => value switch
    {
        null => "",
        >= 1000 => $"{value:0}",
        >= 100 => $"{value:0.0}",
        _ => $"{value:0.00}",
    };

    private static string Quartiles(Spread? spread) => spread is null ? "" : $"{Number(spread.WorseQuartile)}..{Number(spread.BetterQuartile)}";
}
