using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pallium.Cli;

/// <summary>Says in one sentence what is wrong with a command line, and what was probably meant.</summary>
internal static class ParseFault
{
    /// <summary>The sentence for the first fault.</summary>
    public static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = Path(parsed.CommandResult);
        string call = $"pallium {path}".TrimEnd();
        string place = path.Length == 0 ? "" : $"{path}: ";
        string help = $"(see {call} --help)";
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return Unmatched(parsed.UnmatchedTokens[0], command, call, place, help);
        }

        ParseError error = parsed.Errors[0];
        return error.SymbolResult switch
        {
            CommandResult { Command.Subcommands.Count: > 0 } =>
                $"{place}found no command, expected {string.Join(" or ", command.Subcommands.Select(verb => verb.Name))} {help}.",
            ArgumentResult { Tokens.Count: 0, Argument: var argument } when argument.Arity.MinimumNumberOfValues > 0 && command.Arguments.Contains(argument) =>
                $"{place}found no {argument.Name}, expected {Usage(command, call)} {help}.",
            OptionResult { Tokens.Count: 0, Implicit: false, Option: var option } =>
                $"Option {option.Name}: found no value, expected {option.HelpName ?? "one"} {help}.",
            OptionResult { Tokens.Count: 0, Option: var option } =>
                $"{place}found no option {option.Name}, expected {option.Name} {option.HelpName} {help}.",
            OptionResult { IdentifierTokenCount: > 1, Option: var option } when option.Arity.MaximumNumberOfValues == 1 =>
                $"Option {option.Name}: found it more than once, expected one value {help}.",
            _ => error.Message,
        };
    }

    /// <summary>The commands below pallium that were named, such as <c>bench layers</c>.</summary>
    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}".TrimStart() : "";

    private static string Unmatched(string token, Command command, string call, string place, string help)
    {
        bool isOption = token.StartsWith('-');
        string kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        if (kind == "argument")
        {
            return $"{place}found one argument too many, '{token}', expected {Usage(command, call)} {help}.";
        }

        string[] names = [.. isOption
            ? command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))
            : command.Subcommands.Select(verb => verb.Name)];
        string? near = NearestName.Find(token, names);
        return near != null ? $"{place}found the {kind} '{token}', which does not exist; did you mean {near}?"
            : $"{place}found the {kind} '{token}', which does not exist, expected one of {string.Join(", ", names.Where(name => name.Length > 2))} {help}.";
    }

    private static string Usage(Command command, string call) =>
        $"{call} {string.Join(' ', command.Arguments.Select(argument => argument.Name))}".TrimEnd();
}
