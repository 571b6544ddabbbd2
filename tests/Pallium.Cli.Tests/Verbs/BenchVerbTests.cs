using System.Diagnostics;
using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class BenchVerbTests
{
    private static readonly string[] Small = ["bench", "layers", "--steps", "3", "--width", "8", "--blocks", "1"];

    [Fact]
    public void Every_layer_gets_a_line_with_its_cost_and_what_it_learned()
    {
        string output = Run("--layers", "gru(8)", "lstm(6)", "--tasks", "parity", "recall", "--seeds", "2").Succeeded().Output;
        string[] lines = output.Split('\n');
        Assert.Equal(["layer", "parameters", "state", "multiply-adds", "parity", "recall"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        string[] gru = lines[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("gru(8)", gru[0]);
        Assert.Matches(@"^\d+\.\d ± \d+\.\d$", gru[^1]);
        Assert.StartsWith("lstm(6)", lines[2], StringComparison.Ordinal);
        Assert.Contains("parity: of all bits so far", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_table()
    {
        string[] arguments = ["--layers", "gru(8)", "--tasks", "parity", "induction", "--seed", "5", "--json"];
        string first = Run([.. arguments, "--threads", "3"]).Succeeded().Output;
        Assert.Equal(first, Run([.. arguments, "--threads", "1"]).Succeeded().Output);
        JsonElement row = JsonDocument.Parse(Assert.Single(first.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal("gru(8)", row.GetProperty("layer").GetString());
        Assert.StartsWith("residual(rmsnorm+", row.GetProperty("stack").GetString(), StringComparison.Ordinal);
        Assert.True(row.GetProperty("stateBytes").GetInt64() >= 32);
        Assert.InRange(row.GetProperty("tasks")[1].GetProperty("accuracies")[0].GetDouble(), 0, 1);
    }

    [Fact]
    public void A_bare_stack_stands_alone()
    {
        string output = Run("--layers", "gru(8)+linear(4)", "--bare", "--tasks", "mod3", "--json").Succeeded().Output;
        JsonElement row = JsonDocument.Parse(output).RootElement;
        Assert.Equal("gru(8)+linear(4)", row.GetProperty("stack").GetString());
        Assert.Equal(32, row.GetProperty("stateBytes").GetInt64());
    }

    [Fact]
    public void Stopping_keeps_the_lines_that_are_done()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        using Process process = PalliumProcess.Start(
            Path.GetTempPath(), "bench", "layers", "--layers", "gru(8)", "gru(9)", "--tasks", "parity", "--steps", "2000", "--width", "8", "--threads", "1", "--json");
        string? first = process.StandardOutput.ReadLine();
        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        string rest = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("pallium: stopped; the lines above are complete.", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        Assert.Contains("gru(8)", first, StringComparison.Ordinal);
        Assert.Empty(rest);
    }

    [Theory]
    [InlineData("--tasks", "party", "Option --tasks: found 'party'", "did you mean parity?")]
    [InlineData("--tasks", "all", "Option --tasks: found 'all'", "expected one of recall, copying")]
    [InlineData("--layers", "gru(8)+lstn(8)", "Option --layers: Stack, position 8: found 'lstn'", "did you mean 'lstm'?")]
    [InlineData("--layers", "ltc(ncp:3)", "Option --layers: ", "must be")]
    [InlineData("--steps", "0", "Option --steps: found '0'", "at least 1")]
    public void What_cannot_be_run_is_refused_before_anything_runs(string option, string value, params string[] words)
    {
        PalliumProcess run = PalliumProcess.Run(Path.GetTempPath(), "bench", "layers", option, value);
        run.Refused(words);
        Assert.Empty(run.Output);
    }

    private static PalliumProcess Run(params string[] arguments) => PalliumProcess.Run(Path.GetTempPath(), [.. Small, .. arguments]);
}
