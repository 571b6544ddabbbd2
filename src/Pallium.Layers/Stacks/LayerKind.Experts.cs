using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

// Conditional computation: experts and depths.
public abstract partial class LayerKind
{
    /// <summary>The name of adapters in stack texts.</summary>
    internal const string AdaptersName = "adapters";

    private const int MostAdapterRank = 256;
    private const int MostExperts = 1024;

    /// <summary>How the chosen experts are weighted.</summary>
    private enum ExpertWeights
    {
        Auto,
        Probability,
        Normalized,
    }

    /// <summary>The block of an expert that is given by its units.</summary>
    private enum ExpertBlock
    {
        Swiglu,
        Relu,
    }

    private sealed class ExpertMixture() : LayerKind(
        "moe",
        "mixture of experts: a router gives each slice to a few of many blocks",
        new("experts", OptionForm.Experts(MostExperts), null, "how many, and hidden units of each: 8x64; or how many alone, and block=") { Example = "4x64" },
        new("top", OptionForm.Between(1, MostExperts), 1, "experts that a slice is given to"),
        new("block", OptionForm.StackOrNone, OptionForm.NoStack, "the stack that an expert is, instead of a feed-forward block of so many units"),
        new("expert", OptionForm.Choice<ExpertBlock>(), ExpertBlock.Swiglu, "feed-forward block of so many units"),
        new("router", OptionForm.Choice<ExpertRouter>(), ExpertRouter.Linear, "scores by a linear map, by angles, or with similar slices before"),
        new("window", OptionForm.Between(1, MostExperts), 8, "slices among which the router for similar slices looks"),
        new("prototypes", OptionForm.Between(1, MostExperts), 1, "groups of experts of each of which one is chosen"),
        new("groups", OptionForm.Between(1, MostExperts), 1, "groups of experts of which one is chosen first, then experts within it"),
        new("zero", OptionForm.Between(0, MostExperts), 0, "further experts that give nothing"),
        new("copy", OptionForm.Between(0, MostExperts), 0, "further experts that give what they read"),
        new("constant", OptionForm.Between(0, MostExperts), 0, "further experts that mix what they read with a learned vector"),
        new("share", OptionForm.Number(0.01, 1), 0.75, "what a block should take for each slice that zero, copy or constant take"),
        new("layers", OptionForm.Between(1, 64), 1, "mixtures one after another, each added to its input, that hand their scores on"),
        new("weights", OptionForm.Choice<ExpertWeights>(), ExpertWeights.Auto, "weights of the chosen: their probabilities, or these divided by their sum; auto: the latter for top > 1 of blocks alone"),
        new("margin", OptionForm.NumberOrNone(0.001, 1), 0.0, "further experts only where the first is less than so much likelier"),
        new("balance", OptionForm.Number(0, 100), 0.01, "weight of the loss that spreads slices over experts"),
        new("bias", OptionForm.Number(0, 100), 0.0, "weight of the loss that moves a bias by which experts are chosen, and not weighted, until all take the same; 0: no bias"),
        new("scores", OptionForm.Number(0, 100), 0.0, "weight of the loss that keeps scores small"),
        new("capacity", OptionForm.NumberOrNone(1, MostExperts), 0.0, "in learning, fair shares of a window that an expert takes at the most"),
        new("grown", OptionForm.Between(0, MostExperts), 0, "further blocks that were added for later data, each with a row of the router of its own"),
        new("dense", OptionForm.Switch, false, "whether learning begins with all experts"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Build<T>(spec, inputs, null);

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs, ExpertStore<T>? experts)
        {
            MixtureOfExpertsOptions options = OptionsOf(spec, inputs);
            int units = spec.Get<ExpertShape>("experts").Units;
            StackSpec block = spec.Get<StackSpec>("block");

            // Mixtures inside a block belong to it: it comes and goes as one.
            Func<ISequenceLayer<T>> newBlock = () => units == 0 ? block.Build<T>(inputs) : FeedForward<T>(spec.Get<ExpertBlock>("expert"), inputs, units);
            return MixtureOfExperts.Create(options, experts is null ? newBlock : experts.NewPool(newBlock, options.Layers * options.Chosen).NewExpert);
        }

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            MixtureOfExpertsOptions options = OptionsOf(spec, inputs);
            int units = spec.Get<ExpertShape>("experts").Units;
            LayerSize block = units == 0 ? spec.Get<StackSpec>("block").SizeOf(inputs) : new(inputs, 2L * inputs * units, 0);
            long routers = options.Groups == 1 ? RouterState(options, options.Experts) : RouterState(options, options.Groups) + (options.Groups * RouterState(options, options.Blocks / options.Groups));
            return new(block.Outputs, options.Layers * (options.Blocks + options.Grown) * block.LeastWeights, options.Layers * (((options.Blocks + options.Grown) * block.State) + routers));
        }

        internal override void Check(LayerSpec spec)
        {
            (int blocks, int units) = spec.Get<ExpertShape>("experts");
            bool hasBlock = spec.Get<StackSpec>("block").Layers.Count > 0;
            if (hasBlock == units > 0)
            {
                throw spec.Error("experts", hasBlock ? "how many alone, as block= says what they are" : "experts x units, or block= as well");
            }

            int others = spec.Get<int>("zero") + spec.Get<int>("copy") + spec.Get<int>("constant") + spec.Get<int>("grown");
            int prototypes = Divisor(spec, "prototypes", blocks, others);
            int groups = Divisor(spec, "groups", blocks, others);
            if (groups > 1 && prototypes > 1)
            {
                throw spec.Error("groups", "1 beside prototypes");
            }

            if (spec.Get<int>("layers") > 1 && (groups > 1 || prototypes > 1 || spec.Get<ExpertRouter>("router") != ExpertRouter.Linear))
            {
                throw spec.Error("layers", "1 beside groups, prototypes and other routers than linear");
            }

            if (spec.Get<int>("grown") > 0 && (spec.Get<int>("layers") > 1 || spec.Get<ExpertRouter>("router") != ExpertRouter.Linear))
            {
                throw spec.Error("grown", "0 beside layers and other routers than linear");
            }

            if (spec.Get<double>("bias") > 0 && spec.Get<double>("margin") > 0)
            {
                throw spec.Error("margin", "none beside a bias");
            }

            if (spec.Get<double>("bias") > 0 && spec.Get<int>("grown") > 0)
            {
                throw spec.Error("grown", "0 beside a bias");
            }

            int most = (blocks + others) / groups;
            if (spec.Get<int>("top") > most)
            {
                throw spec.Error("top", string.Create(CultureInfo.InvariantCulture, $"at most {most}, as many experts as there are to choose among"));
            }

            if (prototypes > 1 && spec.Has("top") && spec.Get<int>("top") != prototypes)
            {
                throw spec.Error("top", string.Create(CultureInfo.InvariantCulture, $"{prototypes}, one of each of the prototypes"));
            }
        }

        private static StackedLayers<T> FeedForward<T>(ExpertBlock block, int inputs, int units)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => block == ExpertBlock.Swiglu
            ? new(new SwiGlu<T>(new(inputs, units)))
            : new(new Linear<T>(new(inputs, units)), new Activation<T>(new(units, ActivationKind.Relu)), new Linear<T>(new(units, inputs)));

        internal override LayerSpec Grow(LayerSpec spec, int experts)
        {
            if (spec.Get<StackSpec>("block") is { Layers.Count: > 0 } block && block.SizeOf(16).State > 0)
            {
                throw spec.Refusal($"layer '{spec}': its experts keep a state, expected experts without one to add to.");
            }

            foreach (string option in new[] { "groups", "prototypes", "layers" })
            {
                if (spec.Get<int>(option) > 1)
                {
                    throw spec.Error(option, "1, for experts to be added");
                }
            }

            if (spec.Get<ExpertRouter>("router") != ExpertRouter.Linear)
            {
                throw spec.Error("router", "linear, for experts to be added");
            }

            if (spec.Get<double>("bias") > 0)
            {
                throw spec.Error("bias", "0, for experts to be added");
            }

            return spec.With("grown", spec.Get<int>("grown") + experts);
        }

        internal override LayerSpec BeginDense(LayerSpec spec) => spec.With("dense", true);

        private static int Divisor(LayerSpec spec, string option, int blocks, int others)
        {
            int count = spec.Get<int>(option);
            return count == 1 || (others == 0 && count < blocks && blocks % count == 0)
                ? count
                : throw spec.Error(option, others > 0 ? "1 beside zero, copy, constant and grown" : string.Create(CultureInfo.InvariantCulture, $"a divisor of the {blocks} experts, smaller than they are many"));
        }

        /// <summary>Keys and values of the slices that the router for similar ones looks at, and their count.</summary>
        private static long RouterState(MixtureOfExpertsOptions options, int experts) => options.Router == ExpertRouter.Similar ? (2L * options.Window * experts) + 1 : 0;

        private static MixtureOfExpertsOptions OptionsOf(LayerSpec spec, int inputs)
        {
            int prototypes = spec.Get<int>("prototypes");
            int top = prototypes > 1 ? prototypes : spec.Get<int>("top");
            var options = new MixtureOfExpertsOptions(inputs, spec.Get<ExpertShape>("experts").Count, top)
            {
                Router = spec.Get<ExpertRouter>("router"),
                Window = spec.Get<int>("window"),
                Prototypes = prototypes,
                Groups = spec.Get<int>("groups"),
                Zeros = spec.Get<int>("zero"),
                Copies = spec.Get<int>("copy"),
                Constants = spec.Get<int>("constant"),
                BlockShare = spec.Get<double>("share"),
                Grown = spec.Get<int>("grown"),
                Layers = spec.Get<int>("layers"),
                Margin = spec.Get<double>("margin") is > 0 and double margin ? margin : null,
                Balance = spec.Get<double>("balance"),
                BiasLoss = spec.Get<double>("bias"),
                ScoreLoss = spec.Get<double>("scores"),
                Capacity = spec.Get<double>("capacity") is > 0 and double capacity ? capacity : null,
                BeginsDense = spec.Get<bool>("dense"),
            };
            ExpertWeights weights = spec.Get<ExpertWeights>("weights");
            bool areNormalized = weights == ExpertWeights.Auto ? top > 1 && prototypes == 1 && options.Experts == options.Blocks : weights == ExpertWeights.Normalized;
            return options with { Normalizes = areNormalized };
        }
    }

    private sealed class Adapting() : LayerKind(
        AdaptersName,
        "experts of very few weights around the identity, y = x + sum p_i a_i(x), a(x) = v * x or B A x; begins as y = x",
        new("adapters", OptionForm.Between(1, MostExperts), null, "how many") { Example = "4" },
        new("rank", OptionForm.Between(0, MostAdapterRank), 0, "rank of their maps; 0: vectors that scale the channels"),
        new("top", OptionForm.Between(0, MostExperts), 0, "adapters that a slice is given to; 0: all of them, by their probabilities"))
    {
        internal override bool Adapts => true;

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Adapters.Create<T>(OptionsOf(spec, inputs));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(inputs, OptionsOf(spec, inputs).Weights, 0);

        internal override void Check(LayerSpec spec)
        {
            int count = spec.Get<int>("adapters");
            if (spec.Get<int>("top") > count)
            {
                throw spec.Error("top", string.Create(CultureInfo.InvariantCulture, $"at most {count}, as many adapters as there are"));
            }
        }

        private static AdaptersOptions OptionsOf(LayerSpec spec, int inputs) =>
            new(inputs, spec.Get<int>("adapters")) { Rank = spec.Get<int>("rank"), Chosen = spec.Get<int>("top") };
    }

    private sealed class Depth() : LayerKind(
        "depth",
        "mixture of depths: a share of the slices passes through a block, y = x + p block(x), the others past it",
        new("share", OptionForm.Number(0.001, 1), null, "share of the slices that pass through") { Example = "0.25" },
        new LayerOption("block", OptionForm.Stack, null, "the stack inside") { Example = "rmsnorm+swiglu(64)", IsPositional = true },
        new("slack", OptionForm.Between(1, 4096), 16, "slices by which their number may differ from the share"),
        new("whole", OptionForm.Switch, false, "whether learning takes the best of a whole window instead; streaming cannot"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Build<T>(spec, inputs, null);

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs, ExpertStore<T>? experts) => MixtureOfDepths.Create(
            new(spec.Get<double>("share")) { Slack = spec.Get<int>("slack"), LearnsFromWholeWindow = spec.Get<bool>("whole") },
            spec.Get<StackSpec>("block").Build(inputs, experts));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            LayerSize block = spec.Get<StackSpec>("block").SizeOf(inputs);
            return block with { LeastWeights = block.LeastWeights + inputs, State = block.State + 1 };
        }
    }
}
