using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Particle Gibbs: runs beside a kept path, each of which leaves another one behind.</summary>
/// <remarks>
/// A run whose paths have nearly all come of a few early slices tells little about these, and many more paths would end the same way. A run beside a kept path
/// (path 0, which always goes on; the others are resampled independently) leaves the posterior invariant when the next kept path is drawn by its weights,
/// so that the mean over runs converges however few paths each has; <see cref="AncestorMove"/> gives the kept path other pasts. Sources: Andrieu, Doucet
/// and Holenstein, JRSS B 72, 2010; Lindsten, Jordan and Schön, JMLR 15, 2014.
/// </remarks>
internal sealed class ConditionalSweeps
{
    /// <summary>Paths that are sampled side by side: few, since a sweep is small.</summary>
    private const int ChunkSize = 32;

    private readonly IParticleModel _model;
    private readonly SamplerOptions _options;
    private KeptPath _kept;
    private int _count;

    /// <summary>Begins with a path.</summary>
    /// <param name="model">What is sampled.</param>
    /// <param name="kept">The path.</param>
    /// <param name="options">How; the number of paths is that of each sweep.</param>
    public ConditionalSweeps(IParticleModel model, KeptPath kept, SamplerOptions options)
    {
        (_model, _kept) = (model, kept);
        _options = options with { Lookahead = options.LookaheadOf(model), ChunkSize = ChunkSize, IsConditional = true, Antithetic = false };
    }

    /// <summary>Begins with one of the paths of a run.</summary>
    /// <param name="model">What is sampled.</param>
    /// <param name="first">The run.</param>
    /// <param name="options">How that one was sampled; sweeps differ by their paths' number.</param>
    /// <param name="paths">Paths of each sweep, at least 2.</param>
    /// <param name="chain">Tells apart what begins with the same run.</param>
    public static ConditionalSweeps Begin(IParticleModel model, SampledPaths first, SamplerOptions options, int paths, int chain = 0)
    {
        Rng noise = new Rng(options.Seed).For("chain").For(chain);
        KeptPath kept = KeptPath.Draw(model, options, first, before: null, noise.For("kept"));
        return new ConditionalSweeps(model, kept, options with { Count = paths, Seed = noise.NextBits(), Threads = 1 });
    }

    /// <summary>Other pasts of kept paths that were led to the end.</summary>
    public int Tried { get; private set; }

    /// <summary>Those of them that were accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Slices that streams were led through beside the sweeps' own: for other pasts, and to lead kept paths once more.</summary>
    public long Cost { get; private set; }

    /// <summary>The next sweep's paths, weighted; to be given back when they have been read.</summary>
    /// <param name="logEvidence">What is told as their evidence: theirs is not free of bias, and all sweeps count the same.</param>
    /// <param name="cancellation">Stops early.</param>
    public SampledPaths Next(double logEvidence, CancellationToken cancellation = default)
    {
        SamplerOptions options = _options with { Seed = new Rng(_options.Seed).For("sweep").For(_count++).NextBits() };
        using var move = new AncestorMove(_model, options, _kept);
        using var run = new Population(_model, options, move);
        SampledPaths paths = ParticleSampler.Run(run, _model, options, cancellation);
        paths.LogEvidence = logEvidence;
        _kept = KeptPath.Draw(_model, options, paths, _kept, new Rng(options.Seed).For("kept"));
        (Tried, Accepted, Cost) = (Tried + move.Tried, Accepted + move.Accepted, Cost + move.Cost + _model.Slices.Count);
        return paths;
    }
}
