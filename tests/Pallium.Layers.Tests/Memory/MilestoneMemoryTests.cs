using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class MilestoneMemoryTests : SequenceLayerLaws
{
    private const int Entries = 4;

    [Fact]
    public void Only_slices_whose_gate_is_open_are_kept_and_the_least_used_makes_way()
    {
        // x = (key, value, gate): q = 3 key, k = key, v = value, g = gate.
        MilestoneMemory<double> layer = Plain();
        var state = new double[layer.StateSize];
        Step(1, 10, 2);
        Assert.Equal([10, 0], Values());
        Step(-1, 20, -0.1);
        Assert.Equal([10, 0], Values());
        Step(-1, 20, 0.1);
        Assert.Equal([10, 20], Values());

        // Reads with key -1 use the second entry; the third kept slice replaces the first.
        Step(-1, 0, -9);
        Step(-1, 0, -9);
        Step(1, 30, 1);
        Assert.Equal([30, 20], Values());

        void Step(double key, double value, double gate) => layer.Step([key, value, gate], [1], state, new double[1], new double[layer.StepScratch(1)]);
        double[] Values() => state[2..4];
    }

    [Fact]
    public void A_read_is_softmax_attention_over_entries_and_the_slice_itself()
    {
        MilestoneMemory<double> layer = Plain();
        double[] state = [0.5, -1, 10, 20, 0.75, 0.9, 1, 2];
        var y = new double[1];
        layer.Step([0.7, 5, -0.4], [1], state, y, new double[layer.StepScratch(1)]);
        double share = 1 / (1 + Math.Exp(0.4));
        double[] weights = [0.75 * Math.Exp(2.1 * 0.5), 0.9 * Math.Exp(-2.1), share * Math.Exp(2.1 * 0.7)];
        Assert.Equal(((weights[0] * 10) + (weights[1] * 20) + (weights[2] * 5)) / weights.Sum(), y[0], 1e-12);
        Assert.Equal(0.75 + (weights[0] / weights.Sum()), state[6], 1e-12);
    }

    [Fact]
    public void Gates_that_are_closed_tight_leave_finite_numbers()
    {
        MilestoneMemory<double> layer = Plain();
        var state = new double[layer.StateSize];
        var y = new double[1];
        layer.Step([1, 7, -1e4], [1], state, y, new double[layer.StepScratch(1)]);
        Assert.Equal(7, y[0]);
        Assert.All(state, number => Assert.Equal(0, number));
    }

    private static MilestoneMemory<double> Plain()
    {
        var layer = new MilestoneMemory<double>(new(3, 1, 2) { Keys = 1, Span = 4 });
        double[] map = [3, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
        map.CopyTo(layer.Parameters.First().Parameter.Values);
        layer.Refresh();
        return layer;
    }

    protected override ISequenceLayer<T> Create<T>() => new MilestoneMemory<T>(new(3, 2, Entries) { Keys = 3, Span = 5 });

    /// <summary>Three places hold entries, one is empty: gates of 0.6 to 0.9 and usages that differ stay away from where a choice changes.</summary>
    protected override void Settle<T>(Span<T> start)
    {
        for (int j = 0; j < Entries; j++)
        {
            start[^((2 * Entries) - j)] = j == 2 ? T.Zero : T.CreateChecked(0.6 + (0.1 * j));
            start[^(Entries - j)] = T.CreateChecked(0.3 + (0.17 * ((j * 3) % Entries)));
        }
    }
}
