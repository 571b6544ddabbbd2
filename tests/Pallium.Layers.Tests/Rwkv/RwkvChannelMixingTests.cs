using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class RwkvChannelMixingTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => RwkvChannelMixing.Create<T>(new(4, 7));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_block_is_the_published_equation(bool hasGate)
    {
        StackedLayers<double> layer = RwkvChannelMixing.Create<double>(new(1, 1) { HasGate = hasGate });
        double next = 0.3;
        foreach ((_, Parameter<double> parameter) in layer.Parameters)
        {
            parameter.Values[0] = next += 0.2;
        }

        layer.Refresh();
        Dictionary<string, double> p = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter.Values[0]);
        (double before, double x) = (0.4, 1.1);
        var output = new double[1];
        layer.Step([x], [1], new[] { before }, output, new double[layer.StepScratch(1)]);
        double Shifted(string mix) => x + (p[mix] * (before - x));
        string prefix = hasGate ? "mix.feedforward." : "";
        double hidden = Math.Max(0, p[prefix + "k.weight"] * Shifted("shift.mix_k"));
        double gate = hasGate ? CellLengths.Sigmoid(p["mix.r.weight"] * Shifted("shift.mix_r")) : 1;
        Assert.Equal(gate * p[prefix + "v.weight"] * hidden * hidden, output[0], 1e-14);
    }
}

/// <summary>The same laws for the block of the seventh version.</summary>
public sealed class UngatedChannelMixingTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => RwkvChannelMixing.Create<T>(new(4, 7) { HasGate = false });
}
