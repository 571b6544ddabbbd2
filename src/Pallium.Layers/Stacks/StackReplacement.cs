using System.Globalization;

namespace Pallium.Layers;

/// <summary>What is to take the place of the layers of a kind: <c>attention=mamba</c>, <c>attention=gated_delta(heads=4)</c>.</summary>
/// <remarks>
/// replacement = name '=' layer. The layer's units, where it gives none, are the channels that the replaced layer gives. Layers are counted in the order of the stack's text,
/// each repeat by itself.
/// </remarks>
public sealed class StackReplacement
{
    private const string What = "Replacement";
    private readonly string _text;
    private readonly LayerKind _old;
    private readonly int _new;

    private StackReplacement(string text, LayerKind old, int @new)
    {
        _text = text;
        _old = old;
        _new = @new;
    }

    /// <summary>Name of the layers that are replaced.</summary>
    public string Replaced => _old.Name;

    /// <summary>Reads a replacement. What is wrong with the options on the right may show only beside a stack.</summary>
    /// <exception cref="StackTextException">The text is none; the message says where and what was expected.</exception>
    public static StackReplacement Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new StackTextReader(text, What);
        LayerKind old = StackText.ReadKind(reader);
        reader.Expect('=');
        int start = reader.Position;
        return StackText.ReadKind(reader) == old
            ? throw reader.ErrorAt(start, $"'{old.Name}' on both sides", "another layer on the right")
            : new StackReplacement(text, old, start);
    }

    /// <summary>Layers of the kind in a stack.</summary>
    /// <exception cref="StackTextException">There are none.</exception>
    public int Count(StackSpec stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        int count = CountIn(stack);
        return count > 0 ? count : throw stack.Layers[0].Refusal(
            $"found the stack '{stack}', which has no layer '{_old.Name}', expected one to replace; it has {string.Join(", ", NamesIn(stack).Distinct())}.");
    }

    /// <summary>Replaces one layer.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="inputs">Channels that it reads.</param>
    /// <param name="number">Which of the layers of the kind, from 1.</param>
    /// <exception cref="StackTextException">The new layer cannot be made, does not fit, or the old one lies where it cannot be replaced.</exception>
    public StackExchange At(StackSpec stack, int inputs, int number)
    {
        ArgumentNullException.ThrowIfNull(stack);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Count(stack));
        var exchange = new StackExchange { Before = stack };
        (exchange.Imitating, exchange.After) = Rewrite(stack, inputs, number, exchange);
        return exchange;
    }

    /// <summary>The stack with the layer imitated, and with it replaced.</summary>
    private (StackSpec Imitating, StackSpec After) Rewrite(StackSpec stack, int channels, int number, StackExchange exchange)
    {
        var pairs = new List<(LayerSpec Imitating, LayerSpec After)>();
        foreach (LayerSpec layer in stack.Layers)
        {
            for (int repeat = 0; repeat < layer.Repeats; repeat++)
            {
                LayerSpec single = layer.Single;
                LayerSize size = new StackSpec([single]).SizeOf(channels);
                int count = CountIn(single);
                bool isHere = number >= 1 && number <= count;
                if (isHere)
                {
                    pairs.Add(single.Kind == _old ? Exchanged(single, channels, size, exchange) : Around(single, channels, number, exchange));
                }
                else
                {
                    exchange.Keep((int)size.State);
                    pairs.Add((single, single));
                }

                number -= count;
                channels = size.Outputs;
            }
        }

        return (new StackSpec(Together(pairs.Select(pair => pair.Imitating))), new StackSpec(Together(pairs.Select(pair => pair.After))));
    }

    private (LayerSpec Imitating, LayerSpec After) Around(LayerSpec layer, int channels, int number, StackExchange exchange)
    {
        StackSpec inside = layer.Kind.Inside(layer) ?? throw layer.Refusal(
            $"found '{_old.Name}' inside '{layer.Kind.Name}', expected it alone or inside {string.Join(" or ", LayerKind.All.Where(kind => kind.IsTransparent).Select(kind => kind.Name))}: what is inside others cannot be replaced.");
        (StackSpec imitating, StackSpec after) = Rewrite(inside, channels, number, exchange);
        string option = layer.Kind.Options.First(option => option.Form == OptionForm.Stack).Name;
        return (layer.With(option, imitating), layer.With(option, after));
    }

    private (LayerSpec Imitating, LayerSpec After) Exchanged(LayerSpec layer, int channels, LayerSize size, StackExchange exchange)
    {
        var reader = new StackTextReader(_text, What);
        StackText.ReadKind(reader);
        reader.Expect('=');
        LayerSpec other = StackText.ReadLayer(reader, size.Outputs);
        if (!reader.AtEnd || other.Repeats > 1)
        {
            throw other.Repeats > 1 ? reader.ErrorAt(_new, $"'{other}'", "one layer") : reader.Error("the end");
        }

        LayerSize otherSize = new StackSpec([other]).SizeOf(channels);
        if (otherSize.Outputs != size.Outputs)
        {
            throw reader.ErrorAt(_new, string.Create(CultureInfo.InvariantCulture, $"'{other}', which gives {otherSize.Outputs} channels"), string.Create(
                CultureInfo.InvariantCulture, $"{size.Outputs}, as many as '{layer}' gives"));
        }

        exchange.Exchange(layer, (int)size.State, other, (int)otherSize.State);
        return (layer.ImitatedBy(other), other);
    }

    /// <summary>Equal neighbours as repeats.</summary>
    private static List<LayerSpec> Together(IEnumerable<LayerSpec> layers)
    {
        var runs = new List<LayerSpec>();
        foreach (LayerSpec layer in layers)
        {
            if (runs.Count > 0 && runs[^1].Single.ToString() == layer.ToString())
            {
                runs[^1] = layer.Times(runs[^1].Repeats + 1);
            }
            else
            {
                runs.Add(layer);
            }
        }

        return runs;
    }

    private int CountIn(StackSpec stack) => stack.Layers.Sum(layer => layer.Repeats * CountIn(layer));

    private int CountIn(LayerSpec layer) => layer.Kind == _old ? 1 : layer.Blocks.Sum(CountIn);

    private static IEnumerable<string> NamesIn(StackSpec stack) => stack.Layers.SelectMany(layer => layer.Blocks.SelectMany(NamesIn).Prepend(layer.Kind.Name));
}
