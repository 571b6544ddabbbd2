namespace Pallium.Layers;

// Receptance weighted key-value blocks.
public abstract partial class LayerKind
{
    private sealed class FourthRwkv() : LayerKind("rwkv4", "RWKV-4 time mixing: decaying means of values", Units("channels of the memory and of y"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Rwkv4.Create<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            int units = spec.Get<int>("units");
            return new(units, (3L * inputs * units) + Square(units), inputs + (3L * units));
        }
    }

    private sealed class SixthRwkv() : LayerKind(
        "rwkv6", "RWKV-6 time mixing: matrix memory, decays and token shift from the data", Units("channels of the memory and of y"), Heads())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Rwkv6.Create<T>(new(inputs, spec.Get<int>("units"), spec.Get<int>("heads")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            int units = spec.Get<int>("units");
            return new(units, (4L * inputs * units) + Square(units), inputs + (Square(units) / spec.Get<int>("heads")));
        }

        internal override void Check(LayerSpec spec) => CheckHeads(spec);
    }

    private sealed class SeventhRwkv() : LayerKind(
        "rwkv7",
        "RWKV-7 time mixing, first layer's form: a matrix memory that rewrites",
        Units("channels of the memory and of y"),
        Heads(),
        new("rank", OptionForm.Count, 32, "rank of the maps that make decays, rates and gates"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            Rwkv7.Create<T>(new(inputs, spec.Get<int>("units"), spec.Get<int>("heads")) { Rank = spec.Get<int>("rank") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            int units = spec.Get<int>("units");
            long low = 3L * spec.Get<int>("rank") * (inputs + units);
            return new(units, (3L * inputs * units) + Square(units) + low, inputs + (Square(units) / spec.Get<int>("heads")));
        }

        internal override void Check(LayerSpec spec) => CheckHeads(spec);
    }

    private sealed class RwkvFeedforward() : LayerKind(
        "rwkv_channel", "RWKV channel mixing: y = W relu(W x)^2 after a token shift", Units(),
        new("version", OptionForm.Between(4, 7), 7, "up to 6 gated by sigmoid(W x), 7 without a gate"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            RwkvChannelMixing.Create<T>(new(inputs, spec.Get<int>("units")) { HasGate = spec.Get<int>("version") < 7 });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(
            inputs, (2L * inputs * spec.Get<int>("units")) + (spec.Get<int>("version") < 7 ? Square(inputs) : 0), inputs);
    }
}
