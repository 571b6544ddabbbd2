using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class StepwiseTaskTests
{
    private const int Steps = 8;

    [Fact]
    public void The_parity_of_the_last_two_inputs_is_learned_which_needs_memory()
    {
        StepwiseTask<float> task = Task("gru(16)", StepwiseGoal.Classification, out SequenceWindows<float> test);
        new Trainer<float>(task, Options(threads: 1)).Run();
        using var runner = new ChunkRunner(1);
        StepwiseScore score = task.Score(test, runner);
        Assert.True(score.Error < 0.02, $"{score}");
    }

    [Fact]
    public void A_bit_is_learned_and_only_bits_that_are_asked_for_count()
    {
        StepwiseTask<float> task = Task("gru(16)", StepwiseGoal.Bits, out SequenceWindows<float> test);
        new Trainer<float>(task, Options(threads: 1)).Run();
        using var runner = new ChunkRunner(1);
        StepwiseScore score = task.Score(test, runner);
        Assert.True(score.Error < 0.02 && score.Loss < 0.1, $"{score}");
        Assert.Equal(0, score.Error * 50 * (Steps - 1) % 1, 1e-9);
    }

    [Fact]
    public void A_difference_is_regressed_on()
    {
        StepwiseTask<float> task = Task("lstm(16)", StepwiseGoal.Regression, out SequenceWindows<float> test);
        new Trainer<float>(task, Options(threads: 1)).Run();
        using var runner = new ChunkRunner(1);
        StepwiseScore score = task.Score(test, runner);
        Assert.Equal(score.Loss, score.Error);
        Assert.True(score.Loss < 0.02, $"{score}");
    }

    [Fact]
    public void Bits_do_not_depend_on_threads()
    {
        Assert.Equal(Learned(1), Learned(2));

        static float[] Learned(int threads)
        {
            StepwiseTask<float> task = Task("dropout(0.1)+liquid(8)", StepwiseGoal.Classification, out _);
            new Trainer<float>(task, Options(threads) with { Steps = 20 }).Run();
            return [.. task.Parameters.Items.SelectMany(item => item.Parameter.Values.ToArray())];
        }
    }

    [Theory]
    [InlineData(StepwiseGoal.Classification)]
    [InlineData(StepwiseGoal.Regression)]
    [InlineData(StepwiseGoal.Bits)]
    public void Steps_without_weight_count_for_nothing(StepwiseGoal goal)
    {
        const double Tolerance = 1e-12;
        SequenceWindows<double> windows = Windows<double>(16, goal, new Rng(3));
        double[] weights = [.. Enumerable.Range(0, 16 * Steps).Select(i => i % Steps < 5 ? 1.0 : 0)];
        double[] others = [.. windows.Targets.Select((target, i) => i % Steps < 5 ? target : 1 - target)];
        var changed = new SequenceWindows<double>(Steps, windows.Inputs, 1, others, 1) { Weights = weights };
        var task = new StepwiseTask<double>(
            new StepwiseModel<double>(StackText.Parse("gru(3)").Build<double>(1), goal == StepwiseGoal.Classification ? 2 : 1, goal), changed, changed, new StepwiseOptions(), new Rng(4));
        Gradients<double> gradients = task.Parameters.NewGradients();
        task.Begin(0, 1);
        Assert.Equal(16 * (goal == StepwiseGoal.Bits ? 4 : 5), task.Learn(0, 0, gradients).Weight);
        using var runner = new ChunkRunner(1);
        StepwiseScore score = task.Score(changed, runner);
        double[] readouts = task.Predict(windows, runner);
        int width = readouts.Length / weights.Length;
        double LossOf(int step, double target) => goal switch
        {
            StepwiseGoal.Regression => Math.Pow(readouts[step] - target, 2),
            StepwiseGoal.Bits => Math.Log(1 + Math.Exp(readouts[step])) - (target * readouts[step]),
            _ => Math.Log(Math.Exp(readouts[step * width]) + Math.Exp(readouts[(step * width) + 1])) - readouts[(step * width) + (int)target],
        };
        double[] losses = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0 && !double.IsNaN(windows.Targets[i])).Select(i => LossOf(i, windows.Targets[i]))];
        Assert.Equal(losses.Average(), score.Loss, Tolerance);
    }

    [Theory]
    [InlineData(StepwiseGoal.Classification)]
    [InlineData(StepwiseGoal.Regression)]
    [InlineData(StepwiseGoal.Bits)]
    public void Gradients_match_central_differences(StepwiseGoal goal)
    {
        SequenceWindows<double> windows = Windows<double>(16, goal, new Rng(3));
        var model = new StepwiseModel<double>(StackText.Parse("gru(3)").Build<double>(1), goal == StepwiseGoal.Classification ? 2 : 1, goal);
        var task = new StepwiseTask<double>(model, windows, windows, new StepwiseOptions(), new Rng(4));
        Gradients<double> gradients = model.Parameters.NewGradients();
        task.Begin(0, 1);
        ChunkLoss loss = task.Learn(0, 0, gradients);
        Assert.Equal(goal == StepwiseGoal.Bits ? 16 * (Steps - 1) : 16 * Steps, loss.Weight);
        double[] analytic = gradients.Values.ToArray();
        const double Step = 1e-5;
        int at = 0;
        foreach ((string name, Parameter<double> parameter) in model.Parameters.Items)
        {
            for (int i = 0; i < parameter.Length; i++, at++)
            {
                double value = parameter.Values[i];
                double difference = Loss(parameter, i, value + Step) - Loss(parameter, i, value - Step);
                Loss(parameter, i, value);
                Assert.True(Math.Abs((difference / (2 * Step)) - analytic[at]) < 1e-5 * (1 + Math.Abs(analytic[at])), $"{name}[{i}]");
            }
        }

        double Loss(Parameter<double> parameter, int i, double value)
        {
            parameter.Values[i] = value;
            model.Refresh();
            return task.Learn(0, 0, model.Parameters.NewGradients()).Sum;
        }
    }

    [Fact]
    public void A_batch_that_cannot_be_cut_into_chunks_is_refused()
    {
        SequenceWindows<float> windows = Windows<float>(64, StepwiseGoal.Regression, new Rng(1));
        var model = new StepwiseModel<float>(StackText.Parse("gru(3)").Build<float>(1), 1, StepwiseGoal.Regression);
        Assert.Throws<ArgumentException>(() => new StepwiseTask<float>(model, windows, windows, new StepwiseOptions { BatchSize = 20 }, new Rng(1)));
        Assert.Throws<ArgumentException>(() => new StepwiseTask<float>(model, windows, windows, new StepwiseOptions { BatchSize = 80 }, new Rng(1)));
    }

    [Fact]
    public void Arrays_that_are_no_windows_are_refused() =>
        Assert.Throws<ArgumentException>(() => new SequenceWindows<float>(4, new float[9], 1, new float[8], 1));

    private static TrainerOptions Options(int threads) => new()
    {
        Steps = 600,
        Schedule = new RateSchedule(0.01),
        Patience = null,
        Threads = threads,
    };

    private static StepwiseTask<float> Task(string stack, StepwiseGoal goal, out SequenceWindows<float> test)
    {
        test = Windows<float>(50, goal, new Rng(2));
        var model = new StepwiseModel<float>(StackText.Parse(stack).Build<float>(1), goal == StepwiseGoal.Classification ? 2 : 1, goal);
        return new StepwiseTask<float>(
            model, Windows<float>(200, goal, new Rng(1)), test, new StepwiseOptions { BatchSize = 32, ChoosesByError = true }, new Rng(7));
    }

    /// <summary>Random bits; the class is whether the last two differ, the number is by how much, the bit, not asked for at first, is the class.</summary>
    private static SequenceWindows<T> Windows<T>(int count, StepwiseGoal goal, Rng rng)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var inputs = new T[count * Steps];
        var targets = new T[count * Steps];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = T.CreateChecked(rng.Below(2));
            T before = i % Steps == 0 ? T.Zero : inputs[i - 1];
            targets[i] = goal switch
            {
                StepwiseGoal.Bits when i % Steps == 0 => T.NaN,
                StepwiseGoal.Regression => inputs[i] - before,
                _ => T.Abs(inputs[i] - before),
            };
        }

        return new SequenceWindows<T>(Steps, inputs, 1, targets, 1);
    }
}
