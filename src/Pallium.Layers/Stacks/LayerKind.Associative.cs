using System.Globalization;
using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

// Linear attention and its kin: memories that are matrices.
public abstract partial class LayerKind
{
    private const int MostHeads = 1024;

    /// <summary>What the kinds have in common: units, heads, keys, values, gate, and a block made of them.</summary>
    private abstract class Associative : LayerKind
    {
        private static readonly LayerOption Keys = new("keys", OptionForm.CountOrAuto, 0, "key channels of a head; auto: units/heads");

        protected Associative(string name, string summary, bool isGated, params LayerOption[] others)
            : this(name, summary, Keys, isGated, others)
        {
        }

        protected Associative(string name, string summary, LayerOption keys, bool isGated, LayerOption[] others)
            : base(
                name,
                summary,
                [
                    Units("output channels"),
                    new("heads", OptionForm.CountOrAuto, 0, "heads; auto: up to 4 that divide the units"),
                    keys,
                    new("values", OptionForm.CountOrAuto, 0, "value channels of a head; auto: units/heads"),
                    new("gate", OptionForm.Switch, isGated, "whether what is read is multiplied by silu of a projection"),
                    .. others,
                ])
        {
        }

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => BlockOf(spec, inputs).Build<T>();

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => BlockOf(spec, inputs).Size;

        internal override ProjectionPlaces Projections(LayerSpec spec)
        {
            MemoryBlock block = BlockOf(spec, inputs: 1);
            return new("project.weight", block.Queries / 2, block.Values, "out.weight");
        }

        internal override void Check(LayerSpec spec)
        {
            HeadSizes.Check(spec, hasKeys: Options.Contains(Keys));
        }

        /// <summary>The block with what is particular to the kind.</summary>
        protected abstract MemoryBlock Particular(LayerSpec spec, MemoryBlock block);

        private MemoryBlock BlockOf(LayerSpec spec, int inputs)
        {
            int units = spec.Get<int>("units");
            HeadSizes sizes = HeadSizes.Of(spec);
            var memory = new MatrixMemoryOptions(sizes.Heads, sizes.Keys, sizes.Values);
            return Particular(spec, new MemoryBlock(inputs, units, memory) { IsGated = spec.Get<bool>("gate") });
        }
    }

    private sealed class LinearAttention() : Associative(
        "linattn",
        "linear attention: a matrix that sums up keys times values",
        false,
        new LayerOption("normalize", OptionForm.Switch, true, "whether features are elu + 1 and reads divided by their weight; no: as they are, and a norm of each head"))
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block) => spec.Get<bool>("normalize")
            ? block with { Activation = ActivationKind.EluPlusOne, Memory = block.Memory with { Normalizes = true, Scale = 1 } }
            : block;
    }

    private sealed class Retention() : Associative("retention", "linear attention whose head h forgets by 1 - 2^(-5-h) a slice", true)
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block) => block with
        {
            Memory = block.Memory with
            {
                Decay = MemoryDecay.Fixed,
                LogDecays = [.. Enumerable.Range(0, block.Memory.Heads).Select(head => Elementary.Log(1 - Math.ScaleB(1, -5 - head)))],
            },
        };
    }

    private sealed class Lightning() : Associative(
        "lightning",
        "Lightning attention: head h of H forgets by exp(-8 (1 - layer/of) h/H) a slice",
        true,
        new("layer", OptionForm.Between(0, MostHeads), 0, "place of the layer among those of its kind, from 0"),
        new("of", OptionForm.Between(1, MostHeads), 1, "layers of its kind"))
    {
        internal override void Check(LayerSpec spec)
        {
            base.Check(spec);
            if (spec.Get<int>("layer") >= spec.Get<int>("of"))
            {
                throw spec.Error(spec.Has("layer") ? "layer" : "of", string.Create(
                    CultureInfo.InvariantCulture, $"a layer below of={spec.Get<int>("of")}"));
            }
        }

        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block)
        {
            double depth = 1 - ((double)spec.Get<int>("layer") / spec.Get<int>("of"));
            int heads = block.Memory.Heads;
            return block with
            {
                Activation = ActivationKind.Silu,
                Memory = block.Memory with { Decay = MemoryDecay.Fixed, LogDecays = [.. Enumerable.Range(0, heads).Select(head => -8.0 * depth * head / heads)] },
            };
        }
    }

    private sealed class SimpleGatedAttention() : Associative("simple_gla", "linear attention with a forget gate for each head", true)
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block) =>
            block with { Memory = block.Memory with { Decay = MemoryDecay.Head } };
    }

    private sealed class GatedAttention() : Associative("gla", "linear attention with a forget gate for each key channel", true)
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block) =>
            block with { Memory = block.Memory with { Decay = MemoryDecay.Key } };
    }

    private sealed class Based() : Associative(
        "based",
        "linear attention with the second-order Taylor series of exp as feature map",
        new("features", OptionForm.Between(1, 128), 16, "channels of a head's keys before the map, which makes 1 + f + f(f + 1)/2 of f"),
        false,
        [])
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block)
        {
            int features = spec.Get<int>("features");
            return block with
            {
                Features = features,
                Memory = block.Memory with { Keys = TaylorMap<float>.Features(features), Normalizes = true, Scale = 1 },
            };
        }
    }

    private sealed class DeltaRule() : Associative(
        "delta",
        "delta rule: writes what a key recalls wrongly",
        false,
        new LayerOption("negative", OptionForm.Switch, false, "whether writes may be up to twice what was wrong: eigenvalues from -1"))
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block) => Delta(spec, block);

        internal static MemoryBlock Delta(LayerSpec spec, MemoryBlock block) => block with
        {
            Activation = ActivationKind.Silu,
            HasUnitKeys = true,
            LargestStrength = spec.Get<bool>("negative") ? 2 : 1,
            Memory = block.Memory with { Write = MemoryWrite.Delta },
        };
    }

    private sealed class GatedDeltaRule() : Associative(
        "gated_delta",
        "delta rule with a forget gate for each head",
        true,
        new LayerOption("negative", OptionForm.Switch, false, "whether writes may be up to twice what was wrong: eigenvalues from -1"))
    {
        protected override MemoryBlock Particular(LayerSpec spec, MemoryBlock block)
        {
            MemoryBlock delta = DeltaRule.Delta(spec, block);
            return delta with { HasRates = true, Memory = delta.Memory with { Decay = MemoryDecay.Head } };
        }
    }

    private sealed class Mixture() : LayerKind(
        "mom",
        "mixture of memories: a router gives each slice to a few of several matrices",
        Units("output channels"),
        new("memories", OptionForm.Between(2, MostMemories), 4, "memories to choose among"),
        new("top", OptionForm.Between(2, MostMemories), 2, "how many of them a slice writes and reads; of one alone a router learns nothing"),
        new("shared", OptionForm.Switch, true, "whether there is one more that every slice writes and reads"),
        new("rule", OptionForm.Choice<MixtureRule>(), MixtureRule.GatedDelta, "how they are written"),
        new("heads", OptionForm.CountOrAuto, 0, "heads; auto: up to 4 that divide the units"),
        new("keys", OptionForm.CountOrAuto, 0, "key channels of a head; auto: units/heads"),
        new("values", OptionForm.CountOrAuto, 0, "value channels of a head; auto: units/heads"))
    {
        private const int MostMemories = 256;

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => MixtureOfMemories.Create<T>(OptionsOf(spec, inputs));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            MixtureOptions options = OptionsOf(spec, inputs);
            long memories = options.Memories + (options.HasShared ? 1 : 0);
            long head = (long)options.Keys + options.Values;
            return new(options.Units, (memories * options.Heads * head * inputs) + ((long)options.Heads * options.Values * options.Units), memories * options.Heads * options.Keys * options.Values);
        }

        internal override void Check(LayerSpec spec)
        {
            HeadSizes.Check(spec, hasKeys: true);
            if (spec.Get<int>("top") > spec.Get<int>("memories"))
            {
                throw spec.Error("top", string.Create(
                    CultureInfo.InvariantCulture, $"at most {spec.Get<int>("memories")}, as many memories as there are"));
            }
        }

        private static MixtureOptions OptionsOf(LayerSpec spec, int inputs)
        {
            HeadSizes sizes = HeadSizes.Of(spec);
            return new(inputs, spec.Get<int>("units"), sizes.Heads, sizes.Keys, sizes.Values)
            {
                Memories = spec.Get<int>("memories"),
                Chosen = spec.Get<int>("top"),
                HasShared = spec.Get<bool>("shared"),
                Rule = spec.Get<MixtureRule>("rule"),
            };
        }
    }

    /// <summary>Heads, and channels of a head, from the options units, heads, keys and values.</summary>
    private readonly record struct HeadSizes(int Heads, int Keys, int Values)
    {
        private const int UsualHeads = 4;

        public static HeadSizes Of(LayerSpec spec)
        {
            int units = spec.Get<int>("units");
            int heads = spec.Get<int>("heads") is > 0 and int given ? given : Enumerable.Range(1, UsualHeads).Last(count => units % count == 0);
            int Channels(string option) => spec.Has(option) && spec.Get<int>(option) is > 0 and int channels ? channels : units / heads;
            return new(heads, Channels("keys"), Channels("values"));
        }

        /// <summary>Refuses heads that do not divide the units where channels of a head follow from both.</summary>
        /// <param name="spec">The options.</param>
        /// <param name="hasKeys">Whether keys is one of them.</param>
        public static void Check(LayerSpec spec, bool hasKeys)
        {
            int heads = spec.Get<int>("heads");
            bool isGiven = spec.Get<int>("values") > 0 && (!hasKeys || spec.Get<int>("keys") > 0);
            if (heads > 0 && !isGiven && spec.Get<int>("units") % heads != 0)
            {
                throw spec.Error("heads", string.Create(
                    CultureInfo.InvariantCulture, $"a divisor of the {spec.Get<int>("units")} units, or {(hasKeys ? "keys and values" : "values")} of a head"));
            }
        }
    }

    private sealed class Duality() : LayerKind(
        "mamba2",
        "Mamba-2: a short convolution, then a memory that forgets by a rate and a span for each head, gated",
        Units("output channels"),
        new("state", OptionForm.Count, 64, "channels that keep each value"),
        new("heads", OptionForm.CountOrAuto, 0, "heads; auto: as many as have at most 64 channels"),
        new("expand", OptionForm.Between(1, 16), 2, "inner channels for each unit"),
        new("conv", OptionForm.Between(1, MostTaps), 4, "slices that the convolution sees"))
    {
        private const int UsualChannels = 64;

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => BlockOf(spec, inputs).Build<T>();

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => BlockOf(spec, inputs).Size;

        internal override void Check(LayerSpec spec)
        {
            if (spec.Get<int>("heads") is > 0 and int heads && Inner(spec) % heads != 0)
            {
                throw spec.Error("heads", string.Create(CultureInfo.InvariantCulture, $"a divisor of the {Inner(spec)} inner channels"));
            }
        }

        private static int Inner(LayerSpec spec) => spec.Get<int>("expand") * spec.Get<int>("units");

        private static DualityBlock BlockOf(LayerSpec spec, int inputs)
        {
            int inner = Inner(spec);
            int heads = spec.Get<int>("heads") is > 0 and int given
                ? given
                : Enumerable.Range((inner + UsualChannels - 1) / UsualChannels, inner).First(count => inner % count == 0);
            return new(inputs, spec.Get<int>("units"), heads)
            {
                State = spec.Get<int>("state"),
                Expand = spec.Get<int>("expand"),
                Width = spec.Get<int>("conv"),
            };
        }
    }
}
