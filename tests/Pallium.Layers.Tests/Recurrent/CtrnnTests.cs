using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class CtrnnTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ctrnn<T>(new(Inputs: 3, Units: 5) { Unfolds = 3 });

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Without_recurrence_the_solution_is_exact_for_any_time(int unfolds)
    {
        (Ctrnn<double> layer, Dictionary<string, Parameter<double>> parameters) = Drawn(unfolds);
        parameters["U"].Values.Clear();
        layer.Refresh();
        foreach (double time in new[] { 0.01, 1, 40 })
        {
            double[] state = [0.3];
            double drive = Math.Tanh((0.7 * parameters["W"].Values[0]) + parameters["b"].Values[0]);
            double expected = (2 * drive) + ((0.3 - (2 * drive)) * Math.Exp(-time / 2));
            layer.Step([0.7], [time], state, new double[1], new double[layer.StepScratch(1)]);
            Assert.Equal(expected, state[0], 1e-14);
        }
    }

    [Fact]
    public void More_unfolds_come_nearer_to_the_solution_in_proportion()
    {
        double fine = After(4096);
        double[] errors = [.. new[] { 8, 16, 32 }.Select(unfolds => Math.Abs(After(unfolds) - fine))];
        Assert.InRange(errors[0] / errors[1], 1.9, 2.1);
        Assert.InRange(errors[1] / errors[2], 1.9, 2.1);
    }

    [Fact]
    public void A_state_stays_below_the_time_constant_however_long_the_step()
    {
        (Ctrnn<double> layer, Dictionary<string, Parameter<double>> parameters) = Drawn(1);
        parameters["U"].Values[0] = 30;
        parameters["b"].Values[0] = 30;
        layer.Refresh();
        double[] state = [0];
        foreach (double time in new[] { 1e3, 1e-3, 1e6 })
        {
            layer.Step([1], [time], state, new double[1], new double[layer.StepScratch(1)]);
            Assert.InRange(Math.Abs(state[0]), 0, 2);
        }
    }

    [Fact]
    public void A_layer_without_unfolds_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ctrnn<float>(new(3, 4) { Unfolds = 0 }));

    private static double After(int unfolds)
    {
        (Ctrnn<double> layer, Dictionary<string, Parameter<double>> parameters) = Drawn(unfolds);
        parameters["U"].Values[0] = -1.5;
        layer.Refresh();
        double[] state = [0.3];
        layer.Step([0.7], [1], state, new double[1], new double[layer.StepScratch(1)]);
        return state[0];
    }

    /// <summary>One neuron of time constant 2.</summary>
    private static (Ctrnn<double> Layer, Dictionary<string, Parameter<double>> Parameters) Drawn(int unfolds)
    {
        var layer = new Ctrnn<double>(new(1, 1) { Unfolds = unfolds });
        layer.Initialize(new Rng(4));
        Dictionary<string, Parameter<double>> parameters = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter);
        parameters["tau"].Values[0] = 2;
        return (layer, parameters);
    }
}
