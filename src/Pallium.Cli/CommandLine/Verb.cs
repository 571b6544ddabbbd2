using System.CommandLine;

namespace Pallium.Cli;

/// <summary>A verb of the command, with examples for its help.</summary>
/// <param name="name">The word that calls it.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="examples">Command lines, each with what it does.</param>
internal sealed class Verb(string name, string description, params (string Line, string Meaning)[] examples) : Command(name, description)
{
    /// <summary>Command lines, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; } = examples;
}
