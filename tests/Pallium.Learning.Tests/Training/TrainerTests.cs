using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class TrainerTests
{
    [Fact]
    public void Least_squares_is_learned_and_the_bits_do_not_depend_on_threads()
    {
        double[] one = Learn(threads: 1, out TrainingOutcome outcome);
        double[] two = Learn(threads: 2, out _);
        Assert.Equal(one, two);
        Assert.True(outcome.BestLoss < 1e-3, $"loss {outcome.BestLoss} from {outcome.StartLoss}");
    }

    [Fact]
    public void Cancelling_keeps_the_best_weights()
    {
        using var source = new CancellationTokenSource();
        var task = new LeastSquares(1);
        TrainingOutcome outcome = new Trainer<double>(task, new TrainerOptions { Steps = 10_000, ValidateEvery = 10, Schedule = new RateSchedule(0.05), Threads = 1 })
            .Run(progress =>
            {
                if (progress.Step >= 100)
                {
                    source.Cancel();
                }
            }, source.Token);
        Assert.True(outcome.Cancelled);
        Assert.Equal(100, outcome.Steps);
        using var runner = new ChunkRunner(1);
        Assert.Equal(outcome.BestLoss, task.Validate(runner));
    }

    [Fact]
    public void Divergence_returns_to_the_last_good_weights_at_half_the_rate_and_is_reported()
    {
        var task = new LeastSquares(1) { FailAt = 25 };
        TrainingOutcome outcome = new Trainer<double>(task, new TrainerOptions { Steps = 200, ValidateEvery = 10, Schedule = new RateSchedule(0.05), Threads = 1 }).Run();
        Assert.Equal("step 26: layer 'test', step 25: gone", Assert.Single(outcome.Divergences));
        Assert.True(outcome.BestLoss < outcome.StartLoss);
    }

    [Fact]
    public void Learning_that_diverges_again_and_again_ends_with_the_best_weights()
    {
        var task = new LeastSquares(1) { FailAt = 25, FailsFrom = true };
        var last = default(TrainingProgress);
        TrainingOutcome outcome = new Trainer<double>(
            task, new TrainerOptions { Steps = 200, ValidateEvery = 10, Schedule = new RateSchedule(0.05), Threads = 1, AverageDecay = 0.9 }).Run(progress => last = progress);
        Assert.True(outcome.Diverged && last.Diverged);
        Assert.Equal(5, outcome.Divergences.Count);
        Assert.Equal(20, outcome.BestStep);
        Assert.True(outcome.BestLoss < outcome.StartLoss);
        using var runner = new ChunkRunner(1);
        Assert.Equal(outcome.BestLoss, task.Validate(runner));
    }

    [Fact]
    public void Learning_that_cannot_begin_throws()
    {
        var task = new LeastSquares(1);
        task.Weight.Values[1] = double.NaN;
        Assert.Throws<DivergenceException>(() => new Trainer<double>(task, new TrainerOptions { Steps = 10, Threads = 1 }).Run());
    }

    [Fact]
    public void Exploded_weights_leave_no_trace_in_the_running_average()
    {
        var task = new LeastSquares(1) { ExplodeAt = 25 };
        TrainingOutcome outcome = new Trainer<double>(
            task, new TrainerOptions { Steps = 200, ValidateEvery = 10, Schedule = new RateSchedule(0.05), Threads = 1, AverageDecay = 0.9 }).Run();
        Assert.StartsWith("step 27: the loss (Infinity)", Assert.Single(outcome.Divergences), StringComparison.Ordinal);
        Assert.False(outcome.Diverged);
        Assert.True(outcome.BestStep > 100);
    }

    [Fact]
    public void Early_stopping_ends_learning_that_no_longer_helps()
    {
        var task = new LeastSquares(1);
        TrainingOutcome outcome = new Trainer<double>(
            task, new TrainerOptions { Steps = 1_000_000, ValidateEvery = 20, Patience = 3, Schedule = new RateSchedule(0.05), Threads = 1 }).Run();
        Assert.True(outcome.Steps < 1_000_000);
    }

    [Fact]
    public void The_last_weights_are_kept_on_demand_however_they_validate()
    {
        TrainingOutcome best = Run(keepsLast: false);
        TrainingOutcome last = Run(keepsLast: true);
        Assert.True(best.BestStep < 200, $"{best.BestStep}");
        Assert.Equal(200, last.BestStep);
        Assert.True(last.BestLoss > best.BestLoss, $"{last.BestLoss} {best.BestLoss}");

        // A rate at which learning overshoots for ever, so that the end is not the best.
        static TrainingOutcome Run(bool keepsLast) => new Trainer<double>(new LeastSquares(1), new TrainerOptions
        {
            Steps = 200,
            ValidateEvery = 1,
            Patience = null,
            Schedule = new RateSchedule(0.8) { CoolDown = 0 },
            Threads = 1,
            KeepsLast = keepsLast,
        }).Run();
    }

    [Theory]
    [InlineData("bf16")]
    [InlineData("int8")]
    [InlineData("lmul4")]
    public void Weights_to_be_stored_are_seen_rounded_and_move_by_less_than_a_step(string name)
    {
        WeightFormat format = WeightFormat.Find(name)!;
        int looks = 0;
        var task = new LeastSquares(2)
        {
            Looks = weight =>
            {
                looks++;
                Assert.Equal(Rounded(format, weight), weight);
            },
        };

        // Steps of the rounding are 0.016 and 0.024 there; an update of rounded weights by 0.001 would be lost.
        new[] { 1.125, -2.125, 3.125 }.CopyTo(task.Weight.Values);
        var options = new TrainerOptions { Steps = 300, ValidateEvery = 10, Schedule = new RateSchedule(0.001), Threads = 1, AverageDecay = 0.9, Weights = format };
        TrainingOutcome outcome = new Trainer<double>(task, options).Run();
        Assert.True(looks > 600);
        Assert.True(outcome.BestLoss < 0.1 * outcome.StartLoss, $"loss {outcome.BestLoss} from {outcome.StartLoss}");
        using var runner = new ChunkRunner(1);
        Assert.Equal(outcome.BestLoss, task.Validate(runner));
    }

    [Fact]
    public void Divergence_of_rounded_weights_returns_to_the_full_ones()
    {
        var task = new LeastSquares(1) { FailAt = 25 };
        var options = new TrainerOptions { Steps = 200, ValidateEvery = 10, Schedule = new RateSchedule(0.05), Threads = 1, Weights = WeightFormat.Int8 };
        TrainingOutcome outcome = new Trainer<double>(task, options).Run();
        Assert.Single(outcome.Divergences);
        Assert.True(outcome.BestLoss < 1e-2, $"loss {outcome.BestLoss} from {outcome.StartLoss}");
        Assert.Equal(Rounded(WeightFormat.Int8, task.Weight.Values.ToArray()), task.Weight.Values.ToArray());
    }

    private static double[] Rounded(WeightFormat format, double[] weight)
    {
        double[] rounded = new double[weight.Length];
        StoredWeights stored = format.Create([weight.Length]);
        stored.Encode<double>(weight);
        stored.Decode<double>(rounded);
        return rounded;
    }

    private static double[] Learn(int threads, out TrainingOutcome outcome)
    {
        var task = new LeastSquares(4);
        outcome = new Trainer<double>(task, new TrainerOptions { Steps = 400, Schedule = new RateSchedule(0.05), Threads = threads, AverageDecay = 0.9 }).Run();
        return task.Weight.Values.ToArray();
    }

    /// <summary>y = w·x with w = (1, -2, 3); four chunks of eight samples.</summary>
    private sealed class LeastSquares(int chunks) : ILearningTask<double>
    {
        private static readonly double[] Truth = [1, -2, 3];

        public Parameter<double> Weight { get; } = new(3);

        public long FailAt { get; init; } = -1;

        public bool FailsFrom { get; init; }

        public long ExplodeAt { get; set; } = -1;

        /// <summary>Told the weights whenever a loss is computed from them.</summary>
        public Action<double[]>? Looks { get; init; }

        private long Step { get; set; }

        public ParameterSet<double> Parameters => field ??= new ParameterSet<double>([("w", Weight)]);

        public int Chunks => chunks;

        public int SlicesPerStep => 8 * chunks;

        public void Refresh()
        {
            if (Step == ExplodeAt)
            {
                Weight.Values[0] = 1e200;
                ExplodeAt = -1;
            }
        }

        public void Begin(long step, double ahead) => Step = step;

        public ChunkLoss Learn(long step, int chunk, Gradients<double> gradients)
        {
            if (step == FailAt || (FailsFrom && step > FailAt))
            {
                throw new DivergenceException("layer 'test', step 25: gone");
            }

            Looks?.Invoke(Weight.Values.ToArray());
            Rng rng = new Rng(9).For(step).For(chunk);
            double sum = 0;
            for (int i = 0; i < 8; i++)
            {
                double[] x = [rng.Normal(), rng.Normal(), rng.Normal()];
                double error = x.Zip(Weight.Values.ToArray(), (a, w) => a * w).Sum() - x.Zip(Truth, (a, w) => a * w).Sum();
                sum += error * error;
                for (int k = 0; k < 3; k++)
                {
                    gradients[Weight][k] += 2 * error * x[k];
                }
            }

            return new ChunkLoss(sum, 8);
        }

        public double Validate(ChunkRunner runner)
        {
            Looks?.Invoke(Weight.Values.ToArray());
            return Weight.Values.ToArray().Zip(Truth, (w, t) => (w - t) * (w - t)).Sum();
        }
    }
}
