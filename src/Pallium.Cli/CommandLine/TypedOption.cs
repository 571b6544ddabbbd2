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

    /// <summary>A whole number of at least 1 that may be left out.</summary>
    public static Option<int?> WholeOr(string name, string description, int unstated)
    {
        Option<int?> option = Of<int>(
            name, "N", description, "a whole number of at least 1, or none",
            (string text, out int value) =>
                (text.Length == 0 && (value = unstated) > 0) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1));
        option.Arity = ArgumentArity.ZeroOrOne;
        return option;
    }

    /// <summary>A seed of random numbers.</summary>
    public static Option<ulong?> Seed(string description = "Seed of all randomness: the same seed gives the same answer (default 1).") => Of<ulong>(
        "--seed", "N", description, "a whole number of at least 0",
        (string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    /// <summary>A number between two limits.</summary>
    public static Option<double?> Between(string name, string value, string description, double low, double high) => Of<double>(
        name, value, description, string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"),
        (string text, out double number) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number >= low && number <= high);

    /// <summary>A positive number.</summary>
    public static Option<double?> Positive(string name, string value, string description) => Of<double>(
        name, value, description, "a positive number",
        (string text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number > 0 && double.IsFinite(number));

    /// <summary>A share of a whole, in percent or as a number below 1: <c>1%</c>, <c>0.01</c>.</summary>
    public static Option<double?> Share(string name, string description) => Of<double>(
        name, "SHARE", description, "a share from 0% to 100%, such as 1% or 0.01", ReadShare);

    /// <summary><c>--weights</c>.</summary>
    public static Option<WeightFormat?> Weights(string description) => new("--weights")
    {
        HelpName = string.Join('|', WeightFormat.All),
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (WeightFormat.Find(text.ToLowerInvariant()) is { } format)
            {
                return format;
            }

            result.AddError($"Option --weights: found '{text}', expected {string.Join(" or ", WeightFormat.All)}.");
            return null;
        },
    };

    /// <summary>A number of bytes: <c>500MB</c>, <c>2GB</c>.</summary>
    public static Option<long?> Bytes(string name, string description) => Of<long>(
        name, "SIZE", description, "a size such as 500MB or 2GB", ReadBytes);

    /// <summary><c>--expert-memory</c>.</summary>
    public static Option<long?> ExpertMemory() => Bytes(
        "--expert-memory", "Memory for the experts (moe) of the model; the others stay in its file until they are needed (default: all in memory). The answers are the same.");

    /// <summary>Numbers between 0 and 1, both left out, separated by commas.</summary>
    public static Option<double[]?> Shares(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            double[] shares = [.. text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) ? share : double.NaN)];
            if (Array.TrueForAll(shares, share => share is > 0 and < 1))
            {
                return shares;
            }

            result.AddError($"Option {name}: found '{text}', expected numbers between 0 and 1, such as {value}.");
            return null;
        },
    };

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

    /// <summary><c>--every</c>.</summary>
    public static Option<double?> Every() => Of<double>(
        "--every", "STEP", "Time between slices to come, such as 15min, 6h or 1d, or a number in the unit of the time column (default: the median step).",
        "a positive length of time such as 15min, 6h or 1d", Duration.TryParse);

    /// <summary><c>--future</c>.</summary>
    public static Option<string?> Future() =>
        Text("--future", "DATA", "Values of the future that are known in advance: data with the stamps to come.");

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => Flag("--json", "Write JSON instead of tables.");

    /// <summary>The model file, a verb's first argument.</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "The model file." };

    private static bool ReadShare(string text, out double share)
    {
        bool percent = text.EndsWith('%');
        bool read = double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        share = percent ? number / 100 : number;

        // A plain 1 is more likely meant as one percent than as all.
        return read && share is >= 0 and <= 1 && (percent || share < 1);
    }

    private static bool ReadBytes(string text, out long bytes)
    {
        (string Unit, double Size)[] units = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("B", 1), ("", 1)];
        (string unit, double size) = units.First(unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        bool read = double.TryParse(text[..^unit.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        double total = number * size;
        bytes = read && total is >= 1 and < long.MaxValue ? (long)total : 0;
        return bytes > 0;
    }
}
