namespace Pallium.Layers;

// State space layers and the convolution before them.
public abstract partial class LayerKind
{
    private const int MostTaps = 256;
    private const int MostExpansion = 16;
    private const int MostRank = 1024;

    private sealed class Convolution() : LayerKind(
        "conv",
        "short causal convolution, channel by channel",
        new("width", OptionForm.Between(1, MostTaps), 4, "slices that an output sees"),
        new("silu", OptionForm.Switch, true, "whether SiLU follows"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new ShortConvolution<T>(new(inputs) { Width = spec.Get<int>("width"), HasSilu = spec.Get<bool>("silu") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) =>
            new(inputs, (long)inputs * spec.Get<int>("width"), (long)inputs * (spec.Get<int>("width") - 1));
    }

    private sealed class SelectiveBlock() : LayerKind(
        "mamba",
        "Mamba block: convolution, selective state space, gate",
        Units("channels of y"),
        new("state", OptionForm.Count, 16, "numbers of state per inner channel"),
        new("conv", OptionForm.Between(1, MostTaps), 4, "slices that the convolution sees"),
        new("expand", OptionForm.Between(1, MostExpansion), 2, "inner channels per unit"),
        new("rank", OptionForm.CountOrAuto, 0, "rank of the map that makes time steps; auto: a sixteenth of the units"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Mamba.Create<T>(new(inputs, spec.Get<int>("units"))
        {
            States = spec.Get<int>("state"),
            Convolution = spec.Get<int>("conv"),
            Expand = spec.Get<int>("expand"),
            Rank = spec.Get<int>("rank"),
        });

        internal override ProjectionPlaces Projections(LayerSpec spec) =>
            new("in.weight", 0, spec.Get<int>("expand") * spec.Get<int>("units"), "out.weight");

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            (int units, int states, int width) = (spec.Get<int>("units"), spec.Get<int>("state"), spec.Get<int>("conv"));
            long channels = (long)spec.Get<int>("expand") * units;
            int rank = spec.Get<int>("rank") == 0 ? SelectiveProjection.RankOf(units) : spec.Get<int>("rank");
            return new(units, channels * ((2L * inputs) + width + (2 * rank) + (3 * states) + units), channels * (width - 1 + states));
        }
    }

    private sealed class SelectiveStates() : LayerKind(
        "s6", "selective state space, without convolution and gate", Units("channels of y"), new("state", OptionForm.Count, 16, "numbers of state per channel"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            S6.Create<T>(new(inputs, spec.Get<int>("units")) { States = spec.Get<int>("state") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            (long units, int states) = (spec.Get<int>("units"), spec.Get<int>("state"));
            return new((int)units, units * (inputs + (2 * SelectiveProjection.RankOf((int)units)) + (3 * states)), units * states);
        }
    }
}
