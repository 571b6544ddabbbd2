using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pallium.Cli;

/// <summary>Options whose faults are sentences: the option, what was found, what was expected.</summary>
internal static class TypedOption
{
    /// <summary>Reads the text of an option's value.</summary>
    public delegate bool Reader<T>(string text, [MaybeNullWhen(false)] out T value);

    /// <summary>An option of any type.</summary>
    /// <param name="name">Its name, with dashes.</param>
    /// <param name="value">How help calls its value.</param>
    /// <param name="description">What it does.</param>
    /// <param name="expected">What a fault says it expected.</param>
    /// <param name="read">Reads its value.</param>
    public static Option<T?> Of<T>(string name, string value, string description, string expected, Reader<T> read)
        where T : struct => new(name)
        {
            HelpName = value,
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (read(text, out T parsed))
                {
                    return parsed;
                }

                result.AddError($"Option {name}: found '{text}', expected {expected}.");
                return null;
            },
        };

    /// <summary>A whole number.</summary>
    public static Option<int?> Whole(string name, string description, int least = 1) => Of<int>(
        name, "N", description, $"a whole number of at least {least}",
        (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least);

    /// <summary>A seed of random numbers.</summary>
    public static Option<ulong?> Seed(string description = "Seed of all randomness: the same seed gives the same answer (default 1).") => Of<ulong>(
        "--seed", "N", description, "a whole number of at least 0",
        (string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    /// <summary>A number between two limits.</summary>
    public static Option<double?> Between(string name, string value, string description, double low, double high) => Of<double>(
        name, value, description, string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"),
        (string text, out double number) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number >= low && number <= high);

    /// <summary>One of a few words.</summary>
    public static Option<T?> Choice<T>(string name, string value, string description, params (string Word, T Value)[] choices)
        where T : struct => Of<T>(
        name, value, description, string.Join(" or ", choices.Select(choice => choice.Word)),
        (string text, out T chosen) =>
        {
            int at = Array.FindIndex(choices, choice => choice.Word.Equals(text, StringComparison.OrdinalIgnoreCase));
            chosen = at < 0 ? default : choices[at].Value;
            return at >= 0;
        });

    /// <summary>A text.</summary>
    public static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = value, Description = description };

    /// <summary>A list of texts: the option repeated, or with several values.</summary>
    public static Option<string[]> Texts(string name, string value, string description, bool severalPerOption = false) => new(name)
    {
        HelpName = value,
        Description = description,
        AllowMultipleArgumentsPerToken = severalPerOption,
        DefaultValueFactory = _ => [],
    };

    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => Flag("--json", "Write JSON instead of tables.");

    /// <summary>The model file, a verb's first argument.</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "The model file." };
}
