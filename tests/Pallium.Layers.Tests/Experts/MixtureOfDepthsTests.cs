using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class DepthGateTests : SequenceLayerLaws
{
    /// <summary>However the scores fall, every run of slices keeps to its share.</summary>
    [Theory]
    [InlineData(0.125, 4, 1)]
    [InlineData(0.5, 16, 2)]
    [InlineData(0.9, 2, 3)]
    public void The_budget_is_kept_over_every_window(double share, double slack, ulong seed)
    {
        const int Steps = 3000;
        var rng = new Rng(seed);
        var gate = new DepthGate<double>(new(share) { Slack = slack });
        double[] state = [0];
        double[] let = new double[Steps + 1];
        double[] y = [0];
        for (int step = 0; step < Steps; step++)
        {
            // Long stretches of high and of low scores, between noise.
            double p = (step / 300 % 3) switch { 0 => 0.999, 1 => 0.001, _ => rng.Uniform() };
            gate.Step([p], [1], state, y, []);
            let[step + 1] = let[step] + (y[0] != 0 ? 1 : 0);
        }

        for (int from = 0; from < Steps; from += 7)
        {
            for (int to = from + 1; to <= Steps; to += 131)
            {
                Assert.InRange(let[to] - let[from] - (share * (to - from)), -2 * (slack + 1), 2 * (slack + 1));
            }
        }
    }

    [Fact]
    public void Learning_may_take_the_best_of_a_window()
    {
        LayerRun<double> run = new(new DepthGate<double>(new(0.5) { LearnsFromWholeWindow = true }), 4, 1) { Noise = new Rng(1) };
        new[] { 0.1, 0.4, 0.2, 0.3 }.CopyTo(run.Inputs, 0);
        Assert.Equal([0, 0.4, 0, 0.3], run.Forward().Outputs);
    }

    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(new Activation<T>(new(1, ActivationKind.Sigmoid)), new DepthGate<T>(new(0.5) { Slack = 3 }));
}

public sealed class DepthLaws() : MixtureLaws("depth(0.5,gru(4),slack=2)");
