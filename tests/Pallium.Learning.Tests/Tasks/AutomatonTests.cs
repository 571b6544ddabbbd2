namespace Pallium.Learning.Tests;

public sealed class AutomatonTests
{
    [Fact]
    public void States_that_answer_alike_become_one()
    {
        // Parity with every state three times, and a state that nothing leads to.
        int[] next = [.. Enumerable.Range(0, 6).SelectMany(state => new[] { (state + 2) % 6, (state + 3) % 6 }), 0, 0];
        int[] outputs = [.. Enumerable.Range(0, 6).SelectMany(state => new[] { state % 2, 1 - (state % 2) }), 7, 7];
        Automaton least = new Automaton(2, next, outputs).Minimize();
        Assert.Equal(2, least.States);
        Assert.True(least.AnswersLike(Automaton.Sum(2)));
        Assert.Equal("0: 0 -> 0 (answers 0), 1 -> 1 (answers 1)\n1: 0 -> 1 (answers 1), 1 -> 0 (answers 0)", least.ToString());
    }

    [Fact]
    public void Automata_that_answer_some_string_differently_differ()
    {
        Assert.False(Automaton.Sum(2).AnswersLike(Automaton.Sum(3)));
        // Counts up to four, then stays: differs from a cycle after four symbols only.
        Automaton cycle = new(1, [1, 2, 3, 0], [0, 0, 0, 1]);
        Automaton stays = new(1, [1, 2, 3, 3], [0, 0, 0, 1]);
        Assert.Equal(4, cycle.Minimize().States);
        Assert.False(cycle.AnswersLike(stays));
    }

    [Fact]
    public void Permutations_make_up_their_groups()
    {
        Assert.Equal(120, PermutationGroup.Compose(PermutationGroup.All(5)).Minimize().States);
        Automaton exchanges = PermutationGroup.Compose(PermutationGroup.Exchanges(5));
        Assert.Equal((10, 120), (exchanges.Symbols, exchanges.States));
        Automaton even = PermutationGroup.Compose(PermutationGroup.Even(5));
        Assert.Equal((60, 60), (even.Symbols, even.States));
        // First the symbol read first: (0 1) then (1 2) takes 0 to 2; the other way round, to 1.
        Automaton three = PermutationGroup.Compose([[1, 0, 2], [0, 2, 1]]);
        Assert.NotEqual(three.Output(three.Next(0, 0), 1), three.Output(three.Next(0, 1), 0));
    }

    [Fact]
    public void Tables_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Automaton(2, [0, 1], [0, 0]));
        Assert.Throws<ArgumentException>(() => new Automaton(2, [0, 0, 0], [0, 0, 0]));
        Assert.Throws<ArgumentException>(() => PermutationGroup.Compose([[0, 0]]));
    }
}
