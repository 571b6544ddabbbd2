using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>What holds for every layer. A layer's tests inherit from this and say how to make one.</summary>
public abstract class SequenceLayerLaws
{
    private const int Steps = 5;
    private const int Rows = 3;

    /// <summary>Relative to the largest output: both forms do the same operations, up to the order of sums.</summary>
    private const double StepTolerance = 1e-12;

    /// <summary>Relative to max(1, |g|): central differences at 1e-5 in double leave about 1e-10 of truncation and rounding.</summary>
    private const double DifferenceTolerance = 2e-7;

    /// <summary>Relative to max(1, the largest gradient): the graph's reverse sums in another order.</summary>
    private const double GraphTolerance = 1e-11;

    /// <summary>Relative to max(1, |y|): float rounding through a few recurrent steps.</summary>
    private const double SingleTolerance = 2e-4;

    /// <summary>Makes the layer, small enough to differentiate numerically.</summary>
    protected abstract ISequenceLayer<T> Create<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Brings a random start state, one row, to one that the test is about; by default it stays as it is.</summary>
    protected virtual void Settle<T>(Span<T> start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    [Fact]
    public void A_window_equals_the_steps_one_by_one()
    {
        LayerRun<double> run = Run<double>(Steps, Rows).Forward();
        double[] states = [.. run.Start];
        double[] scratch = LayerRun<double>.Unwritten(run.Layer.StepScratch(Rows));
        double[] outputs = LayerRun<double>.Unwritten(Rows * run.Layer.Outputs);
        double largest = run.Outputs.Max(Math.Abs);
        for (int step = 0; step < Steps; step++)
        {
            run.Layer.Step(
                run.Inputs.AsSpan(step * Rows * run.Layer.Inputs, Rows * run.Layer.Inputs), run.Elapsed.AsSpan(step * Rows, Rows), states, outputs, scratch);
            AssertClose(run.Outputs[(step * outputs.Length)..((step + 1) * outputs.Length)], outputs, StepTolerance * largest);
        }

        AssertClose(run.Final, states, StepTolerance * Math.Max(1, largest));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(19)]
    public void Rows_together_have_the_bits_of_rows_alone(int rows)
    {
        AssertRowsAlone<double>(rows);
        AssertRowsAlone<float>(rows);
    }

    [Fact]
    public void Rows_stepped_together_have_the_bits_of_rows_alone()
    {
        LayerRun<float> run = Run<float>(1, 6);
        ISequenceLayer<float> layer = run.Layer;
        float[] states = [.. run.Start];
        float[] outputs = LayerRun<float>.Unwritten(run.Outputs.Length);
        layer.Step(run.Inputs, run.Elapsed, states, outputs, LayerRun<float>.Unwritten(layer.StepScratch(6)));
        for (int row = 0; row < run.Rows; row++)
        {
            float[] state = run.RowOf(run.Start, row);
            float[] output = LayerRun<float>.Unwritten(layer.Outputs);
            layer.Step(run.RowOf(run.Inputs, row), [run.Elapsed[row]], state, output, LayerRun<float>.Unwritten(layer.StepScratch(1)));
            AssertSameBits(run.RowOf(outputs, row), output);
            AssertSameBits(run.RowOf(states, row), state);
        }
    }

    [Fact]
    public void Input_elapsed_and_start_gradients_agree_with_central_differences()
    {
        LayerRun<double> run = Run<double>(Steps, Rows).Forward().Backward();
        AssertDifferences(run, run.Inputs, run.InputGradient, "inputs", run.Inputs.Length);
        AssertDifferences(run, run.Elapsed, run.ElapsedGradient, "elapsed", run.Elapsed.Length);
        AssertDifferences(run, run.Start, run.StartGradient, "start", run.Start.Length);
    }

    [Fact]
    public void Gradients_of_auxiliary_losses_agree_with_central_differences()
    {
        LayerRun<double> run = Run<double>(Steps, Rows);
        run.OutputWeights.AsSpan().Clear();
        run.FinalWeights.AsSpan().Clear();
        for (int i = 0; i < run.AuxiliaryWeights.Length; i++)
        {
            run.AuxiliaryWeights[i] = i + 1;
        }

        run.Forward().Backward();
        AssertDifferences(run, run.Inputs, run.InputGradient, "inputs", run.Inputs.Length);
        foreach ((string name, Parameter<double> parameter) in run.Set.Items)
        {
            AssertDifferences(run, parameter.Values, run.Gradients[parameter].ToArray(), name, 12);
        }
    }

    [Fact]
    public void Parameter_gradients_agree_with_central_differences()
    {
        LayerRun<double> run = Run<double>(Steps, Rows).Forward().Backward();
        foreach ((string name, Parameter<double> parameter) in run.Set.Items)
        {
            AssertDifferences(run, parameter.Values, run.Gradients[parameter].ToArray(), name, 12);
        }
    }

    [Fact]
    public void The_graph_computes_the_step_and_its_gradients()
    {
        LayerRun<double> run = Run<double>(1, 1).Forward().Backward();
        var described = new LayerRun<double>(new Described<double>(run.Layer), 1, 1);
        run.Inputs.CopyTo(described.Inputs, 0);
        run.Elapsed.CopyTo(described.Elapsed, 0);
        run.Start.CopyTo(described.Start, 0);
        run.OutputWeights.CopyTo(described.OutputWeights, 0);
        run.FinalWeights.CopyTo(described.FinalWeights, 0);
        described.Forward().Backward();
        AssertClose(described.Outputs, run.Outputs, StepTolerance * Largest(run.Outputs));
        AssertClose(described.Final, run.Final, StepTolerance * Largest(run.Final));
        AssertClose(described.InputGradient, run.InputGradient, GraphTolerance * Largest(run.InputGradient));
        AssertClose(described.ElapsedGradient, run.ElapsedGradient, GraphTolerance * Largest(run.ElapsedGradient));
        AssertClose(described.StartGradient, run.StartGradient, GraphTolerance * Largest(run.StartGradient));
        AssertClose(described.Gradients.Values.ToArray(), run.Gradients.Values.ToArray(), GraphTolerance * Largest(run.Gradients.Values.ToArray()));

        static double Largest(double[] values) => values.Select(Math.Abs).Append(1).Max();
    }

    [Fact]
    public void Step_allocates_nothing()
    {
        LayerRun<float> run = Run<float>(1, 1);
        float[] states = [.. run.Start];
        var scratch = new float[run.Layer.StepScratch(1)];

        // The run time may allocate for itself now and then, while it replaces code; a step that allocates does so every time.
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
            {
                run.Layer.Step(run.Inputs, run.Elapsed, states, run.Outputs, scratch);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Single_precision_agrees_with_double()
    {
        LayerRun<double> wide = Run<double>(Steps, Rows).Forward().Backward();
        LayerRun<float> narrow = Run<float>(Steps, Rows).Forward().Backward();
        AssertSingle(wide.Outputs, narrow.Outputs);
        AssertSingle(wide.Final, narrow.Final);
        AssertSingle(wide.InputGradient, narrow.InputGradient);
        AssertSingle(wide.ElapsedGradient, narrow.ElapsedGradient);
        AssertSingle(wide.StartGradient, narrow.StartGradient);
        AssertSingle(wide.Gradients.Values, narrow.Gradients.Values);
    }

    [Fact]
    public void Two_half_windows_with_carried_state_equal_one()
    {
        LayerRun<double> whole = Run<double>(Steps, Rows).Forward().Backward();
        LayerRun<double> early = whole.Part(0, 2, whole.Start).Forward();
        LayerRun<double> late = whole.Part(2, Steps - 2, early.Final).Forward();
        AssertSameBits(whole.Outputs, [.. early.Outputs, .. late.Outputs]);
        AssertSameBits(whole.Final, late.Final);
        whole.FinalWeights.CopyTo(late.FinalWeights, 0);
        late.Backward();
        late.StartGradient.CopyTo(early.FinalWeights, 0);
        early.Backward();
        AssertClose(whole.InputGradient, [.. early.InputGradient, .. late.InputGradient], 1e-12 * Math.Max(1, whole.InputGradient.Max(Math.Abs)));
        AssertClose(whole.StartGradient, early.StartGradient, 1e-12 * Math.Max(1, whole.StartGradient.Select(Math.Abs).DefaultIfEmpty().Max()));
    }

    [Fact]
    public void Backward_adds_to_what_is_there()
    {
        LayerRun<double> once = Run<double>(Steps, Rows).Forward().Backward();
        LayerRun<double> twice = Run<double>(Steps, Rows).Forward().Backward().Backward();
        AssertTwice(once.InputGradient, twice.InputGradient);
        AssertTwice(once.ElapsedGradient, twice.ElapsedGradient);
        AssertTwice(once.StartGradient, twice.StartGradient);
        AssertTwice(once.Gradients.Values, twice.Gradients.Values);
    }

    [Fact]
    public void Gradients_that_are_not_wanted_need_no_room()
    {
        LayerRun<double> run = Run<double>(Steps, Rows).Forward().Backward();
        Gradients<double> found = run.Set.NewGradients();
        run.Layer.Backward(
            new SequencePass<double>
            {
                Steps = Steps,
                Rows = Rows,
                Inputs = run.Inputs,
                Elapsed = run.Elapsed,
                Start = run.Start,
                Outputs = run.Outputs,
                Final = run.Final,
                Trace = run.Trace,
                Scratch = new double[run.Layer.PassScratch(Steps, Rows)],
                Auxiliary = new double[run.Layer.AuxiliaryLosses.Count],
            },
            new SequenceGradients<double> { Outputs = run.OutputWeights, Final = run.FinalWeights, Parameters = found });
        AssertSameBits(run.Gradients.Values.ToArray(), found.Values.ToArray());
    }

    [Fact]
    public void The_cost_counts_every_parameter()
    {
        ISequenceLayer<float> layer = Create<float>();
        Assert.Equal(4 * layer.StateSize, layer.Cost.StateBytes);
        Assert.Equal(4 * layer.Parameters.Sum(item => (long)item.Parameter.Length), layer.Cost.WeightBytes);
    }

    private LayerRun<T> Run<T>(int steps, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ISequenceLayer<T> layer = Create<T>();
        layer.Initialize(new Rng(5));
        LayerRun<T> run = new LayerRun<T>(layer, steps, rows).Fill(17);
        for (int row = 0; row < rows; row++)
        {
            Settle(run.Start.AsSpan(row * layer.StateSize, layer.StateSize));
        }

        return run;
    }

    private void AssertRowsAlone<T>(int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayerRun<T> together = Run<T>(Steps, rows).Forward().Backward();
        for (int row = 0; row < rows; row++)
        {
            LayerRun<T> alone = together.Row(row).Forward().Backward();
            AssertSameBits(together.Columns(together.Outputs, row), alone.Outputs);
            AssertSameBits(together.RowOf(together.Final, row), alone.Final);
            AssertSameBits(together.Columns(together.InputGradient, row), alone.InputGradient);
            AssertSameBits(together.Columns(together.ElapsedGradient, row), alone.ElapsedGradient);
            AssertSameBits(together.RowOf(together.StartGradient, row), alone.StartGradient);
        }
    }

    private static void AssertDifferences(LayerRun<double> run, Span<double> values, double[] gradient, string name, int samples)
    {
        const double Width = 1e-5;
        int stride = Math.Max(1, values.Length / Math.Max(1, samples));
        for (int i = 0; i < values.Length; i += stride)
        {
            double middle = values[i];
            values[i] = middle + Width;
            run.Layer.Refresh();
            double above = run.Loss();
            values[i] = middle - Width;
            run.Layer.Refresh();
            double below = run.Loss();
            values[i] = middle;
            run.Layer.Refresh();
            double expected = (above - below) / (2 * Width);
            Assert.True(
                Math.Abs(expected - gradient[i]) <= DifferenceTolerance * Math.Max(1, Math.Abs(expected)),
                $"{name}[{i}]: {gradient[i]:R} where differences give {expected:R}");
        }
    }

    private static void AssertSingle(ReadOnlySpan<double> expected, ReadOnlySpan<float> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= SingleTolerance * Math.Max(1, Math.Abs(expected[i])), $"[{i}]: {found[i]:R}, in double {expected[i]:R}");
        }
    }

    private static void AssertTwice(ReadOnlySpan<double> once, ReadOnlySpan<double> twice)
    {
        for (int i = 0; i < once.Length; i++)
        {
            Assert.Equal(2 * once[i], twice[i], 1e-12 * Math.Max(1, Math.Abs(once[i])));
        }
    }

    private static void AssertSameBits<T>(T[] expected, T[] found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.False(T.IsNaN(expected[i]), $"[{i}] was not written");
            Assert.True(expected[i] == found[i], $"[{i}]: {found[i]} instead of {expected[i]}");
        }
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= tolerance, $"[{i}]: {found[i]:R} instead of {expected[i]:R}");
        }
    }
}
