using System.Numerics;

namespace Pallium.Layers;

// Gated recurrent cells.
public abstract partial class LayerKind
{
    private sealed class LongShortTermMemory() : LayerKind("lstm", "long short-term memory", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Lstm<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => LayerSize.Of(spec.Get<int>("units"), 4 * spec.Get<int>("units"), inputs) with
        {
            State = 2L * spec.Get<int>("units"),
        };
    }

    private sealed class GatedRecurrentUnit() : LayerKind("gru", "gated recurrent unit", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Gru<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => LayerSize.Of(spec.Get<int>("units"), 3 * spec.Get<int>("units"), inputs);
    }
}
