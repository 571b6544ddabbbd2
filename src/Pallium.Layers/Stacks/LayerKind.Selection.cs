using System.Numerics;

namespace Pallium.Layers;

// What is let through of the channels that a stack reads.
public abstract partial class LayerKind
{
    private sealed class Selecting() : LayerKind(
        "select",
        "lets through the channels that lower the loss by more than their price; learned, and all or nothing in answers",
        new("price", OptionForm.Number(0, 100), 0.01, "cost of a channel per slice, in units of the loss"),
        new("first", OptionForm.Number(0.01, 100), 2.0, "temperature at the beginning of learning"),
        new("last", OptionForm.Number(0.01, 100), 0.2, "temperature at its end"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new ChannelGate<T>(new(inputs)
        {
            Price = spec.Get<double>("price"),
            FirstTemperature = spec.Get<double>("first"),
            LastTemperature = spec.Get<double>("last"),
        });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(inputs, inputs, 0);
    }
}
