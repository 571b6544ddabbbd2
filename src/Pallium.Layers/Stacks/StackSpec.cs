using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Layers;

/// <summary>What a stack is made from, as read from its text; equal when the texts are.</summary>
public sealed class StackSpec : IEquatable<StackSpec>
{
    /// <summary>Streams whose states learning holds side by side in every chunk of a batch.</summary>
    private const int StreamsTogether = 16;

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
    /// <param name="experts">Where the weights of experts stay, to be bound afterwards; null: in memory with the others.</param>
    /// <exception cref="StackTextException">Layers do not fit one another, or the stack not into memory.</exception>
    public ISequenceLayer<T> Build<T>(int inputs, ExpertStore<T>? experts = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        LayerSize size = SizeOf(inputs);
        CheckMemory<T>(size.State, StreamsTogether, "state");
        CheckMemory<T>(experts is null ? size.LeastWeights : 0, 1, "weights");
        var layers = new List<ISequenceLayer<T>>();
        int channels = inputs;
        foreach (LayerSpec spec in Layers)
        {
            for (int repeat = 0; repeat < spec.Repeats; repeat++)
            {
                layers.Add(Named(spec, () => spec.Kind.Build(spec, channels, experts)));
                channels = layers[^1].Outputs;
            }
        }

        return new StackedLayers<T>([.. layers]);
    }

    /// <summary>How large the stack would be, without making it.</summary>
    /// <param name="inputs">Channels that the first layer reads.</param>
    /// <exception cref="StackTextException">A layer cannot be made.</exception>
    public LayerSize SizeOf(int inputs)
    {
        var size = new LayerSize(inputs, 0, 0);
        foreach (LayerSpec spec in Layers)
        {
            for (int repeat = 0; repeat < spec.Repeats; repeat++)
            {
                LayerSize layer = Named(spec, () => spec.Kind.SizeOf(spec, size.Outputs));
                size = layer with { LeastWeights = size.LeastWeights + layer.LeastWeights, State = size.State + layer.State };
            }
        }

        return size;
    }

    /// <summary>Refuses what would not fit <paramref name="times"/> times.</summary>
    private void CheckMemory<T>(long numbers, int times, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const double Gigabyte = 1 << 30;
        double bytes = (double)numbers * times * Unsafe.SizeOf<T>();
        double most = Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, (double)Array.MaxLength * Unsafe.SizeOf<T>());
        if (bytes > most)
        {
            throw Layers[0].Refusal(string.Create(
                CultureInfo.InvariantCulture,
                $"found the stack '{this}', whose {what} of {numbers:N0} numbers would take {bytes / Gigabyte:N1} GB{(times == 1 ? "" : $" for the {times} streams that learn together")}, expected at most {most / Gigabyte:N1} GB."));
        }
    }

    /// <summary>Does something with a layer; what goes wrong names it and its place.</summary>
    private static TResult Named<TResult>(LayerSpec spec, Func<TResult> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            throw spec.Refusal($"layer '{spec}': {error.Message.Split(" (Parameter", 2)[0]}");
        }
        catch (OverflowException)
        {
            throw spec.Refusal($"layer '{spec}': found more weights than can be counted, expected fewer.");
        }
    }

    /// <summary>The same stack with its layers changed, inner ones too, from the inside out.</summary>
    /// <param name="change">Gives a layer, or another in its place.</param>
    public StackSpec Map(Func<LayerSpec, LayerSpec> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new([.. Layers.Select(layer => change(layer.MapBlocks(change)))]);
    }

    /// <summary>The same stack with experts added to every mixture of experts.</summary>
    /// <param name="experts">How many to each.</param>
    /// <exception cref="StackTextException">There is no mixture, or none can be added to it.</exception>
    public StackSpec GrowExperts(int experts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(experts);
        StackSpec grown = Map(layer => layer.Kind.Grow(layer, experts));
        return grown.Equals(this) ? throw Layers[0].Refusal($"found the stack '{this}', expected one with experts (moe) to add to.") : grown;
    }

    /// <summary>The same stack with adapters before its first layer and after every one; beside earlier adapters, after these. Layers inside others have none of their own.</summary>
    /// <param name="adapters">How many at each place.</param>
    /// <param name="rank">Their rank; 0: vectors that scale the channels.</param>
    /// <param name="places">Where the layers of this stack are in the new one, repeats counted one by one.</param>
    /// <exception cref="StackTextException">A number is larger than an adapter's may be.</exception>
    public StackSpec Adapt(int adapters, int rank, out IReadOnlyList<int> places)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(adapters);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        LayerSpec added = StackText.Parse(string.Create(CultureInfo.InvariantCulture, $"{LayerKind.AdaptersName}({adapters},rank={rank})")).Layers[0];
        LayerSpec[] singles = [.. Layers.SelectMany(layer => Enumerable.Repeat(layer.Single, layer.Repeats))];
        var layers = new List<LayerSpec>();
        var found = new int[singles.Length];
        for (int i = 0; i < singles.Length; i++)
        {
            if (!singles[i].Kind.Adapts)
            {
                layers.Add(added);
            }

            found[i] = layers.Count;
            layers.Add(singles[i]);
        }

        layers.Add(added);
        places = found;
        return new(layers);
    }

    /// <summary>The same stack, whose learning begins with all experts of every mixture at work.</summary>
    public StackSpec BeginDense() => Map(layer => layer.Kind.BeginDense(layer));

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
    private readonly StackTextPlaces _places;

    internal LayerSpec(LayerKind kind, IReadOnlyDictionary<string, object> values, int repeats, StackTextPlaces places)
    {
        Kind = kind;
        _values = values;
        Repeats = repeats;
        _places = places;
    }

    /// <summary>Which layer.</summary>
    public LayerKind Kind { get; }

    /// <summary>How many of it, one after another.</summary>
    public int Repeats { get; }

    /// <summary>One such layer.</summary>
    public LayerSpec Single => Times(1);

    /// <summary>The stacks inside it.</summary>
    internal IEnumerable<StackSpec> Blocks => _values.Values.OfType<StackSpec>();

    /// <summary>Layers in all, inner ones and repeats included.</summary>
    internal long Count => Repeats * (1 + Blocks.Sum(inner => inner.Count));

    /// <summary>So many of it, one after another.</summary>
    internal LayerSpec Times(int repeats) => new(Kind, _values, repeats, _places);

    /// <summary>The value of an option: the one given, or its default.</summary>
    internal TValue Get<TValue>(string option) =>
        (TValue)(_values.TryGetValue(option, out object? value) ? value : Kind.Options.First(item => item.Name == option).Default!);

    /// <summary>The same layer with another value of an option.</summary>
    internal LayerSpec With(string option, object value) => new(Kind, new Dictionary<string, object>(_values) { [option] = value }, Repeats, _places);

    /// <summary>The same layer with the stacks inside it changed.</summary>
    internal LayerSpec MapBlocks(Func<LayerSpec, LayerSpec> change) => new(
        Kind, _values.ToDictionary(item => item.Key, item => item.Value is StackSpec inner ? inner.Map(change) : item.Value), Repeats, _places);

    /// <summary>This layer, and another that learns to take its place.</summary>
    internal LayerSpec ImitatedBy(LayerSpec other) => LayerKind.ImitationOf(this, other, _places);

    /// <summary>Makes one such layer.</summary>
    internal ISequenceLayer<T> Make<T>(int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Kind.Build<T>(this, inputs);

    /// <summary>Whether an option was given.</summary>
    internal bool Has(string option) => _values.ContainsKey(option);

    /// <summary>The error that an option's value does not go with the others: where it stands, what was found, and <paramref name="expected"/>.</summary>
    internal StackTextException Error(string option, string expected) => _places.Error(option, expected);

    /// <summary>The error that the layer cannot be made, at its place.</summary>
    internal StackTextException Refusal(string reason) => _places.Refusal(reason);

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
