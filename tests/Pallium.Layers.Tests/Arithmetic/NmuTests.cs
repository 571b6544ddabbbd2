using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class NmuTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Nmu<T>(new(Inputs: 3, Outputs: 5));

    [Fact]
    public void Weights_of_one_and_zero_choose_the_factors()
    {
        var layer = new Nmu<double>(new(3, 2));
        new double[] { 1, 0, 1, 0, 0, 0 }.CopyTo(layer.Parameters.Single().Parameter.Values);
        layer.Refresh();
        var run = new LayerRun<double>(layer, 1, 1);
        new double[] { 3, 5, -7 }.CopyTo(run.Inputs, 0);
        Assert.Equal([-21, 1], run.Forward().Outputs);
    }

    [Fact]
    public void A_layer_without_inputs_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Nmu<float>(new(0, 2)));
}
