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

    private sealed class ScalarLongShortTermMemory() : LayerKind(
        "slstm", "long short-term memory with exponential gates", Units(), Heads("groups of units that read only their own"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new Slstm<T>(new(inputs, spec.Get<int>("units")) { Heads = spec.Get<int>("heads") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            (int units, int heads) = (spec.Get<int>("units"), spec.Get<int>("heads"));
            return new(units, 4L * units * (inputs + (units / heads)), 4L * units);
        }

        internal override void Check(LayerSpec spec) => CheckHeads(spec);
    }

    private sealed class ContinuousTime() : LayerKind(
        "ctrnn", "continuous-time recurrent network, dh/dt = -h/tau + tanh(W x + U h + b)", Units("neurons"),
        new("unfolds", OptionForm.Count, 6, "solver steps per slice"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new Ctrnn<T>(new(inputs, spec.Get<int>("units")) { Unfolds = spec.Get<int>("unfolds") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => LayerSize.Of(spec.Get<int>("units"), spec.Get<int>("units"), inputs);
    }
}
