using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Induction heads: random tokens with one special token among them, which comes again at the end; what followed it is asked for.</summary>
/// <remarks>Tokens 0 .. V - 1 are ordinary, V is special. Source: Gu and Dao, 2023, arXiv 2312.00752, section 4.1.2, after Olsson et al., 2022.</remarks>
/// <param name="ordinary">V, ordinary tokens.</param>
public sealed class InductionTask(int ordinary = 16) : TokenTask(ordinary + 1, ordinary, leastLength: 3)
{
    /// <inheritdoc/>
    protected override void DrawSequence(ref Rng rng, Span<int> tokens, Span<int> targets)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = rng.Below(Classes);
        }

        int special = rng.Below(tokens.Length - 2);
        tokens[special] = Classes;
        tokens[^1] = Classes;
        targets[^1] = tokens[special + 1];
    }
}
