using System.Text.RegularExpressions;

namespace Pallium.Cli.Tests;

public sealed partial class ReadmeTests
{
    public static TheoryData<string> Lines => [.. Commands];

    private static string[] Commands =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "README.md")).Where(line => line.StartsWith("pallium ", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Lines))]
    public void Every_command_of_the_readme_exists(string line) => Assert.Empty(PalliumCommand.Parse(Words(line).Arguments).Errors);

    [Fact]
    public void The_commands_of_the_readme_run_one_after_the_other()
    {
        // The same commands, in less time.
        var less = new Dictionary<string, string[]>
        {
            ["learn"] = ["--epochs", "1"],
            ["evaluate"] = ["--stride", "40", "--paths", "8"],
            ["select"] = ["--updates", "20"],
            ["sleep"] = ["--rounds", "1"],
            ["convert"] = ["--updates", "2", "--horizon", "2", "--tolerance", "50%"],
            ["quantize"] = ["--horizon", "2"],
            ["bench"] = ["--steps", "1", "--width", "8", "--blocks", "1"],
        };
        using var clone = new TestFolder();
        Directory.CreateDirectory(clone.At("samples"));
        foreach (string sample in Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "*.csv"))
        {
            File.Copy(sample, clone.At(Path.Combine("samples", Path.GetFileName(sample))));
        }

        Assert.True(Commands.Length >= 9);
        foreach (string line in Commands)
        {
            (string[] arguments, string? input) = Words(line);
            string text = input == null ? "" : File.ReadAllText(clone.At(input));
            PalliumProcess run = PalliumProcess.RunWith(clone.Path, text, [.. arguments, .. less.GetValueOrDefault(arguments[0], [])]);
            Assert.True(run.ExitCode == 0, $"{line}: {run.Error}");
        }

        Assert.Equal(["filled.csv", "forecast.svg", "gru.pallium", "small.pallium", "weather.pallium"], clone.Files());
        Assert.DoesNotContain(",,", clone.Read("filled.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_example_of_the_help_exists()
    {
        IEnumerable<Verb> verbs = PalliumCommand.Parse([]).RootCommandResult.Command.Subcommands.OfType<Verb>();
        string[] lines = [.. verbs.SelectMany(verb => verb.Examples).Select(example => example.Line)];
        Assert.True(lines.Length >= 8);
        Assert.All(lines, line =>
        {
            string call = line.Split("| ")[^1].Split(" <")[0];
            Assert.Empty(PalliumCommand.Parse(call.Split(' ')[1..]).Errors);
        });
    }

    /// <summary>What follows "pallium" on a line of the shell, without its comment, and the file that it reads as standard input.</summary>
    private static (string[] Arguments, string? Input) Words(string line)
    {
        string[] parts = line.Split('#')[0].Split(" < ", StringSplitOptions.TrimEntries);
        string[] words = [.. Word().Matches(parts[0]).Select(word => word.Value.Trim('\''))];
        return (words[1..], parts.Length > 1 ? parts[1] : null);
    }

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Word();
}
