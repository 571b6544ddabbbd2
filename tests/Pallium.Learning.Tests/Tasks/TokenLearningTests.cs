using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class TokenLearningTests
{
    [Fact]
    public void Pairs_are_recalled_after_learning()
    {
        var task = new RecallTask(12, 2);
        TokenModel<float> model = Learned("residual(gru(24))", task, 12, threads: 2, steps: 700);
        using var runner = new ChunkRunner(2);
        TokenScore score = new TokenScorer<float>(model).Score(task, 12, 100, new Rng(9), runner);
        Assert.True(score.Accuracy > 0.6, $"{score}");
        Assert.InRange(score.Flawless, 0, score.Accuracy);
    }

    [Fact]
    public void Bits_do_not_depend_on_threads()
    {
        Assert.Equal(Weights(1), Weights(3));

        static float[] Weights(int threads) =>
            [.. Learned("dropout(0.1)+residual(gru(24))", new InductionTask(4), 9, threads, steps: 12).Parameters.Items.SelectMany(item => item.Parameter.Values.ToArray())];
    }

    [Fact]
    public void Bits_of_lessons_with_more_sequences_than_others_do_not_depend_on_threads()
    {
        Assert.Equal(Weights(1), Weights(3));

        static float[] Weights(int threads)
        {
            var model = new TokenModel<float>(8, StackText.Parse("gru(8)").Build<float>(8), 8);
            TokenLesson[] lessons = [new(new RecallTask(8, 1), 4, 6) { Sequences = 48 }, new(new RecallTask(8, 2), 8, 12)];
            TokenLearning<float>.Run(model, lessons, new TokenOptions { Steps = 20, Threads = threads }, new Rng(1));
            return [.. model.Parameters.Items.SelectMany(item => item.Parameter.Values.ToArray())];
        }
    }

    [Fact]
    public void Streams_are_answered_as_windows_are()
    {
        var task = new AutomatonTask(PermutationGroup.Compose(PermutationGroup.Exchanges(3)));
        TokenModel<float> model = Learned("gru(24)", task, 6, threads: 1, steps: 60);
        var scorer = new TokenScorer<float>(model);
        using var runner = new ChunkRunner(2);
        TokenScore window = scorer.Score(task, 20, 70, new Rng(4), runner);
        TokenScore stream = scorer.Stream(task, 20, 70, new Rng(4), runner);
        Assert.InRange(window.Accuracy, 0.2, 0.999);
        Assert.Equal(window.Accuracy, stream.Accuracy, 0.003);
        Assert.Equal(window.Flawless, stream.Flawless, 0.02);
    }

    /// <summary>Lessons that are drawn alone learn as if there were no others, until the next stage.</summary>
    [Fact]
    public void A_curriculum_says_which_lessons_are_drawn()
    {
        TokenLesson short1 = new(new RecallTask(12, 1), 8, 8) { Name = "one" };
        TokenLesson long1 = new(new RecallTask(12, 2), 12, 12) { Name = "two" };
        CurriculumStage first = new("1", [("one", 1)]);
        CurriculumStage second = new("2", [("two", 1)]);
        Assert.Equal(Learn([short1, long1], null, [first]), Learn([short1], null, []));
        Assert.Equal(Learn([short1, long1], null, [second]), Learn([long1], null, []));
        float[] both = Learn([short1, long1], null, [first with { Steps = 4 }, second]);
        Assert.NotEqual(Learn([short1], null, []), both);
        Assert.Equal(Learn([short1, long1], 3, [first with { Steps = 4 }, second]), both);
        Assert.Throws<ArgumentException>(() => Learn([short1], null, [first with { Steps = 4 }, second]));

        static float[] Learn(TokenLesson[] lessons, int? threads, CurriculumStage[] stages)
        {
            var model = new TokenModel<float>(12, StackText.Parse("gru(8)").Build<float>(8), 12);
            var options = new TokenOptions { Steps = 8, BatchSize = 32, Validations = 1, Threads = threads ?? 1, Curriculum = stages.Length == 0 ? null : new Curriculum(stages) };
            TokenLearning<float>.Run(model, lessons, options, new Rng(6));
            return [.. model.Parameters.Items.SelectMany(item => item.Parameter.Values.ToArray())];
        }
    }

    [Fact]
    public void Gradients_match_central_differences()
    {
        var model = new TokenModel<double>(6, StackText.Parse("gru(3)").Build<double>(2), 6);
        model.Initialize(new Rng(4));
        var chunk = new TokenChunk<double>(model);
        var task = new RecallTask(6, 1);
        Gradients<double> gradients = model.Parameters.NewGradients();
        ChunkLoss loss = Learn();
        Assert.Equal(3, loss.Weight);
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
                Assert.True(Math.Abs((difference / (2 * Step)) - analytic[at]) < 1e-6 * (1 + Math.Abs(analytic[at])), $"{name}[{i}]");
            }
        }

        double Loss(Parameter<double> parameter, int i, double value)
        {
            parameter.Values[i] = value;
            model.Refresh();
            return Learn().Sum;
        }

        ChunkLoss Learn() => chunk.Learn(task, 7, 3, new Rng(5), new LearningWindow(new Rng(6), 0, 0), gradients);
    }

    [Fact]
    public void Lessons_that_cannot_be_learned_from_are_refused()
    {
        var model = new TokenModel<float>(4, StackText.Parse("gru(3)").Build<float>(2), 4);
        Assert.Throws<ArgumentException>(() => Run([], new TokenOptions()));
        Assert.Throws<ArgumentException>(() => Run([new TokenLesson(new RecallTask(4, 1), 3, 8)], new TokenOptions()));
        Assert.Throws<ArgumentException>(() => Run([new TokenLesson(new RecallTask(6, 1), 8, 8)], new TokenOptions()));
        Assert.Throws<ArgumentException>(() => Run([new TokenLesson(new RecallTask(4, 1), 8, 8)], new TokenOptions { BatchSize = 20 }));
        Assert.Throws<ArgumentException>(() => Run([new TokenLesson(new RecallTask(4, 1), 8, 8) { Sequences = 8 }], new TokenOptions()));

        void Run(TokenLesson[] lessons, TokenOptions options) => TokenLearning<float>.Run(model, lessons, options, new Rng(1));
    }

    private static TokenModel<float> Learned(string stack, TokenTask task, int length, int threads, int steps)
    {
        var model = new TokenModel<float>(task.Vocabulary, StackText.Parse(stack).Build<float>(24), task.Classes);
        TokenLearning<float>.Run(model, [new TokenLesson(task, length, length)], new TokenOptions { Steps = steps, Rate = 0.01, Threads = threads }, new Rng(1));
        return model;
    }
}
