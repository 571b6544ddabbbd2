namespace Pallium.Layers.Tests;

public sealed class SlstmTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Slstm<T>(new(Inputs: 3, Units: 6) { Heads = 2 });

    [Fact]
    public void Heads_must_divide_the_units()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Slstm<float>(new(3, 6) { Heads = 4 }));
        Assert.StartsWith("Found 6 channels in 4 groups", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learned_start_is_brought_back_to_one_that_gates_can_reach()
    {
        double[] start = [0.7, -2, 0.3, -0.5, 0.2, 0.4, 0.1, -0.1];
        new Slstm<double>(new(3, 2)).ConstrainStart(start);
        Assert.Equal([0.7, -2, 0.2, -0.4, 0.2, 0.4, 0.1, -0.1], start);
        var fresh = new double[8];
        new Slstm<double>(new(3, 2)).ConstrainStart(fresh);
        Assert.Equal(new double[8], fresh);
    }

    [Fact]
    public void A_fresh_stream_reads_only_its_first_slice()
    {
        var layer = new Slstm<double>(new(1, 1));
        layer.Initialize(new(3));
        (double[] states, double[] outputs) = (new double[4], new double[1]);
        layer.Step([0.4], [1], states, outputs, new double[layer.StepScratch(1)]);
        double[] weights = layer.Parameters.First().Parameter.Values.ToArray();
        Assert.Equal(Math.Tanh(0.4 * weights[2]) / (1 + Math.Exp(-0.4 * weights[3])), outputs[0], 1e-15);
        Assert.Equal(1, states[2]);
    }

    [Fact]
    public void A_layer_without_units_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Slstm<float>(new(3, 0)));
}

/// <summary>The same laws with one head.</summary>
public sealed class OneHeadedSlstmTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Slstm<T>(new(Inputs: 3, Units: 5));
}
