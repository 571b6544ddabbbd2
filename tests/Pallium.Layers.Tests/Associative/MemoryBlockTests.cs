using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class MemoryBlockTests
{
    private const string Gated = "gated_delta(6,heads=2,keys=3,values=4,negative=yes)";

    public static TheoryData<string> Texts() =>
    [
        "linattn(8)", "linattn(6,gate=yes,normalize=no)", "retention(8)", "lightning(8,layer=1,of=3)", "simple_gla(8)", "gla(8,heads=1)", "based(8,features=3)",
        "delta(8,heads=2)", Gated, "gated_delta(7)", "mamba2(8)", "mamba2(6,state=5,heads=3,expand=1,conv=2)",
    ];

    [Theory, MemberData(nameof(Texts))]
    public void The_size_is_what_is_made(string text)
    {
        StackSpec spec = StackText.Parse(text);
        LayerSize size = spec.SizeOf(5);
        ISequenceLayer<double> layer = spec.Build<double>(5);
        Assert.Equal(layer.Outputs, size.Outputs);
        Assert.Equal(layer.StateSize, size.State);
        long weights = layer.Parameters.Sum(item => (long)item.Parameter.Length);
        Assert.InRange(size.LeastWeights, (weights * 4 / 5) - 1, weights);
        Assert.Equal(text, spec.ToString());
    }

    [Theory, MemberData(nameof(Texts))]
    public void A_block_begins_with_outputs_of_a_sensible_size(string text)
    {
        ISequenceLayer<double> layer = StackText.Parse(text).Build<double>(5);
        layer.Initialize(new Rng(3));
        LayerRun<double> run = new LayerRun<double>(layer, 200, 1).Fill(4);
        Array.Clear(run.Start);
        run.Forward();
        Assert.InRange(run.Outputs.Max(Math.Abs), 0.05, 20);
    }

    [Theory]
    [InlineData("delta(10,heads=3)", 16, "found '3', expected a divisor of the 10 units, or keys and values of a head.")]
    [InlineData("delta(10,heads=3,values=4)", 16, "found '3', expected a divisor of the 10 units")]
    [InlineData("gla(8,heads=0)", 13, "found '0', expected a whole number from 1 to 16384.")]
    [InlineData("lightning(8,layer=3,of=3)", 19, "found '3', expected a layer below of=3.")]
    [InlineData("lightning(8,layer=1)", 19, "found '1', expected a layer below of=1.")]
    [InlineData("based(8,keys=4)", 9, "found 'keys', expected an option of based")]
    [InlineData("mamba2(8,heads=3)", 16, "found '3', expected a divisor of the 16 inner channels.")]
    [InlineData("based(8,heads=3)", 15, "found '3', expected a divisor of the 8 units")]
    public void Impossible_options_are_refused_with_their_place(string text, int position, string part)
    {
        StackTextException error = Assert.Throws<StackTextException>(() => StackText.Parse(text));
        Assert.Equal(position, error.Position);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delta(10,heads=3,keys=2,values=4)", 3 * 2 * 4)]
    [InlineData("based(8,heads=3,values=4,features=2)", 3 * 6 * 5)]
    [InlineData("retention(6)", 3 * 2 * 2)]
    [InlineData("mamba2(64,state=16)", (16 * 128) + (3 * (128 + 32)))]
    public void Heads_keys_and_values_shape_the_state(string text, int state) =>
        Assert.Equal(state, StackText.Parse(text).Build<float>(5).StateSize);
}

public sealed class LinearAttentionBlockTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => StackText.Parse("linattn(6,heads=2)").Build<T>(4);
}

public sealed class GatedDeltaBlockTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => StackText.Parse("gated_delta(6,heads=2,keys=3,values=4,negative=yes)").Build<T>(4);
}

public sealed class BasedBlockTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => StackText.Parse("based(6,heads=2,features=2)").Build<T>(4);
}

public sealed class DualityBlockTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => StackText.Parse("mamba2(4,state=3,heads=2)").Build<T>(3);
}

public sealed class DecayGateTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new SoftplusGate<T>(5, isDecay: true);
}

public sealed class SpanGateTests : SequenceLayerLaws
{
    [Fact]
    public void It_begins_with_spans_from_a_thousandth_to_a_tenth()
    {
        var gate = new SoftplusGate<double>(50, isDecay: false);
        gate.Initialize(new Rng(3));
        double[] spans = new double[50];
        gate.Step(new double[50], [1], [], spans, []);
        Assert.All(spans, span => Assert.InRange(span, 0.001 - 1e-12, 0.1 + 1e-12));
    }

    protected override ISequenceLayer<T> Create<T>() => new SoftplusGate<T>(5, isDecay: false);
}
