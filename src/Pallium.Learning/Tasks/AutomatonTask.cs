using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>State tracking: random symbols, and after each of them what an automaton answers. Can be drawn without end.</summary>
/// <param name="automaton">The automaton.</param>
public sealed class AutomatonTask(Automaton automaton) : TokenTask(automaton.Symbols, automaton.Answers, leastLength: 1)
{
    /// <summary>The automaton.</summary>
    public Automaton Automaton => automaton;

    /// <summary>The next symbol of a stream and its answer; a stream begins in state 0.</summary>
    public (int Token, int Target) DrawNext(ref Rng rng, ref int state)
    {
        int token = rng.Below(Vocabulary);
        int target = automaton.Output(state, token);
        state = automaton.Next(state, token);
        return (token, target);
    }

    /// <inheritdoc/>
    protected override void DrawSequence(ref Rng rng, Span<int> tokens, Span<int> targets)
    {
        int state = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            (tokens[i], targets[i]) = DrawNext(ref rng, ref state);
        }
    }
}
