using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class NauTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Nau<T>(new(Inputs: 3, Outputs: 5));

    [Theory]
    [InlineData(1.0, 0)]
    [InlineData(0.8, 0)]
    [InlineData(0.7, 0.5)]
    [InlineData(0.6, 1)]
    [InlineData(0.0, 1)]
    public void The_sparsity_loss_rises_after_a_warm_up(double ahead, double share) => Assert.Equal(share * 3, new SparsityOptions(3).At(ahead), 1e-12);

    [Fact]
    public void Weights_that_are_whole_cost_nothing_and_halves_cost_most()
    {
        Assert.Equal(0, Loss([-1, 0, 1]), 1e-15);
        Assert.Equal(0.01 * 0.5, Loss([-0.5, 0.5, 0.5]), 1e-15);
        Assert.Equal(0.01 * (0.25 + 0.1) / 3, Loss([0.25, -0.9, 1]), 1e-15);
    }

    [Fact]
    public void A_layer_without_outputs_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Nau<float>(new(3, 0)));

    [Fact]
    public void A_sparsity_that_ends_before_it_begins_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Nau<float>(new(3, 1) { Sparsity = new(1) { From = 0.5, To = 0.5 } }));

    private static double Loss(double[] weights)
    {
        var layer = new Nau<double>(new(3, 1));
        weights.CopyTo(layer.Parameters.Single().Parameter.Values);
        layer.Refresh();
        return new LayerRun<double>(layer, 1, 1).Fill(3).Forward().Auxiliary[0];
    }
}
