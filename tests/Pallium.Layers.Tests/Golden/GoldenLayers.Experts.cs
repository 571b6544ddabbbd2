using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Pallium.Layers.Tests;

internal static partial class GoldenLayers
{
    // The parameters of block i, by their names there, and the tensors that hold those of all blocks.
    private static readonly (string End, string Tensor)[] BlockNames =
    [
        ("router.first.weight", "Wr"), ("first.weight", "W1"), ("first.bias", "b1"), ("second.weight", "W2"), ("second.bias", "b2"), ("Wg", "Wg"), ("Wu", "Wu"), ("Wd", "Wd"), ("Wc", "Wc"), (".v", "const_v"),
        ("own.weight", "Wr"), ("before.weight", "Wg"), ("project.weight", "Wproj"), ("emb", "emb"), ("tau", "tau"),
    ];

    private static GoldenLayer<T> Experts<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int channels, int units, int experts) = (file.Int("D"), file.Int("F"), file.Int("E"));
        StackedLayers<T> Relu() => new(
        [
            ("first", new Linear<T>(new(channels, units))), ("relu", new Activation<T>(new(units, ActivationKind.Relu))), ("second", new Linear<T>(new(units, channels))),
        ]);
        if (file.Case.StartsWith("moe_cosine", StringComparison.Ordinal))
        {
            int chosen = file.Int("k");
            var scores = new StackedLayers<T>(
                [("router", MixtureOfExperts.Cosine<T>(channels, file.Int("de"), experts)), ("gate", new ExpertGate<T>(new(experts, chosen)))]);
            return Named(new StackedLayers<T>(new Alongside<T>("scores", scores), new Experts<T>([.. Enumerable.Range(0, experts).Select(_ => Relu())], chosen)), file);
        }

        if (file.Case == "moe_pp")
        {
            int blocks = file.Int("NF");
            double share = file.Double("tau");
            var plus = new MixtureOfExpertsOptions(channels, blocks, file.Int("k"))
            {
                Zeros = 1,
                Copies = 1,
                Constants = file.Int("NC"),
                BlockShare = share,
                Capacity = file.Double("gamma"),
                Balance = share * file.Int("k") / experts,
            };
            return Named(MixtureOfExperts.WithScores(plus, () => new SwiGlu<T>(new(channels, units)), isFirst: false, isResidual: false), file, blocks + 1) with
            {
                Inputs = ["x", "prev_logits"],
                Outputs = ["y", "logits"],
                Auxiliary = ["aux"],
                IsLearning = true,
            };
        }

        bool isSwitch = file.Case == "moe_switch";
        var options = new MixtureOfExpertsOptions(channels, experts, isSwitch ? 1 : file.Int("k"))
        {
            Normalizes = !isSwitch,
            Balance = isSwitch ? file.Double("alpha") : 1,
            Capacity = isSwitch ? file.Double("capacity_factor") : null,
        };
        return Named(MixtureOfExperts.Create<T>(options, isSwitch ? Relu : () => new SwiGlu<T>(new(channels, units))), file) with { Auxiliary = ["aux"], IsLearning = isSwitch };
    }

    /// <summary>A layer whose blocks' parameters are slices of the file's tensors; <paramref name="constant"/> is the first expert that is a vector.</summary>
    private static GoldenLayer<T> Named<T>(StackedLayers<T> layer, GoldenFile file, int constant = int.MaxValue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(layer)
        {
            Rename = name => NameOf(name) is "Wg" && file.Case == "moe_pp" && !name.EndsWith("before.weight", StringComparison.Ordinal) ? "Wgt" : NameOf(name),
            Pick = (name, values) =>
            {
                Match expert = Regex.Match(name, @"(?:^|\.)(?:1|each)\.(\d+)\.");
                if (!expert.Success)
                {
                    return values;
                }

                int index = int.Parse(expert.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                int length = layer.Parameters.First(item => item.Name == name).Parameter.Length;
                return values[((index % constant) * length)..(((index % constant) + 1) * length)];
            },
        };

    private static string NameOf(string name) => BlockNames.First(pair => name.EndsWith(pair.End, StringComparison.Ordinal)).Tensor;
}
