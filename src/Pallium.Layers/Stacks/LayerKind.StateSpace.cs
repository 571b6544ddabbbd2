namespace Pallium.Layers;

// State space layers and the convolution before them.
public abstract partial class LayerKind
{
    private const int MostTaps = 256;

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
}
