using System.Globalization;

namespace Pallium.Layers;

/// <summary>An option of a <see cref="LayerKind"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Form">What its values look like.</param>
/// <param name="Default">Its value if not given; null if it must be given.</param>
/// <param name="Help">What it does, in a few words.</param>
public sealed record LayerOption(string Name, OptionForm Form, object? Default, string Help)
{
    /// <summary>The default as text; null if a value must be given.</summary>
    public string? DefaultText => Default is null ? null : Form.Write(Default);

    /// <summary>A value for examples, where one must be given.</summary>
    internal string Example { get; init; } = "64";

    /// <summary>Whether it may be given without its name, after the options before it; the first of a kind always may.</summary>
    internal bool IsPositional { get; init; }
}

/// <summary>A number of experts and the units of each; 0: they are not given by units.</summary>
internal sealed record ExpertShape(int Count, int Units);

/// <summary>Layers and units of a backbone; 0 layers have 0 units.</summary>
internal sealed record BackboneShape(int Layers, int Units);

/// <summary>What the values of an option look like in text.</summary>
public sealed class OptionForm
{
    /// <summary>The value of <see cref="CountOrAll"/> that means all.</summary>
    internal const int All = -1;

    private const int MostUnits = 16384;

    private OptionForm(string expected, Func<StackTextReader, object> read, Func<object, string>? write = null)
    {
        Expected = expected;
        Read = read;
        Write = write ?? (value => Convert.ToString(value, CultureInfo.InvariantCulture)!);
    }

    /// <summary>The values, in words.</summary>
    public string Expected { get; }

    internal Func<StackTextReader, object> Read { get; }

    internal Func<object, string> Write { get; }

    /// <summary>A positive whole number.</summary>
    internal static OptionForm Count { get; } = Between(1, MostUnits);

    /// <summary>A whole number, 0 included, or all.</summary>
    internal static OptionForm CountOrAll { get; } = new(
        "a whole number or all",
        reader => reader.AtDigit ? reader.Count(0, MostUnits) : reader.Name("a whole number, or", [All], _ => "all"),
        value => value is All ? "all" : Convert.ToString(value, CultureInfo.InvariantCulture)!);

    /// <summary>A positive whole number, or auto, whose value is 0: it follows from other options.</summary>
    internal static OptionForm CountOrAuto { get; } = new(
        string.Create(CultureInfo.InvariantCulture, $"auto or a whole number from 1 to {MostUnits}"),
        reader => reader.AtDigit ? reader.Count(1, MostUnits) : reader.Name("a whole number, or", [0], _ => "auto"),
        value => value is 0 ? "auto" : Convert.ToString(value, CultureInfo.InvariantCulture)!);

    /// <summary>A number p with 0 ≤ p &lt; 1.</summary>
    internal static OptionForm Fraction { get; } = new("a number from 0 to 1", reader => reader.Fraction());

    /// <summary>A seed.</summary>
    internal static OptionForm Seed { get; } = new("a whole number", reader => reader.Count(0, int.MaxValue));

    /// <summary>Yes or no.</summary>
    internal static OptionForm Switch { get; } = new(
        "yes or no", reader => reader.Name("one of", ["no", "yes"], word => word) == "yes", value => value is true ? "yes" : "no");

    /// <summary>Layers and units, such as 2x128, or 0.</summary>
    internal static OptionForm Shape { get; } = new(
        "layers x units",
        reader =>
        {
            int layers = reader.Count(0, 3);
            if (layers == 0)
            {
                return new BackboneShape(0, 0);
            }

            reader.Expect('x');
            return new BackboneShape(layers, reader.Count(1, MostUnits));
        },
        value => value is BackboneShape { Layers: > 0 } shape ? string.Create(CultureInfo.InvariantCulture, $"{shape.Layers}x{shape.Units}") : "0");

    /// <summary>A whole number between two bounds.</summary>
    internal static OptionForm Between(int least, int most) =>
        new(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"), reader => reader.Count(least, most));

    /// <summary>A number between two bounds.</summary>
    internal static OptionForm Number(double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), reader => reader.Number(least, most));

    /// <summary>A number between two positive bounds, or none, whose value is 0.</summary>
    internal static OptionForm NumberOrNone(double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"none or a number from {least} to {most}"),
        reader => reader.AtDigit ? reader.Number(least, most) : reader.Name("a number, or", [0.0], _ => "none"),
        value => value is 0.0 ? "none" : Convert.ToString(value, CultureInfo.InvariantCulture)!);

    /// <summary>A number of experts, and after an x their units; 0 units where only their number is given.</summary>
    internal static OptionForm Experts(int most) => new(
        "experts x units",
        reader =>
        {
            int count = reader.Count(2, most);
            return new ExpertShape(count, reader.Accept('x') ? reader.Count(1, MostUnits) : 0);
        },
        value => value is ExpertShape { Units: > 0 } shape
            ? string.Create(CultureInfo.InvariantCulture, $"{shape.Count}x{shape.Units}")
            : string.Create(CultureInfo.InvariantCulture, $"{((ExpertShape)value).Count}"));

    /// <summary>A stack.</summary>
    internal static OptionForm Stack { get; } = new("a stack", reader => reader.Nested());

    /// <summary>The value of <see cref="StackOrNone"/> that means none.</summary>
    internal static StackSpec NoStack { get; } = new([]);

    /// <summary>A stack, or none, whose value has no layers.</summary>
    internal static OptionForm StackOrNone { get; } = new(
        "none or a stack", reader => reader.AcceptWord("none") ? NoStack : reader.Nested(), value => value is StackSpec { Layers.Count: > 0 } stack ? stack.ToString() : "none");

    /// <summary>A number of neurons, after the name of a wiring and a colon if it is not the first of these kinds.</summary>
    internal static OptionForm Wiring(params string[] kinds) => new(
        "a whole number",
        reader =>
        {
            string kind = kinds[0];
            if (!reader.AtDigit)
            {
                kind = reader.Name("a whole number, or a wiring of", kinds[1..], word => word);
                reader.Expect(':');
            }

            return new WiringText(kind, reader.Count(1, MostUnits));
        },
        value => value is WiringText wiring && wiring.Kind != kinds[0]
            ? string.Create(CultureInfo.InvariantCulture, $"{wiring.Kind}:{wiring.Units}")
            : string.Create(CultureInfo.InvariantCulture, $"{((WiringText)value).Units}"));

    /// <summary>One of the values of an enumeration, written in snake case.</summary>
    internal static OptionForm Choice<TValue>()
        where TValue : struct, Enum
    {
        TValue[] values = Enum.GetValues<TValue>();
        return new(
            string.Join(" or ", values.Select(value => SnakeCase(value.ToString()))),
            reader => reader.Name("one of", values, value => SnakeCase(value.ToString())),
            value => SnakeCase(value.ToString()!));
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
