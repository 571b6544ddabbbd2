using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ReciprocalUnitTests : SequenceLayerLaws
{
    // A guard wide enough for central differences to follow the reciprocal through 0.
    protected override ISequenceLayer<T> Create<T>() => ReciprocalUnit.Create<T>(new(Inputs: 3, Outputs: 2) { Guard = 0.2 });

    [Fact]
    public void Whole_weights_divide()
    {
        StackedLayers<double> layer = ReciprocalUnit.Create<double>(new(2, 1) { Guard = 1e-6 });
        new double[] { 1, 0, 0, 1 }.CopyTo(layer.Parameters.Single().Parameter.Values);
        layer.Refresh();
        Assert.Equal(-3.5, Quotient(-7, 2), 1e-11);
        Assert.Equal(0, Quotient(5, 0));

        double Quotient(double a, double b)
        {
            var run = new LayerRun<double>(layer, 1, 1);
            (run.Inputs[0], run.Inputs[1]) = (a, b);
            return run.Forward().Outputs[0];
        }
    }

    [Fact]
    public void A_guard_of_zero_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => ReciprocalUnit.Create<float>(new(2, 1) { Guard = 0 }));
}
