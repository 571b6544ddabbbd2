using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>State tracking: random symbols, and after each of them what an automaton answers. Can be drawn without end.</summary>
/// <param name="automaton">The automaton.</param>
/// <param name="hasRuns">
/// Whether half of the sequences repeat the symbol before with a probability of their own, drawn evenly from [0, 1): a state that has to be held
/// is seldom held for long by symbols drawn evenly. Streams have no runs beyond those of chance.
/// </param>
public sealed class AutomatonTask(Automaton automaton, bool hasRuns = false) : TokenTask(automaton.Symbols, automaton.Answers, leastLength: 1)
{
    /// <summary>The automaton.</summary>
    public Automaton Automaton => automaton;

    /// <summary>The next symbol of a stream and its answer; a stream begins in state 0.</summary>
    public (int Token, int Target) DrawNext(ref Rng rng, ref int state)
    {
        return Answered(rng.Below(Vocabulary), ref state);
    }

    /// <inheritdoc/>
    protected override void DrawSequence(ref Rng rng, Span<int> tokens, Span<int> targets)
    {
        int state = 0;
        double repeats = hasRuns && rng.Below(2) == 1 ? rng.Uniform() : 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            bool repeated = i > 0 && repeats > 0 && rng.Uniform() < repeats;
            (tokens[i], targets[i]) = repeated ? Answered(tokens[i - 1], ref state) : DrawNext(ref rng, ref state);
        }
    }

    private (int Token, int Target) Answered(int token, ref int state)
    {
        int target = automaton.Output(state, token);
        state = automaton.Next(state, token);
        return (token, target);
    }
}
