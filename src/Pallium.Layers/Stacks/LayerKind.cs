using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>A layer that stack texts can name: its name, one line of help, options and factory. <see cref="Register"/> adds one of your own.</summary>
public abstract partial class LayerKind
{
    internal const string UnitsName = "units";
    private static readonly Lock Registering = new();
    private static volatile LayerKind[] _all =
    [
        new Liquid(), new ClosedForm(), new LiquidTimeConstant(), new LongShortTermMemory(), new GatedRecurrentUnit(),
        new ScalarLongShortTermMemory(), new ContinuousTime(),
        new SelectiveBlock(), new SelectiveStates(), new Duality(),
        new LinearAttention(), new Retention(), new Lightning(), new SimpleGatedAttention(), new GatedAttention(), new Based(),
        new DeltaRule(), new GatedDeltaRule(), new Mixture(),
        new FourthRwkv(), new SixthRwkv(), new SeventhRwkv(), new RwkvFeedforward(),
        new SoftmaxAttention(), new AddressedMemory(), new Milestones(), new Convolution(),
        new ExpertMixture(), new Adapting(), new Depth(),
        new Accumulator(), new ArithmeticLogic(), new Addition(), new Multiplication(), new Reciprocal(),
        new Selecting(), new Affine(), new GatedFeedforward(), new RootMeanSquare(), new MeanAndVariance(), new Dropping(), new Around(), new Chunked(),
    ];

    private protected LayerKind(string name, string summary, params LayerOption[] options)
    {
        Name = name;
        Summary = summary;
        Options = options;
    }

    /// <summary>Every kind, in the order in which help lists them.</summary>
    public static IReadOnlyList<LayerKind> All => _all;

    /// <summary>The name in stack texts.</summary>
    public string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public string Summary { get; }

    /// <summary>Its options; the first may be given without its name.</summary>
    public IReadOnlyList<LayerOption> Options { get; }

    /// <summary>Whether it goes around other layers.</summary>
    public bool Encloses => Options.Any(option => option.Form == OptionForm.Stack);

    /// <summary>A text that names it, with values for what must be given.</summary>
    public string Example => ExampleOf(null);

    /// <summary>Makes a text that names it, with values for what must be given.</summary>
    /// <param name="units">The units, where it has them; null: some.</param>
    public string ExampleOf(int? units)
    {
        string[] values = [.. Options.Where(option => option.Default is null).Select(option =>
        {
            string value = option.Name == UnitsName && units is { } count ? count.ToString(CultureInfo.InvariantCulture) : option.Example;
            return option == Options[0] ? value : $"{option.Name}={value}";
        })];
        return values.Length == 0 ? Name : $"{Name}({string.Join(',', values)})";
    }

    /// <summary>Makes a kind known to stack texts, in this process: do so before models that name it are learned or loaded.</summary>
    /// <exception cref="ArgumentException">Another kind has its name.</exception>
    public static void Register(OwnLayerKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        lock (Registering)
        {
            if (_all.Any(known => known.Name == kind.Name))
            {
                throw new ArgumentException($"There is a layer '{kind.Name}' already.", nameof(kind));
            }

            _all = [.. _all, kind];
        }
    }

    /// <summary>Makes one layer that reads <paramref name="inputs"/> channels.</summary>
    internal abstract ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The same, with the experts of mixtures inside left in a file; kinds that have such, or a stack inside, make it so.</summary>
    internal virtual ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs, ExpertStore<T>? experts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Build<T>(spec, inputs);

    /// <summary>How large such a layer is, before anything of it is made.</summary>
    internal virtual LayerSize SizeOf(LayerSpec spec, int inputs) => new(inputs, 0, 0);

    /// <summary>Refuses options that do not go together, as soon as they are read.</summary>
    /// <exception cref="StackTextException">From <see cref="LayerSpec.Error"/>: names the place in the text.</exception>
    internal virtual void Check(LayerSpec spec)
    {
    }

    /// <summary>The same layer with experts added, for layers that have some.</summary>
    /// <exception cref="StackTextException">None can be added.</exception>
    internal virtual LayerSpec Grow(LayerSpec spec, int experts) => spec;

    /// <summary>Whether it adapts what the layers before it give, and came after them.</summary>
    internal virtual bool Adapts => false;

    /// <summary>The same layer in the form in which learning begins with all experts, for layers that have some.</summary>
    internal virtual LayerSpec BeginDense(LayerSpec spec) => spec;

    /// <summary>Whether its state and parameters are those of the stack inside it.</summary>
    internal virtual bool IsTransparent => false;

    /// <summary>The stack inside, for layers that are transparent; null for others.</summary>
    internal StackSpec? Inside(LayerSpec spec) => IsTransparent ? spec.Blocks.Single() : null;

    /// <summary>Where such a layer makes queries, keys and values of x, and y of what was read; null for layers that have nothing like it.</summary>
    internal virtual ProjectionPlaces? Projections(LayerSpec spec) => null;

    private static long Square(int units) => (long)units * units;

    private protected static LayerOption Units(string help = "hidden units") => new(UnitsName, OptionForm.Count, null, help);

    private static LayerOption Heads(string help = "heads, each with a memory of its own") => new("heads", OptionForm.Count, 1, help);

    /// <summary>Refuses heads that do not divide the units.</summary>
    private static void CheckHeads(LayerSpec spec)
    {
        if (spec.Get<int>("units") % spec.Get<int>("heads") != 0)
        {
            throw spec.Error("heads", $"a divisor of the {spec.Get<int>("units")} units");
        }
    }
}
