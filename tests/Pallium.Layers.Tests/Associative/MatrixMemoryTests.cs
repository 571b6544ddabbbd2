using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class MatrixMemoryTests
{
    /// <summary>Relative to the largest: the graph sums in another order, over many steps.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>Relative to the largest: float rounding of the sums of some hundred steps, and of the inputs.</summary>
    private const double SingleTolerance = 1e-5;

    public static TheoryData<string> Forms() => [.. All.Keys];

    private static Dictionary<string, MatrixMemoryOptions> All { get; } = new()
    {
        ["plain"] = new(2, 3, 5),
        ["full rooms"] = new(1, 16, 32),
        ["fixed"] = new(2, 4, 3) { Decay = MemoryDecay.Fixed, LogDecays = [0, -0.5] },
        ["head"] = new(2, 5, 4) { Decay = MemoryDecay.Head },
        ["key"] = new(1, 17, 18) { Decay = MemoryDecay.Key },
        ["rate, shared keys"] = new(4, 3, 4) { Decay = MemoryDecay.Rate, Groups = 2 },
        ["rate, skip"] = new(2, 3, 4) { Decay = MemoryDecay.Rate, HasSkip = true },
        ["bonus"] = new(2, 4, 5) { Decay = MemoryDecay.Key, ReadsBefore = true },
        ["bonus, head"] = new(2, 4, 5) { Decay = MemoryDecay.Head, ReadsBefore = true },
        ["bonus, no decay"] = new(2, 4, 5) { ReadsBefore = true },
        ["delta"] = new(2, 4, 5) { Write = MemoryWrite.Delta },
        ["gated delta"] = new(1, 4, 70) { Write = MemoryWrite.Delta, Decay = MemoryDecay.Head },
        ["low rank"] = new(2, 4, 5) { Write = MemoryWrite.LowRank, Decay = MemoryDecay.Key },
        ["low rank, head"] = new(1, 4, 5) { Write = MemoryWrite.LowRank, Decay = MemoryDecay.Head },
        ["low rank, no decay"] = new(1, 4, 5) { Write = MemoryWrite.LowRank },
        ["normalized, head"] = new(2, 4, 5) { Normalizes = true, Decay = MemoryDecay.Head },
        ["normalized, key"] = new(2, 4, 5) { Normalizes = true, Decay = MemoryDecay.Key },
    };

    [Theory, MemberData(nameof(Forms))]
    public void A_window_over_several_checkpoints_has_the_values_and_gradients_of_its_graph(string form)
    {
        LayerRun<double> run = Filled<double>(All[form], 150, 2).Forward().Backward();
        var described = new LayerRun<double>(new Described<double>(run.Layer), 150, 2);
        run.Inputs.CopyTo(described.Inputs, 0);
        run.Start.CopyTo(described.Start, 0);
        run.OutputWeights.CopyTo(described.OutputWeights, 0);
        run.FinalWeights.CopyTo(described.FinalWeights, 0);
        described.Forward().Backward();
        AssertClose(described.Outputs, run.Outputs);
        AssertClose(described.Final, run.Final);
        AssertClose(described.InputGradient, run.InputGradient);
        AssertClose(described.StartGradient, run.StartGradient);
        AssertClose(described.Gradients.Values.ToArray(), run.Gradients.Values.ToArray());
    }

    [Theory, MemberData(nameof(Forms))]
    public void A_long_window_has_the_bits_of_its_steps(string form)
    {
        LayerRun<float> run = Filled<float>(All[form], 150, 2).Forward();
        float[] states = [.. run.Start];
        float[] outputs = LayerRun<float>.Unwritten(2 * run.Layer.Outputs);
        float[] scratch = LayerRun<float>.Unwritten(run.Layer.StepScratch(2));
        for (int step = 0; step < run.Steps; step++)
        {
            run.Layer.Step(run.Inputs.AsSpan(step * 2 * run.Layer.Inputs, 2 * run.Layer.Inputs), run.Elapsed.AsSpan(step * 2, 2), states, outputs, scratch);
            Assert.Equal(run.Outputs[(step * outputs.Length)..((step + 1) * outputs.Length)], outputs);
        }

        Assert.Equal(run.Final, states);
    }

    [Theory, MemberData(nameof(Forms))]
    public void Single_precision_keeps_its_gradients_over_a_long_window(string form)
    {
        LayerRun<double> wide = Filled<double>(All[form], 1000, 1).Forward().Backward();
        LayerRun<float> narrow = Filled<float>(All[form], 1000, 1).Forward().Backward();
        double largest = wide.InputGradient.Max(Math.Abs);
        for (int i = 0; i < wide.InputGradient.Length; i++)
        {
            Assert.True(
                Math.Abs(wide.InputGradient[i] - narrow.InputGradient[i]) <= SingleTolerance * largest,
                $"[{i}]: {narrow.InputGradient[i]:R}, in double {wide.InputGradient[i]:R}, largest {largest}");
        }
    }

    [Fact]
    public void An_empty_window_leaves_the_state_alone()
    {
        LayerRun<double> run = Filled<double>(All["low rank"], 0, 2).Forward().Backward();
        Assert.Equal(run.Start, run.Final);
        Assert.Equal(run.FinalWeights, run.StartGradient);
    }

    [Fact]
    public void Decays_of_zero_forget_everything_and_have_finite_gradients()
    {
        LayerRun<double> run = Filled<double>(All["head"], 70, 1);
        for (int slice = 0; slice < run.Steps; slice++)
        {
            run.Inputs.AsSpan(((slice + 1) * run.Layer.Inputs) - 2, 2).Fill(-1e4);
        }

        run.Forward().Backward();
        Assert.All(run.InputGradient, gradient => Assert.True(double.IsFinite(gradient)));
        Assert.All(run.StartGradient, gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public void A_learned_start_of_a_normalized_memory_is_set_to_zero_and_others_are_kept()
    {
        double[] start = [.. Enumerable.Repeat(1.0, 2 * 3 * 6)];
        new MatrixMemory<double>(new(2, 3, 5) { Normalizes = true }).ConstrainStart(start);
        Assert.All(start, number => Assert.Equal(0, number));
        start = [.. Enumerable.Repeat(1.0, 2 * 3 * 5)];
        new MatrixMemory<double>(new(2, 3, 5)).ConstrainStart(start);
        Assert.All(start, number => Assert.Equal(1, number));
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(new(0, 3, 5));
        Refused<ArgumentOutOfRangeException>(new(2, 0, 5));
        Refused<ArgumentOutOfRangeException>(new(2, 3, 0));
        Refused<ArgumentException>(new(2, 3, 5) { Decay = MemoryDecay.Fixed, LogDecays = [-1] });
        Refused<ArgumentException>(new(2, 3, 5) { LogDecays = [-1, -1] });
        Refused<ArgumentOutOfRangeException>(new(2, 3, 5) { Decay = MemoryDecay.Fixed, LogDecays = [-1, 0.1] });
        Refused<ArgumentException>(new(2, 3, 5) { Write = MemoryWrite.Delta, Decay = MemoryDecay.Key });
        Refused<ArgumentException>(new(2, 3, 5) { Write = MemoryWrite.Delta, Normalizes = true });
        Refused<ArgumentException>(new(2, 3, 5) { ReadsBefore = true, Normalizes = true });
        Refused<ArgumentException>(new(2, 3, 5) { HasSkip = true, Normalizes = true });
        Refused<ArgumentException>(new(2, 3, 5) { Write = MemoryWrite.LowRank, ReadsBefore = true });
        Refused<ArgumentException>(new(4, 3, 5) { Groups = 3 });
    }

    /// <summary>A window whose gates, last in a slice, are such that nothing grows: log decays at most 0, β and spans from 0 to 1, keys and queries positive where they are to be.</summary>
    internal static LayerRun<T> Filled<T>(MatrixMemoryOptions options, int steps, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layer = new MatrixMemory<T>(options);
        layer.Initialize(new Rng(5));
        LayerRun<T> run = new LayerRun<T>(layer, steps, rows).Fill(17);
        T[] inputs = run.Inputs;
        int keyed = 2 * (options.Groups ?? options.Heads) * options.Keys;
        T shrink = T.CreateChecked(0.3 / Math.Sqrt(options.Keys));
        for (int slice = 0; slice < steps * rows; slice++)
        {
            Span<T> x = inputs.AsSpan(slice * layer.Inputs, layer.Inputs);
            for (int channel = 0; channel < x.Length; channel++)
            {
                bool isGate = channel >= keyed + (options.Heads * options.Values);
                bool isRank = isGate && options.Write == MemoryWrite.LowRank && channel >= layer.Inputs - (2 * options.Heads * options.Keys);
                bool isStrength = isGate && options.Write == MemoryWrite.Delta && channel < keyed + (options.Heads * (options.Values + 1));
                x[channel] = isRank ? shrink * x[channel]
                    : isStrength || (isGate && options.Decay == MemoryDecay.Rate) ? T.Abs(x[channel]) * T.CreateChecked(0.5)
                    : isGate ? -T.Abs(x[channel])
                    : channel < keyed && options.Normalizes ? T.Abs(x[channel])
                    : channel < keyed ? x[channel] / T.Sqrt(T.CreateChecked(options.Keys)) : x[channel];
            }
        }

        if (options.Normalizes)
        {
            Array.Clear(run.Start);
        }

        return run;
    }

    private static void Refused<TException>(MatrixMemoryOptions options)
        where TException : ArgumentException => Assert.ThrowsAny<TException>(() => new MatrixMemory<float>(options));

    private static void AssertClose(double[] expected, double[] found)
    {
        double largest = expected.Select(Math.Abs).Append(1).Max();
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= Tolerance * largest, $"[{i}]: {found[i]:R} instead of {expected[i]:R}");
        }
    }
}
