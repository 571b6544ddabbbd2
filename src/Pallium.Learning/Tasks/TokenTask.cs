using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A synthetic task over tokens: sequences drawn at will, and at some positions a class that has to be told.</summary>
/// <param name="vocabulary">Tokens, numbered from 0.</param>
/// <param name="classes">Classes of the answers, numbered from 0.</param>
/// <param name="leastLength">Tokens of the shortest sequence that holds everything the task needs.</param>
public abstract class TokenTask(int vocabulary, int classes, int leastLength)
{
    /// <summary>The target of a position at which nothing is asked.</summary>
    public const int NotAsked = -1;

    /// <summary>Tokens, numbered from 0.</summary>
    public int Vocabulary => vocabulary;

    /// <summary>Classes of the answers, numbered from 0.</summary>
    public int Classes => classes;

    /// <summary>Tokens of the shortest sequence.</summary>
    public int LeastLength => leastLength;

    /// <summary>Draws a sequence of as many tokens as the spans hold.</summary>
    /// <param name="rng">The sequence's own random stream.</param>
    /// <param name="tokens">Receives the tokens.</param>
    /// <param name="targets">Receives the class that is right after each token was seen, or <see cref="NotAsked"/>.</param>
    /// <exception cref="ArgumentException">The sequence is shorter than <see cref="LeastLength"/>, or the spans differ.</exception>
    public void Draw(Rng rng, Span<int> tokens, Span<int> targets)
    {
        if (tokens.Length < leastLength || targets.Length != tokens.Length)
        {
            throw new ArgumentException($"Found {tokens.Length} tokens and {targets.Length} targets, expected as many of both, at least {leastLength}.", nameof(tokens));
        }

        targets.Fill(NotAsked);
        DrawSequence(ref rng, tokens, targets);
    }

    /// <summary>Writes tokens, and the targets of positions that are asked; the others hold <see cref="NotAsked"/> already.</summary>
    protected abstract void DrawSequence(ref Rng rng, Span<int> tokens, Span<int> targets);
}
