using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class NaluTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Nalu<T>(new(Inputs: 3, Outputs: 5));

    [Fact]
    public void Inputs_of_zero_have_finite_gradients()
    {
        ISequenceLayer<double> layer = Create<double>();
        layer.Initialize(new Rng(1));
        LayerRun<double> run = new LayerRun<double>(layer, 1, 1).Fill(2);
        run.Inputs[1] = 0;
        run.Forward().Backward();
        Assert.All(run.Outputs, y => Assert.True(double.IsFinite(y)));
        Assert.All(run.InputGradient, dx => Assert.True(double.IsFinite(dx)));
        Assert.All(run.Gradients.Values.ToArray(), dw => Assert.True(double.IsFinite(dw)));
    }

    [Fact]
    public void An_epsilon_of_zero_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Nalu<float>(new(3, 2) { Epsilon = 0 }));
}
