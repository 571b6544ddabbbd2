namespace Pallium.Layers;

// Softmax attention.
public abstract partial class LayerKind
{
    private sealed class SoftmaxAttention() : LayerKind(
        "attention",
        "causal softmax attention over the last slices, with rotary positions",
        Units("channels of queries, keys, values and y"),
        new("window", OptionForm.Between(1, MostWindow), null, "slices that a slice sees, itself included"),
        Heads("heads, each with weights of its own"),
        new("rotary", OptionForm.CountOrAll, AllChannels, "channels of each head that positions rotate, an even number"),
        new("style", OptionForm.Choice<RotaryStyle>(), RotaryStyle.Half, "which channels turn together: j and j + rotary/2, or neighbours"),
        new("base", OptionForm.Between(1, int.MaxValue), 10000, "base of the angles"))
    {
        // Twice as many counts stay well within float.
        private const int MostWindow = 65536;

        // Sines and cosines of every position and turning channel: half a gigabyte in float.
        private const int MostAngles = 1 << 27;
        private const int AllChannels = OptionForm.All;

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            RotaryAttention.Create<T>(new(inputs, spec.Get<int>("units"), spec.Get<int>("window"))
            {
                Heads = spec.Get<int>("heads"),
                Rotary = spec.Get<int>("rotary") == AllChannels ? null : spec.Get<int>("rotary"),
                Style = spec.Get<RotaryStyle>("style"),
                Base = spec.Get<int>("base"),
            });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            int units = spec.Get<int>("units");
            return new(units, (3L * inputs * units) + Square(units), (2L * spec.Get<int>("window") * units) + 1);
        }

        internal override ProjectionPlaces Projections(LayerSpec spec) =>
            new("project.weight", spec.Get<int>("units"), spec.Get<int>("units"), "output.weight");

        internal override void Check(LayerSpec spec)
        {
            CheckHeads(spec);
            int width = spec.Get<int>("units") / spec.Get<int>("heads");
            int rotary = spec.Get<int>("rotary");
            if (rotary > width || rotary % 2 > 0)
            {
                throw spec.Error("rotary", $"an even number from 0 to {width}, the channels of a head");
            }

            int turning = rotary == AllChannels ? width : rotary;
            if ((long)spec.Get<int>("window") * turning > MostAngles)
            {
                throw spec.Error("window", $"at most {MostAngles / turning} where {turning} channels of a head turn");
            }
        }
    }
}
