using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>A layer that stack texts can name: its name, one line of help, options and factory. A new layer is added to <see cref="All"/>.</summary>
public abstract class LayerKind
{
    private LayerKind(string name, string summary, params LayerOption[] options)
    {
        Name = name;
        Summary = summary;
        Options = options;
    }

    /// <summary>Every kind, in the order in which help lists them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } = [new Liquid(), new ClosedForm(), new LongShortTermMemory(), new Affine()];

    /// <summary>The name in stack texts.</summary>
    public string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public string Summary { get; }

    /// <summary>Its options; the first may be given without its name.</summary>
    public IReadOnlyList<LayerOption> Options { get; }

    /// <summary>Makes one layer that reads <paramref name="inputs"/> channels.</summary>
    internal abstract ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private static LayerOption Units(string help = "hidden units") => new("units", OptionForm.Count, null, help);

    private sealed class Liquid() : LayerKind(
        "liquid", "closed-form liquid cell, default mode, one backbone layer of 128", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new Cfc<T>(new(inputs, spec.Get<int>("units")));
    }

    private sealed class ClosedForm() : LayerKind(
        "cfc",
        "closed-form continuous-time cell",
        Units(),
        new("mode", OptionForm.Choice<CfcMode>(), CfcMode.Default, "form of the cell"),
        new("backbone", OptionForm.Shape, new BackboneShape(1, 128), "layers x units between (x, h) and the heads; 0: none"),
        new("mixed", OptionForm.Choice("no", "yes"), "no", "whether an LSTM updates h first"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs)
        {
            BackboneShape backbone = spec.Get<BackboneShape>("backbone");
            return new Cfc<T>(new(inputs, spec.Get<int>("units"))
            {
                Mode = spec.Get<CfcMode>("mode"),
                BackboneLayers = backbone.Layers,
                BackboneUnits = Math.Max(backbone.Units, 1),
                MixedMemory = spec.Get<string>("mixed") == "yes",
            });
        }
    }

    private sealed class LongShortTermMemory() : LayerKind("lstm", "long short-term memory", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new Lstm<T>(new(inputs, spec.Get<int>("units")));
    }

    private sealed class Affine() : LayerKind("linear", "y = W x + b", Units("output channels"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new Linear<T>(new(inputs, spec.Get<int>("units")));
    }
}

/// <summary>An option of a <see cref="LayerKind"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Form">What its values look like.</param>
/// <param name="Default">Its value if not given; null if it must be given.</param>
/// <param name="Help">What it does, in a few words.</param>
public sealed record LayerOption(string Name, OptionForm Form, object? Default, string Help);

/// <summary>Layers and units of a backbone; 0 layers have 0 units.</summary>
internal sealed record BackboneShape(int Layers, int Units);

/// <summary>What the values of an option look like in text.</summary>
public sealed class OptionForm
{
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
    internal static OptionForm Count { get; } = new("a whole number", reader => reader.Count(1, MostUnits));

    /// <summary>A number p with 0 ≤ p &lt; 1.</summary>
    internal static OptionForm Fraction { get; } = new("a number from 0 to 1", reader => reader.Fraction());

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

    /// <summary>A stack.</summary>
    internal static OptionForm Stack { get; } = new("a stack", reader => reader.Nested());

    /// <summary>One of some words.</summary>
    internal static OptionForm Choice(params string[] words) =>
        new(string.Join(" or ", words), reader => reader.Name("one of", words, word => word));

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
