using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ExpertGateTests : SequenceLayerLaws
{
    [Fact]
    public void The_largest_share_the_weight()
    {
        var weights = new double[4];
        var router = new ExpertGate<double>(new(4, 2) { Normalizes = true });
        router.Step([1, 3, 2, 3], [1], [], weights, new double[router.StepScratch(1)]);
        Assert.All(weights.Zip([0, 0.5, 0, 0.5]), pair => Assert.Equal(pair.Second, pair.First, 1e-15));
    }

    [Fact]
    public void Equal_ones_are_chosen_in_order()
    {
        var weights = new float[3];
        var router = new ExpertGate<float>(new(3, 2) { Normalizes = true });
        router.Step([7, 7, 7], [1], [], weights, new float[router.StepScratch(1)]);
        Assert.Equal([0.5f, 0.5f, 0], weights);
    }

    [Fact]
    public void Published_choices_are_made()
    {
        GoldenFile[] files = [.. Repository.GoldenFiles().Select(path => new GoldenFile(path)).Where(file => file.Case.StartsWith("mom_", StringComparison.Ordinal))];
        Assert.SkipWhen(files.Length == 0, "No reference values found; PALLIUM_GOLDEN names their folder.");
        foreach (GoldenFile file in files)
        {
            (int inputs, int memories, int chosen) = (file.Int("D"), file.Int("memories"), file.Int("topk"));
            double[] x = file["input/x"];
            double[] weight = file["param/Wg"];
            long[] selected = file.Indices("output/selected");
            var router = new ExpertGate<double>(new(memories, chosen) { Normalizes = true });
            for (int slice = 0; slice < x.Length / inputs; slice++)
            {
                double[] logits = [.. Enumerable.Range(0, memories).Select(m => Enumerable.Range(0, inputs).Sum(i => weight[(m * inputs) + i] * x[(slice * inputs) + i]))];
                var shares = new double[memories];
                router.Step(logits, [1], [], shares, new double[router.StepScratch(1)]);
                int[] found = [.. Enumerable.Range(0, memories).OrderByDescending(m => shares[m]).Take(chosen)];
                Assert.Equal(selected[(slice * chosen)..((slice + 1) * chosen)].Select(id => (int)id), found);
                Assert.Equal(chosen, shares.Count(share => share > 0));
            }
        }
    }

    [Fact]
    public void A_second_expert_is_chosen_only_where_it_is_nearly_as_likely()
    {
        var gate = new ExpertGate<double>(new(3, 2) { Margin = 0.3 });
        double[] Weights(params double[] shares)
        {
            var weights = new double[3];
            gate.Step([.. shares.Select(share => Elementary.Log(share))], [1], [], weights, new double[gate.StepScratch(1)]);
            return [.. weights.Select(weight => Math.Round(weight, 12))];
        }

        Assert.Equal([0.5, 0.3, 0], Weights(0.5, 0.3, 0.2));
        Assert.Equal([0.6, 0, 0], Weights(0.6, 0.25, 0.15));
    }

    [Fact]
    public void The_balance_loss_is_least_where_all_experts_take_the_same()
    {
        Assert.Equal(0.01, Balance(new double[] { 5, 0, 0, 5 }), 1e-2 * 0.01);
        Assert.True(Balance([5, 0, 5, 0]) > 0.0198);

        static double Balance(double[] scores)
        {
            LayerRun<double> run = new(new ExpertGate<double>(new(2, 1) { Balance = 0.01 }), 2, 1);
            scores.CopyTo(run.Inputs, 0);
            return run.Forward().Auxiliary[0] / 2;
        }
    }

    [Fact]
    public void A_bias_chooses_and_does_not_weigh()
    {
        var gate = new ExpertGate<double>(new(3, 1) { BiasLoss = 1 });
        gate.Parameters.Single().Parameter.Values[2] = 2;
        var weights = new double[3];
        gate.Step([1, 0, 0], [1], [], weights, new double[gate.StepScratch(1)]);
        Assert.Equal([0.0, 0.0], weights[..2]);
        Assert.Equal(1 / (Math.E + 2), weights[2], 1e-12);
    }

    [Fact]
    public void The_bias_of_an_expert_that_takes_too_much_falls()
    {
        var gate = new ExpertGate<double>(new(2, 1) { BiasLoss = 0.5 });
        LayerRun<double> run = new(gate, 4, 1);
        new double[] { 1, 0, 1, 0, 1, 0, 0, 1 }.CopyTo(run.Inputs, 0);
        run.Forward();
        run.AuxiliaryWeights[0] = 1;
        run.Backward();

        // Three of four slices, where two are fair; a step against the gradient lowers the first bias.
        Assert.Equal([0.5, -0.5], run.Gradients.Values.ToArray());
    }

    [Fact]
    public void Capacity_limits_learning_and_nothing_else()
    {
        var gate = new ExpertGate<double>(new(2, 1) { Capacity = 1 });
        LayerRun<double> learning = new(gate, 2, 2) { Noise = new Rng(1) };
        LayerRun<double> answering = new(gate, 2, 2);
        foreach (LayerRun<double> run in new[] { learning, answering })
        {
            // Three slices choose the first of two experts, which has room for two: those of the first row, and then one of the second.
            new double[] { 1, 0, 1, 0, 1, 0, 0, 1 }.CopyTo(run.Inputs, 0);
            run.Forward();
        }

        Assert.Equal([1, 1, 1, 1], answering.Outputs.Chunk(2).Select(slice => slice.Count(weight => weight > 0)));
        Assert.Equal([1, 0, 1, 1], learning.Outputs.Chunk(2).Select(slice => slice.Count(weight => weight > 0)));
    }

    [Fact]
    public void Learning_that_begins_dense_ends_with_a_few()
    {
        var gate = new ExpertGate<double>(new(4, 1) { BeginsDense = true });
        Assert.Equal([4, 3, 1, 1], new[] { 1, 0.75, 0.5, 0 }.Select(ahead =>
        {
            LayerRun<double> run = new(gate, 1, 1) { Noise = new Rng(1), Ahead = ahead };
            return run.Forward().Outputs.Count(weight => weight > 0);
        }));
    }

    [Fact]
    public void More_than_there_are_cannot_be_chosen() => Assert.Throws<ArgumentOutOfRangeException>(() => new ExpertGate<float>(new(3, 4)));

    protected override ISequenceLayer<T> Create<T>() => new ExpertGate<T>(new(5, 2) { Normalizes = true, Balance = 0.3, ScoreLoss = 0.2 });
}

public sealed class ProbabilityGateTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ExpertGate<T>(new(4, 2) { Balance = 0.5, Shares = [0.75, 0.75, 1, 1] });
}

public sealed class BiasedGateTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ExpertGate<T>(new(5, 2) { Normalizes = true, Balance = 0.2, BiasLoss = 0.3, ScoreLoss = 0.1 });
}

public sealed class MarginGateTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ExpertGate<T>(new(4, 3) { Margin = 0.25, Normalizes = true, ScoreLoss = 0.1 });
}
