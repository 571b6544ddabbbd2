using System.Globalization;

namespace Pallium.Layers;

/// <summary>The text form of stacks: <c>liquid(64)</c>, <c>lstm(64)x2+linear(16)</c>, <c>residual(rmsnorm+swiglu(128))</c>.</summary>
/// <remarks>
/// stack = layer { '+' layer } ; layer = name [ '(' [ value { ',' value } ] ')' ] [ 'x' count ] ; value = [ option '=' ] form.
/// The first option, and a block after it, may go without its name. Spaces are ignored. The layers and their options: <see cref="LayerKind.All"/>.
/// </remarks>
public static class StackText
{
    private const int MostLayers = 256;

    /// <summary>Reads a stack.</summary>
    /// <exception cref="StackTextException">The text is not a stack; the message says where and what was expected.</exception>
    public static StackSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new StackTextReader(text);
        StackSpec stack = ReadStack(reader);
        if (!reader.AtEnd)
        {
            throw reader.Error("'+' or the end");
        }

        return stack;
    }

    internal static StackSpec ReadStack(StackTextReader reader)
    {
        var layers = new List<LayerSpec>();
        do
        {
            int start = reader.Position;
            layers.Add(ReadLayer(reader));
            if (layers.Sum(layer => layer.Count) > MostLayers)
            {
                throw reader.ErrorAt(start, "more layers", string.Create(CultureInfo.InvariantCulture, $"at most {MostLayers} in all, repeats included"));
            }
        }
        while (reader.Accept('+'));
        return new StackSpec(layers);
    }

    /// <summary>Reads the name of a layer.</summary>
    internal static LayerKind ReadKind(StackTextReader reader) => reader.Name("a layer", LayerKind.All, kind => kind.Name);

    /// <summary>Reads a layer.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="units">Its units where the text gives none; null: the text has to.</param>
    internal static LayerSpec ReadLayer(StackTextReader reader, int? units = null)
    {
        LayerKind kind = ReadKind(reader);
        var places = new StackTextPlaces(reader, kind);
        var values = new Dictionary<string, object>();
        if (reader.Accept('('))
        {
            ReadValues(reader, kind, values, places, units);
        }
        else
        {
            FillUnits(kind, values, units);
            if (Missing(kind, values) is { } missing)
            {
                throw reader.Error($"'(' and {Described(kind, missing)}");
            }
        }

        int repeats = reader.Accept('x') ? reader.Count(1, MostLayers) : 1;
        var layer = new LayerSpec(kind, values, repeats, places);
        kind.Check(layer);
        return layer;
    }

    private static LayerOption? Missing(LayerKind kind, Dictionary<string, object> values) =>
        kind.Options.FirstOrDefault(option => option.Default is null && !values.ContainsKey(option.Name));

    private static string Described(LayerKind kind, LayerOption option) =>
        option == kind.Options[0] ? $"{option.Form.Expected} ({option.Name} of {kind.Name})" : $"{option.Name}= and {option.Form.Expected} ({kind.Name} needs it)";

    private static void FillUnits(LayerKind kind, Dictionary<string, object> values, int? units)
    {
        if (units is { } count && Missing(kind, values) is { Name: LayerKind.UnitsName } option)
        {
            values[option.Name] = option.Form.Read(new StackTextReader(count.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static void ReadValues(StackTextReader reader, LayerKind kind, Dictionary<string, object> values, StackTextPlaces places, int? units)
    {
        if (!reader.At(')'))
        {
            do
            {
                int start = reader.Position;
                LayerOption option = Unnamed(kind, values.Count) is { } unnamed && !reader.AtAssignment ? unnamed : ReadOptionName(reader, kind);
                int from = reader.Position;
                if (!values.TryAdd(option.Name, option.Form.Read(reader)))
                {
                    throw reader.ErrorAt(start, $"option '{option.Name}' a second time", "each option once");
                }

                places.Add(option.Name, from);
            }
            while (reader.Accept(','));
        }

        FillUnits(kind, values, units);
        if (reader.At(')') && Missing(kind, values) is { } missing)
        {
            throw reader.Error(Described(kind, missing));
        }

        if (!reader.Accept(')'))
        {
            throw reader.Error("',' or ')'");
        }
    }

    /// <summary>The option whose name may be left out at a place; null if there is none.</summary>
    private static LayerOption? Unnamed(LayerKind kind, int place) =>
        place < kind.Options.Count && (place == 0 || kind.Options[place].IsPositional) ? kind.Options[place] : null;

    private static LayerOption ReadOptionName(StackTextReader reader, LayerKind kind)
    {
        if (kind.Options.Count == 0)
        {
            throw reader.Error($"')' ({kind.Name} has no options)");
        }

        LayerOption option = reader.Name($"an option of {kind.Name}", kind.Options, option => option.Name);
        reader.Expect('=');
        return option;
    }
}
