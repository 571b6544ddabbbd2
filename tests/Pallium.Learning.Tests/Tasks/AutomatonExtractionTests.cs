using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class AutomatonExtractionTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(6, 4)]
    [InlineData(3, 8)]
    public void An_exact_layer_is_its_automaton(int length, int continuation)
    {
        ExtractedAutomaton found = AutomatonExtraction.Extract(ExactParity.Model(), new() { Length = length, Continuation = continuation });
        Assert.Equal((2, 1.0), (found.Clusters, found.Consistency));
        Assert.NotNull(found.Machine);
        Assert.True(found.Machine.AnswersLike(Automaton.Sum(2)));
    }

    [Fact]
    public void A_learned_layer_becomes_an_automaton()
    {
        var task = new AutomatonTask(Automaton.Sum(2));
        var model = new TokenModel<float>(2, StackText.Parse("gru(16)").Build<float>(4), 2);
        TokenLearning<float>.Run(model, [new TokenLesson(task, 1, 10)], new TokenOptions { Steps = 400, Rate = 0.02, Threads = 1 }, new Rng(1));
        ExtractedAutomaton found = AutomatonExtraction.Extract(model);
        Assert.True(found.Machine?.AnswersLike(task.Automaton), $"{found}");
        using var runner = new ChunkRunner(2);
        Assert.Equal(1, new TokenScorer<float>(model).Stream(task, 500, 20, new Rng(2), runner).Flawless);
    }

    [Fact]
    public void A_layer_whose_states_do_not_come_again_is_no_automaton()
    {
        // An untrained model of many symbols answers nearly every string in its own way.
        var model = new TokenModel<float>(6, StackText.Parse("gru(8)").Build<float>(4), 50);
        model.Initialize(new Rng(1));
        ExtractedAutomaton found = AutomatonExtraction.Extract(model, new() { Length = 3, Continuation = 2 });
        Assert.Null(found.Machine);
        Assert.True(found.Clusters > 20, $"{found}");
    }

    [Fact]
    public void More_strings_than_can_be_tried_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AutomatonExtraction.Extract(ExactParity.Model(), new() { Length = 20, Continuation = 1 }));
}
