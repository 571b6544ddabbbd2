using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>What a stack is made from, as read from its text; equal when the texts are.</summary>
public sealed class StackSpec : IEquatable<StackSpec>
{
    /// <summary>Layers in order.</summary>
    public StackSpec(IReadOnlyList<LayerSpec> layers)
    {
        Layers = layers;
    }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; }

    /// <summary>Layers in all, inner ones and repeats included.</summary>
    internal long Count => Layers.Sum(layer => layer.Count);

    /// <summary>Makes the layers, with zero parameters.</summary>
    /// <param name="inputs">Channels that the first layer reads.</param>
    /// <exception cref="ArgumentException">Layers do not fit one another.</exception>
    public ISequenceLayer<T> Build<T>(int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        var layers = new List<ISequenceLayer<T>>();
        int channels = inputs;
        foreach (LayerSpec spec in Layers)
        {
            for (int repeat = 0; repeat < spec.Repeats; repeat++)
            {
                layers.Add(BuildLayer<T>(spec, channels));
                channels = layers[^1].Outputs;
            }
        }

        return new StackedLayers<T>([.. layers]);
    }

    /// <summary>How large the stack would be, without making it.</summary>
    /// <param name="inputs">Channels that the first layer reads.</param>
    public LayerSize SizeOf(int inputs)
    {
        var size = new LayerSize(inputs, 0);
        foreach (LayerSpec spec in Layers)
        {
            for (int repeat = 0; repeat < spec.Repeats; repeat++)
            {
                (int outputs, long weights) = spec.Kind.SizeOf(spec, size.Outputs);
                size = new LayerSize(outputs, size.LeastWeights + weights);
            }
        }

        return size;
    }

    private static ISequenceLayer<T> BuildLayer<T>(LayerSpec spec, int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return spec.Kind.Build<T>(spec, channels);
        }
        catch (ArgumentException error)
        {
            string reason = error.Message.Split(" (Parameter", 2)[0];
            throw new ArgumentException($"Stack, layer '{spec}': {reason}", error);
        }
        catch (OverflowException error)
        {
            throw new ArgumentException($"Stack, layer '{spec}': it has more weights than can be counted.", error);
        }
    }

    /// <summary>The text, in canonical form: no spaces, no options at their defaults.</summary>
    public override string ToString() => string.Join('+', Layers);

    /// <inheritdoc/>
    public bool Equals(StackSpec? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StackSpec);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}

/// <summary>One layer of a <see cref="StackSpec"/>.</summary>
public sealed class LayerSpec
{
    private readonly IReadOnlyDictionary<string, object> _values;

    internal LayerSpec(LayerKind kind, IReadOnlyDictionary<string, object> values, int repeats)
    {
        Kind = kind;
        _values = values;
        Repeats = repeats;
    }

    /// <summary>Which layer.</summary>
    public LayerKind Kind { get; }

    /// <summary>How many of it, one after another.</summary>
    public int Repeats { get; }

    /// <summary>Layers in all, inner ones and repeats included.</summary>
    internal long Count => Repeats * (1 + _values.Values.OfType<StackSpec>().Sum(inner => inner.Count));

    /// <summary>The value of an option: the one given, or its default.</summary>
    internal TValue Get<TValue>(string option) =>
        (TValue)(_values.TryGetValue(option, out object? value) ? value : Kind.Options.First(item => item.Name == option).Default!);

    /// <summary>Refuses options that have no effect beside another.</summary>
    /// <exception cref="ArgumentException">One of them was given.</exception>
    internal void Refuse(string beside, params ReadOnlySpan<string> options)
    {
        foreach (string option in options)
        {
            if (_values.ContainsKey(option))
            {
                throw new ArgumentException($"Option '{option}' has no effect {beside}.", option);
            }
        }
    }

    /// <summary>The text, in canonical form.</summary>
    public override string ToString()
    {
        var values = new List<string>();
        foreach (LayerOption option in Kind.Options)
        {
            if (_values.TryGetValue(option.Name, out object? value) && !value.Equals(option.Default))
            {
                string text = option.Form.Write(value);
                values.Add(option == Kind.Options[0] ? text : $"{option.Name}={text}");
            }
        }

        string list = values.Count > 0 || Repeats > 1 ? $"({string.Join(',', values)})" : "";
        return Repeats == 1 ? Kind.Name + list : string.Create(CultureInfo.InvariantCulture, $"{Kind.Name}{list}x{Repeats}");
    }
}
