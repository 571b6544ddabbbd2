using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Multi-query associative recall: pairs of a key and a value, then the keys again, each at its own distance; after each, its value is asked for.</summary>
/// <remarks>
/// k1 v1 ... kP vP, then slots of two tokens each; key p stands first in the slot g_p, all different, drawn one after another with
/// probability in proportion to (g + 1)^(a - 1) for g = 0, 1, ...; everything else is filled with random tokens. Keys come from
/// 1 .. V/2 - 1 and values from V/2 .. V - 1, none twice in a sequence. Source: Arora et al., 2023, arXiv 2312.04927, section 4 and
/// its public generator, with one difference: what fills is never a key of the sequence. With the recipe's 8192 tokens it seldom is;
/// with 256 it would often be, and a key seen again before something else makes the question ambiguous.
/// </remarks>
public sealed class RecallTask : TokenTask
{
    private readonly int _pairs;
    private readonly double _power;

    /// <summary>A task.</summary>
    /// <param name="vocabulary">V, even, more than twice the pairs.</param>
    /// <param name="pairs">P.</param>
    /// <param name="power">a, positive: 1 spreads the distances evenly, small ones favour near repetitions.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    public RecallTask(int vocabulary, int pairs, double power = 0.01)
        : base(vocabulary, vocabulary, 4 * pairs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pairs);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 2 * (pairs + 1));
        ArgumentOutOfRangeException.ThrowIfNotEqual(vocabulary % 2, 0, nameof(vocabulary));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(power);
        _pairs = pairs;
        _power = power;
    }

    /// <summary>P.</summary>
    public int Pairs => _pairs;

    /// <inheritdoc/>
    protected override void DrawSequence(ref Rng rng, Span<int> tokens, Span<int> targets)
    {
        var used = new bool[Vocabulary];
        int half = Vocabulary / 2;
        for (int pair = 0; pair < _pairs; pair++)
        {
            tokens[2 * pair] = Fresh(ref rng, used, 1, half - 1);
            tokens[(2 * pair) + 1] = Fresh(ref rng, used, half, Vocabulary - half);
        }

        int start = 2 * _pairs;
        for (int i = start; i < tokens.Length; i++)
        {
            do
            {
                tokens[i] = rng.Below(Vocabulary);
            }
            while (tokens[i] < half && used[tokens[i]]);
        }

        double[] weights = SlotWeights((tokens.Length - start) / 2);
        for (int pair = 0; pair < _pairs; pair++)
        {
            int slot = rng.Categorical(weights);
            weights[slot] = 0;
            int position = start + (2 * slot);
            tokens[position] = tokens[2 * pair];
            targets[position] = tokens[(2 * pair) + 1];
        }
    }

    private double[] SlotWeights(int slots)
    {
        var weights = new double[slots];
        for (int slot = 0; slot < slots; slot++)
        {
            weights[slot] = Elementary.Exp((_power - 1) * Elementary.Log(slot + 1.0));
        }

        return weights;
    }

    private static int Fresh(ref Rng rng, bool[] used, int first, int count)
    {
        int token;
        do
        {
            token = first + rng.Below(count);
        }
        while (used[token]);
        used[token] = true;
        return token;
    }
}
