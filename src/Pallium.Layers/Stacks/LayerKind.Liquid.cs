using System.Numerics;

namespace Pallium.Layers;

// Liquid cells.
public abstract partial class LayerKind
{
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
        new("outputs", OptionForm.CountOrAuto, 0, "motor neurons of a circuit; auto: a quarter of its neurons"),
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
                return new(circuit.Motor, Square(circuit.Inter) + Square(circuit.Command) + Square(circuit.Motor), wiring.Units);
            }

            BackboneShape backbone = spec.Get<BackboneShape>("backbone");
            int rows = (backbone.Layers == 0 ? wiring.Units : backbone.Units) + (spec.Get<bool>("mixed") ? wiring.Units : 0);
            LayerSize size = LayerSize.Of(wiring.Units, rows, inputs);
            return size with
            {
                LeastWeights = size.LeastWeights + (Math.Max(0, backbone.Layers - 1) * Square(backbone.Units)),
                State = (spec.Get<bool>("mixed") ? 2L : 1L) * wiring.Units,
            };
        }
    }

    private sealed class LiquidTimeConstant() : LayerKind(
        "ltc",
        "liquid time-constant cells with a fused solver",
        new("units", OptionForm.Wiring(WiringText.All, WiringText.Ncp, WiringText.Random), null, "neurons, all connected; ncp: or random: for fewer synapses"),
        new("unfolds", OptionForm.Count, 6, "solver steps per slice"),
        new("softplus", OptionForm.Switch, false, "whether conductances are softplus of their parameters"),
        new("outputs", OptionForm.CountOrAuto, 0, "motor neurons of a circuit; auto: a quarter of its neurons"),
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
                return new(circuit.Motor, ((long)circuit.Inter * circuit.InterFanOut) + ((long)circuit.Motor * circuit.MotorFanIn), wiring.Units);
            }

            double share = wiring.Kind == WiringText.All ? 1 : 1 - spec.Get<double>("sparsity");
            return new(wiring.Units, (long)(Square(wiring.Units) * share), wiring.Units);
        }
    }
}
