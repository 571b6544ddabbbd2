namespace Pallium.Inference;

/// <summary>How paths are sampled.</summary>
/// <param name="Count">Paths, even.</param>
/// <param name="Seed">Seed.</param>
internal sealed record SamplerOptions(int Count, ulong Seed)
{
    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Which channels of which slices are kept, [slices][channels]; null: all.</summary>
    public bool[][]? Keep { get; init; }

    /// <summary>What steers the run, where several runs of one model share it; null: it is worked out.</summary>
    public Lookahead? Lookahead { get; init; }

    /// <summary>Relations between cells, whose addresses are slices of the sampler and channels.</summary>
    public IReadOnlyList<Clamp> Relations { get; init; } = [];

    /// <summary>Whether known cells are evidence; where they are a plan, which is no evidence of anything, all weights stay equal.</summary>
    public bool Weighs { get; init; } = true;

    /// <summary>
    /// Whether a slice's known and bounded cells are taken first, which wastes least; else in any order, as in paths that know nothing, so that where orders
    /// disagree the very same paths are meant.
    /// </summary>
    public bool KnownFirst { get; init; } = true;

    /// <summary>
    /// Paths p and p + <see cref="Replicates"/> have the same noise, and all take the cells of a slice in the same order, so that they differ by what is known of
    /// them alone; even, or null: all paths have noise of their own.
    /// </summary>
    public int? Replicates { get; init; }

    /// <summary>Whether paths come in pairs of opposite noise, in which the errors of all that is linear cancel.</summary>
    public bool Antithetic { get; init; } = true;

    /// <summary>Slices are resampled when the effective sample size falls below this share of the paths.</summary>
    public double ResampleBelow { get; init; } = 0.5;

    /// <summary><see cref="ChunkSize"/> unless told otherwise.</summary>
    public const int UsualChunk = 128;

    /// <summary>Paths that are sampled side by side, even: they take a slice's cells in one order.</summary>
    public int ChunkSize { get; init; } = UsualChunk;

    /// <summary>Whether path 0, alone in its chunk, is a <see cref="KeptPath"/> that the others are sampled beside; excludes <see cref="Antithetic"/>.</summary>
    public bool IsConditional { get; init; }

    /// <summary>What steers a run.</summary>
    public Lookahead LookaheadOf(IParticleModel model) => Lookahead ?? new Lookahead(model, Weighs);

    /// <summary>Chunks of a run.</summary>
    public int Chunks => 1 + ChunkOf(Count - 1);

    /// <summary>The chunk of a path.</summary>
    public int ChunkOf(int path) => !IsConditional ? path / ChunkSize : path == 0 ? 0 : 1 + ((path - 1) / ChunkSize);

    /// <summary>First path of a chunk, and how many it has.</summary>
    public (int First, int Count) Range(int chunk)
    {
        int first = !IsConditional ? chunk * ChunkSize : chunk == 0 ? 0 : 1 + ((chunk - 1) * ChunkSize);
        return (first, IsConditional && chunk == 0 ? 1 : Math.Min(ChunkSize, Count - first));
    }
}
