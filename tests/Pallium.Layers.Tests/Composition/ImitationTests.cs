using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ImitationTests : SequenceLayerLaws
{
    [Fact]
    public void The_outputs_are_those_of_the_imitated_layer_and_the_losses_what_they_say()
    {
        var model = new Gru<double>(new(4, 3));
        var copy = new Lstm<double>(new(4, 3));
        StackedLayers<double> both = Imitation.Create(model, copy);
        both.Initialize(new Rng(3));
        LayerRun<double> run = new LayerRun<double>(both, 6, 2).Fill(5).Forward();
        LayerRun<double> alone = Alone(model, run, offset: 0).Forward();
        LayerRun<double> other = Alone(copy, run, offset: model.StateSize).Forward();
        Assert.Equal(alone.Outputs, run.Outputs);
        Assert.Equal(["mismatch.imitation_error", "mismatch.imitation_power"], both.AuxiliaryLosses);
        Assert.Equal(alone.Outputs.Zip(other.Outputs, (a, b) => (b - a) * (b - a)).Sum() / 3, run.Auxiliary[0], 12);
        Assert.Equal(alone.Outputs.Sum(a => a * a) / 3, run.Auxiliary[1], 12);
    }

    [Fact]
    public void Layers_of_other_widths_are_refused() =>
        Assert.Throws<ArgumentException>(() => Imitation.Create(new Gru<double>(new(4, 3)), new Gru<double>(new(4, 2))));

    protected override ISequenceLayer<T> Create<T>() => Imitation.Create(new Gru<T>(new(4, 3)), new Lstm<T>(new(4, 3)));

    private static LayerRun<double> Alone(ISequenceLayer<double> layer, LayerRun<double> run, int offset)
    {
        var alone = new LayerRun<double>(layer, run.Steps, run.Rows);
        run.Inputs.CopyTo(alone.Inputs, 0);
        run.Elapsed.CopyTo(alone.Elapsed, 0);
        for (int row = 0; row < run.Rows; row++)
        {
            run.Start.AsSpan((row * run.Layer.StateSize) + offset, layer.StateSize).CopyTo(alone.Start.AsSpan(row * layer.StateSize));
        }

        return alone;
    }
}
