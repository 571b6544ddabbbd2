using System.Numerics;

namespace Pallium.Layers;

/// <summary>A layer that stack texts can name: its name, one line of help, options and factory. A new layer is added to <see cref="All"/>.</summary>
public abstract class LayerKind
{
    private LayerKind(string name, string summary, params LayerOption[] options)
    {
        Name = name;
        Summary = summary;
        Options = options;
    }

    /// <summary>Every kind, in the order in which help lists them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        new Liquid(), new ClosedForm(), new LiquidTimeConstant(), new LongShortTermMemory(), new GatedRecurrentUnit(),
        new Affine(), new GatedFeedforward(), new RootMeanSquare(), new MeanAndVariance(), new Dropping(), new Around(),
    ];

    /// <summary>The name in stack texts.</summary>
    public string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public string Summary { get; }

    /// <summary>Its options; the first may be given without its name.</summary>
    public IReadOnlyList<LayerOption> Options { get; }

    /// <summary>Makes one layer that reads <paramref name="inputs"/> channels.</summary>
    internal abstract ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>How large such a layer is, before anything of it is made.</summary>
    internal virtual LayerSize SizeOf(LayerSpec spec, int inputs) => new(inputs, 0);

    private static long Square(int units) => (long)units * units;

    private static LayerOption Units(string help = "hidden units") => new("units", OptionForm.Count, null, help);

    private sealed class Liquid() : LayerKind(
        "liquid", "closed-form liquid cell, default mode, one backbone layer of 128", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new Cfc<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => LayerSize.Of(spec.Get<int>("units"), 128, inputs);
    }

    private sealed class ClosedForm() : LayerKind(
        "cfc",
        "closed-form continuous-time cell",
        new("units", OptionForm.Wiring(WiringText.All, WiringText.Ncp), null, "hidden units, or ncp: and neurons of a neural circuit"),
        new("mode", OptionForm.Choice<CfcMode>(), CfcMode.Default, "form of the cell"),
        new("backbone", OptionForm.Shape, new BackboneShape(1, 128), "layers x units between (x, h) and the heads; 0: none"),
        new("mixed", OptionForm.Switch, false, "whether an LSTM updates h first"),
        new("outputs", OptionForm.Count, 0, "motor neurons of a circuit; a quarter of its neurons if not given"),
        new("sparsity", OptionForm.Fraction, WiringText.Sparsity, "share of synapses that a circuit leaves out"),
        new("seed", OptionForm.Seed, WiringText.Seed, "draws the circuit"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs)
        {
            WiringText wiring = spec.Get<WiringText>("units");
            if (wiring.Kind == WiringText.Ncp)
            {
                spec.Refuse("with ncp:", "backbone", "mixed");
                return WiredCfc.Create<T>((NcpWiring)wiring.Draw(spec, inputs), spec.Get<CfcMode>("mode"));
            }

            spec.Refuse("without ncp:", "outputs", "sparsity", "seed");
            BackboneShape backbone = spec.Get<BackboneShape>("backbone");
            return new Cfc<T>(new(inputs, wiring.Units)
            {
                Mode = spec.Get<CfcMode>("mode"),
                BackboneLayers = backbone.Layers,
                BackboneUnits = Math.Max(backbone.Units, 1),
                MixedMemory = spec.Get<bool>("mixed"),
            });
        }

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            WiringText wiring = spec.Get<WiringText>("units");
            if (wiring.Kind == WiringText.Ncp)
            {
                NcpOptions circuit = wiring.Circuit(spec, inputs);
                return new(circuit.Motor, Square(circuit.Inter) + Square(circuit.Command) + Square(circuit.Motor));
            }

            BackboneShape backbone = spec.Get<BackboneShape>("backbone");
            int rows = (backbone.Layers == 0 ? wiring.Units : backbone.Units) + (spec.Get<bool>("mixed") ? wiring.Units : 0);
            LayerSize size = LayerSize.Of(wiring.Units, rows, inputs);
            return size with { LeastWeights = size.LeastWeights + (Math.Max(0, backbone.Layers - 1) * Square(backbone.Units)) };
        }
    }

    private sealed class LiquidTimeConstant() : LayerKind(
        "ltc",
        "liquid time-constant cells with a fused solver",
        new("units", OptionForm.Wiring(WiringText.All, WiringText.Ncp, WiringText.Random), null, "neurons, all connected; ncp: or random: for fewer synapses"),
        new("unfolds", OptionForm.Count, 6, "solver steps per slice"),
        new("softplus", OptionForm.Switch, false, "whether conductances are softplus of their parameters"),
        new("outputs", OptionForm.Count, 0, "motor neurons of a circuit; a quarter of its neurons if not given"),
        new("sparsity", OptionForm.Fraction, WiringText.Sparsity, "share of synapses left out by ncp: and random:"),
        new("seed", OptionForm.Seed, WiringText.Seed, "draws the wiring"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs)
        {
            WiringText wiring = spec.Get<WiringText>("units");
            if (wiring.Kind != WiringText.Ncp)
            {
                spec.Refuse("without ncp:", "outputs");
            }

            if (wiring.Kind == WiringText.All)
            {
                spec.Refuse("without ncp: or random:", "sparsity");
            }

            return new Ltc<T>(new(wiring.Draw(spec, inputs)) { Unfolds = spec.Get<int>("unfolds"), IsSoftplus = spec.Get<bool>("softplus") });
        }

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            WiringText wiring = spec.Get<WiringText>("units");
            if (wiring.Kind == WiringText.Ncp)
            {
                NcpOptions circuit = wiring.Circuit(spec, inputs);
                return new(circuit.Motor, ((long)circuit.Inter * circuit.InterFanOut) + ((long)circuit.Motor * circuit.MotorFanIn));
            }

            return new(wiring.Units, (long)(Square(wiring.Units) * (wiring.Kind == WiringText.All ? 1 : 1 - spec.Get<double>("sparsity"))));
        }
    }

    private sealed class LongShortTermMemory() : LayerKind("lstm", "long short-term memory", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Lstm<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => LayerSize.Of(spec.Get<int>("units"), 4 * spec.Get<int>("units"), inputs);
    }

    private sealed class GatedRecurrentUnit() : LayerKind("gru", "gated recurrent unit", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Gru<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => LayerSize.Of(spec.Get<int>("units"), 3 * spec.Get<int>("units"), inputs);
    }

    private sealed class Affine() : LayerKind("linear", "y = W x + b", Units("output channels"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Linear<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), (long)inputs * spec.Get<int>("units"));
    }

    private sealed class GatedFeedforward() : LayerKind("swiglu", "feed-forward block, y = W (silu(W x) * W x)", Units())
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new SwiGlu<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(inputs, (long)inputs * spec.Get<int>("units"));
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
        "dropout", "in learning, sets channels to zero at random", new LayerOption("rate", OptionForm.Fraction, null, "share set to zero"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Dropout<T>(new(inputs, spec.Get<double>("rate")));
    }

    private sealed class Around() : LayerKind(
        "residual", "y = x + block(x)", new LayerOption("block", OptionForm.Stack, null, "the stack inside"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Residual<T>(spec.Get<StackSpec>("block").Build<T>(inputs));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => spec.Get<StackSpec>("block").SizeOf(inputs);
    }
}
