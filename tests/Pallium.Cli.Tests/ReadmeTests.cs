namespace Pallium.Cli.Tests;

public sealed class ReadmeTests
{
    public static TheoryData<string> Lines =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "README.md")).Where(line => line.StartsWith("pallium ", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Lines))]
    public void Every_command_of_the_readme_exists(string line)
    {
        string[] words = line.Split('#')[0].Split(" <")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Empty(PalliumCommand.Parse(words[1..]).Errors);
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
}
