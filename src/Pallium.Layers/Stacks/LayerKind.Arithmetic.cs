namespace Pallium.Layers;

// Units that add, multiply and divide.
public abstract partial class LayerKind
{
    private const string SparsityName = "sparsity";
    private const string FromName = "from";
    private const string ToName = "to";
    private const double MostSparsity = 1e6;

    private static LayerOption[] SparsityOptionsOf(double weight) =>
    [
        new(SparsityName, OptionForm.Number(0, MostSparsity), weight, "weight of the loss that makes weights whole"),
        new(FromName, OptionForm.Fraction, 0.2, "share of learning after which that loss begins"),
        new(ToName, OptionForm.Fraction, 0.4, "share of learning after which it has its weight"),
    ];

    private static SparsityOptions SparsityOf(LayerSpec spec) =>
        new(spec.Get<double>(SparsityName)) { From = spec.Get<double>(FromName), To = spec.Get<double>(ToName) };

    private static void CheckSparsity(LayerSpec spec)
    {
        if (spec.Get<double>(ToName) <= spec.Get<double>(FromName))
        {
            string option = spec.Has(ToName) ? ToName : FromName;
            throw spec.Error(option, $"'{FromName}' less than '{ToName}'");
        }
    }

    private sealed class Accumulator() : LayerKind("nac", "neural accumulator, y = W x with W = tanh(A) sigmoid(B)", Units("output channels"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Nac<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), 2L * inputs * spec.Get<int>("units"), 0);
    }

    private sealed class ArithmeticLogic() : LayerKind("nalu", "neural arithmetic logic unit: sums, or products of sizes, by a gate", Units("output channels"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Nalu<T>(new(inputs, spec.Get<int>("units")));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), 3L * inputs * spec.Get<int>("units"), 0);
    }

    private sealed class Addition() : LayerKind(
        "nau", "neural addition unit: sums and differences, weights in [-1, 1]", [Units("output channels"), .. SparsityOptionsOf(0.01)])
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Nau<T>(new(inputs, spec.Get<int>("units")) { Sparsity = SparsityOf(spec) });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), (long)inputs * spec.Get<int>("units"), 0);

        internal override void Check(LayerSpec spec) => CheckSparsity(spec);
    }

    private sealed class Multiplication() : LayerKind(
        "nmu", "neural multiplication unit: products of chosen channels, weights in [0, 1]", [Units("output channels"), .. SparsityOptionsOf(10)])
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new Nmu<T>(new(inputs, spec.Get<int>("units")) { Sparsity = SparsityOf(spec) });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), (long)inputs * spec.Get<int>("units"), 0);

        internal override void Check(LayerSpec spec) => CheckSparsity(spec);
    }

    private sealed class Reciprocal() : LayerKind(
        "reciprocal",
        "neural multiplicative reciprocal unit: products and quotients of chosen channels",
        [Units("output channels"), new("guard", OptionForm.Fraction, 0.001, "size below which a channel's reciprocal turns back to 0, not 0"), .. SparsityOptionsOf(10)])
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => ReciprocalUnit.Create<T>(
            new(inputs, spec.Get<int>("units")) { Guard = spec.Get<double>("guard"), Sparsity = SparsityOf(spec) });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs) => new(spec.Get<int>("units"), 2L * inputs * spec.Get<int>("units"), 0);

        internal override void Check(LayerSpec spec)
        {
            CheckSparsity(spec);
            if (spec.Get<double>("guard") == 0)
            {
                throw spec.Error("guard", "a number greater than 0");
            }
        }
    }
}
