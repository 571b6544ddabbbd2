using System.Numerics;

namespace Pallium.Layers;

// Layers without memory, and what goes around others.
public abstract partial class LayerKind
{
    private sealed class Affine() : LayerKind("linear", "y = W x + b", Units("output channels"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Linear<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), (long)inputs * spec.Get<int>("units"), 0);
    }

    private sealed class GatedFeedforward() : LayerKind("swiglu", "feed-forward block, y = W (silu(W x) * W x)", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new SwiGlu<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(inputs, (long)inputs * spec.Get<int>("units"), 0);
    }

    private sealed class RootMeanSquare() : LayerKind("rmsnorm", "divides by the root mean square over channels")
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new RmsNorm<T>(new(inputs));
    }

    private sealed class MeanAndVariance() : LayerKind("layernorm", "takes mean and scale out over channels")
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new LayerNorm<T>(new(inputs));
    }

    private sealed class Dropping() : LayerKind(
        "dropout", "in learning, sets channels to zero at random", new LayerOption("rate", OptionForm.Fraction, null, "share set to zero") { Example = "0.1" })
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Dropout<T>(new(inputs, spec.Get<double>("rate")));
    }

    private sealed class Around() : LayerKind(
        "residual", "y = x + block(x)", new LayerOption("block", OptionForm.Stack, null, "the stack inside") { Example = "rmsnorm+swiglu(64)" })
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Build<T>(spec, inputs, null);

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs, ExpertStore<T>? experts) => new Residual<T>(spec.Get<StackSpec>("block").Build(inputs, experts));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => spec.Get<StackSpec>("block").SizeOf(inputs);

        internal override bool IsTransparent => true;
    }

    private sealed class Chunked() : LayerKind(
        "chunks",
        "runs a block through the window chunk by chunk: bounded memory in learning",
        new("block", OptionForm.Stack, null, "the stack inside") { Example = "lstm(64)" },
        new("slices", OptionForm.Count, 64, "slices of a chunk"),
        new("recompute", OptionForm.Switch, true, "whether a chunk is computed again in the reverse pass, not kept; same bits"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Build<T>(spec, inputs, null);

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs, ExpertStore<T>? experts) =>
            new WindowChunks<T>(spec.Get<StackSpec>("block").Build(inputs, experts), new(spec.Get<int>("slices")) { Recomputes = spec.Get<bool>("recompute") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => spec.Get<StackSpec>("block").SizeOf(inputs);

        internal override bool IsTransparent => true;
    }
}
