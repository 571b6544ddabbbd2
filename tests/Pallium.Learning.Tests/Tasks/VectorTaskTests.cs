using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class VectorTaskTests
{
    [Fact]
    public void Copying_asks_for_the_vectors_in_order()
    {
        var task = new VectorCopyTask(bits: 3);
        SequenceWindows<double> windows = task.Draw<double>(20, 2, 5, new Rng(1));
        Assert.Equal((20, 12, 5, 3), (windows.Count, windows.Steps, windows.InputWidth, windows.TargetWidth));
        var counts = new HashSet<int>();
        for (int window = 0; window < windows.Count; window++)
        {
            double[][] inputs = Rows(windows.Inputs, window, windows.Steps);
            double[][] targets = Rows(windows.Targets, window, windows.Steps);
            int count = Array.FindIndex(inputs, x => x[4] == 1) - 1;
            counts.Add(count);
            Assert.Equal([0, 0, 0, 1, 0], inputs[0]);
            for (int t = 0; t < windows.Steps; t++)
            {
                bool isAsked = t > count + 1 && t < (2 * count) + 2;
                Assert.Equal(isAsked ? inputs[t - count - 1][..3] : [double.NaN, double.NaN, double.NaN], targets[t]);
                Assert.True(t <= count + 1 || inputs[t].All(x => x == 0));
            }
        }

        Assert.Equal([2, 3, 4, 5], counts.Order());
    }

    [Fact]
    public void Recall_asks_for_the_item_after_the_one_shown_again()
    {
        var task = new VectorRecallTask(bits: 8, vectors: 2);
        SequenceWindows<double> windows = task.Draw<double>(20, 4, 4, new Rng(2));
        for (int window = 0; window < windows.Count; window++)
        {
            double[][] inputs = Rows(windows.Inputs, window, windows.Steps);
            double[][] targets = Rows(windows.Targets, window, windows.Steps);
            Assert.Equal([0, 3, 6, 9], Enumerable.Range(0, windows.Steps).Where(t => inputs[t][8] == 1));
            Assert.Equal([12, 15], Enumerable.Range(0, windows.Steps).Where(t => inputs[t][9] == 1));
            int asked = Enumerable.Range(0, 3).Single(i => inputs[(3 * i) + 1].SequenceEqual(inputs[13]) && inputs[(3 * i) + 2].SequenceEqual(inputs[14]));
            Assert.Equal(inputs[(3 * asked) + 4][..8], targets[16]);
            Assert.Equal(inputs[(3 * asked) + 5][..8], targets[17]);
            Assert.All(targets[..16], row => Assert.All(row, bit => Assert.Equal(double.NaN, bit)));
        }
    }

    [Fact]
    public void Only_pairs_that_live_are_asked_about_and_each_by_its_key()
    {
        const int Count = 30;
        var task = new LastingPairsTask(keyBits: 5, valueBits: 3) { Noise = 1, Questions = 3 };
        SequenceWindows<double> windows = task.Draw<double>(20, Count, Count, new Rng(3));
        Assert.Equal((5 * Count, 10, 8), (windows.Steps, windows.InputWidth, windows.TargetWidth));
        var ages = new HashSet<int>();
        for (int window = 0; window < windows.Count; window++)
        {
            double[][] inputs = Rows(windows.Inputs, window, windows.Steps);
            double[][] targets = Rows(windows.Targets, window, windows.Steps);
            double[][] pairs = [.. inputs.Where(x => x[8] == 1)];
            Assert.Equal(Count, pairs.DistinctBy(x => string.Join(',', x[..5])).Count());
            for (int t = 0; t < windows.Steps; t++)
            {
                Assert.Equal((t % 5 == 0 ? 1 : 0, t % 5 > 1 ? 1 : 0), ((int)inputs[t][8], (int)inputs[t][9]));
                Assert.All(targets[t][..5], bit => Assert.Equal(double.NaN, bit));
                if (t % 5 > 1)
                {
                    int asked = Array.FindIndex(pairs, x => x.Take(5).SequenceEqual(inputs[t].Take(5)));
                    Assert.All(inputs[t][5..8], bit => Assert.Equal(0, bit));
                    Assert.Equal(pairs[asked][5..8], targets[t][5..]);
                    Assert.True(asked <= t / 5 && (asked < 2 || asked > (t / 5) - 2));
                    ages.Add((t / 5) - asked);
                }
                else
                {
                    Assert.All(targets[t][5..], bit => Assert.Equal(double.NaN, bit));
                }
            }
        }

        Assert.Equal(Enumerable.Range(0, Count), ages.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => task.Draw<double>(1, 33, 33, new Rng(1)));
    }

    [Fact]
    public void Fewer_than_two_items_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorRecallTask().Draw<float>(1, 1, 1, new Rng(1)));

    [Fact]
    public void Two_vectors_are_copied_after_a_little_learning()
    {
        VectorLearning<float> learning = Learned(1);
        using var runner = new ChunkRunner(1);
        StepwiseScore score = learning.Score(new VectorCopyTask(2).Draw<float>(64, 1, 2, new Rng(9)), runner);
        Assert.True(score.Error < 0.02, $"{score}");
    }

    [Fact]
    public void Bits_do_not_depend_on_threads() =>
        Assert.Equal(Weights(Learned(1, 20)), Weights(Learned(2, 20)));

    [Fact]
    public void A_model_with_another_goal_or_an_odd_batch_is_refused()
    {
        var lesson = new VectorLesson(new VectorCopyTask(2), 1, 2);
        Assert.Throws<ArgumentException>(() => new VectorLearning<float>(Model(StepwiseGoal.Regression), lesson, 16, new Rng(1)));
        Assert.Throws<ArgumentException>(() => new VectorLearning<float>(Model(StepwiseGoal.Bits), lesson, 20, new Rng(1)));
    }

    private static VectorLearning<float> Learned(int threads, int steps = 500)
    {
        var learning = new VectorLearning<float>(Model(StepwiseGoal.Bits), new VectorLesson(new VectorCopyTask(2), 1, 2), 32, new Rng(5));
        new Trainer<float>(learning, new TrainerOptions { Steps = steps, Schedule = new RateSchedule(0.01), Patience = null, Threads = threads }).Run();
        return learning;
    }

    private static StepwiseModel<float> Model(StepwiseGoal goal) => new(StackText.Parse("gru(12)").Build<float>(4), 2, goal);

    private static float[] Weights(VectorLearning<float> learning) => [.. learning.Parameters.Items.SelectMany(item => item.Parameter.Values.ToArray())];

    private static double[][] Rows(double[] values, int window, int steps)
    {
        double[] all = [.. values];
        return [.. all.Chunk(all.Length / (20 * steps)).Skip(window * steps).Take(steps)];
    }
}
