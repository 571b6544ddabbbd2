using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Gives the future of a kept path another past: what makes the early slices of conditional runs move.</summary>
/// <remarks>
/// <para>After slice h stream i goes on with the kept future in proportion to w_i p(future | i)/ψ_i, with ψ the look-ahead that its weight w_i holds. The
/// state depends on the whole past, so that p takes a run to the end. A few candidates are drawn by weight, and led through the next slices only;
/// one is chosen by w p(next | i) ψ_i′/ψ_i, as if the base knew the rest (iterated sampling importance resampling); and only that one is led to the end,
/// and accepted by how much better the whole future judges it, beside the past that is kept, than its beginning did. Both steps leave the exact choice
/// invariant.</para>
/// <para>Sources: Lindsten, Jordan and Schön, Particle Gibbs with ancestor sampling, JMLR 15, 2014; Christen and Fox, JCGS 14, 2005 (delayed
/// acceptance); Andrieu, Lee and Vihola, Bernoulli 24, 2018 (iterated resampling).</para>
/// </remarks>
internal sealed class AncestorMove : IDisposable
{
    /// <summary>Streams whose next slices are looked at, the kept path's own included.</summary>
    private const int Candidates = 8;

    /// <summary>Slices that are looked at.</summary>
    private const int Reach = 1;

    private readonly Rented _rented = new();
    private readonly IParticleModel _model;
    private readonly Lookahead _lookahead;
    private readonly ParticleChunk _chunk;
    private readonly StreamStore _store;
    private readonly int[] _candidates = new int[Candidates];
    private readonly double[] _scores = new double[Candidates];
    private readonly double[] _ahead = new double[Candidates];
    private readonly double[] _densities;
    private readonly double[] _scratch;

    /// <param name="model">What is sampled.</param>
    /// <param name="options">How.</param>
    /// <param name="kept">The path; of what its future is held to be it is told.</param>
    public AncestorMove(IParticleModel model, SamplerOptions options, KeptPath kept)
    {
        (_model, _lookahead, Kept) = (model, options.LookaheadOf(model), kept);
        var relations = new RelationPlan(options.Relations);
        _chunk = new ParticleChunk(model, _lookahead, relations, options with { ChunkSize = Candidates });
        _store = new StreamStore(_rented, model, _lookahead, relations, Candidates);
        _densities = new double[model.Slices.Count * Candidates];
        _scratch = new double[2 * (_lookahead.Count + 1)];
    }

    /// <summary>The kept path.</summary>
    public KeptPath Kept { get; }

    /// <summary>Pasts that were led to the end.</summary>
    public int Tried { get; private set; }

    /// <summary>Those of them that were accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Slices that streams were led through for it.</summary>
    public long Cost { get; private set; }

    /// <summary>The stream that the kept future goes on from.</summary>
    /// <param name="slice">The last slice that the streams have taken in; not the last one of all.</param>
    /// <param name="streams">All streams; the kept path's is the first.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="noise">Noise of this slice.</param>
    public int Choose(int slice, StreamRows streams, ReadOnlySpan<double> weights, Rng noise)
    {
        StreamRows rows = _store.Rows;
        for (int k = 0; k < Candidates; k++)
        {
            _candidates[k] = k == 0 ? 0 : noise.Categorical(weights);
            streams.Slice(_candidates[k], 1).CopyTo(rows.Slice(k, 1));
            _scores[k] = -LogAhead(slice, rows, k);
        }

        int end = Math.Min(slice + Reach, _model.Slices.Count - 1);
        for (int h = slice + 1; h <= end; h++)
        {
            Follow(h, rows);
        }

        for (int k = 0; k < Candidates; k++)
        {
            _ahead[k] = LogAhead(end, rows, k);
            _scores[k] += Sum(slice + 1, end, k) + _ahead[k];
        }

        double most = Reduction.Max<double>(_scores);
        int chosen = noise.Categorical([.. _scores.Select(score => Elementary.Exp(score - most))]);
        return _candidates[chosen] == 0 || !Accepts(slice, end, chosen, noise) ? 0 : _candidates[chosen];
    }

    public void Dispose() => _rented.Dispose();

    /// <summary>Leads a candidate from slice <paramref name="end"/> on to the last one, and decides; the kept path's densities become its own where it is accepted.</summary>
    private bool Accepts(int slice, int end, int candidate, Rng noise)
    {
        StreamRows stream = _store.Rows.Slice(candidate, 1);
        for (int h = end + 1; h < _model.Slices.Count; h++)
        {
            Follow(h, stream, candidate);
        }

        int last = _model.Slices.Count - 1;
        double gain = Sum(end + 1, last, candidate) - _ahead[candidate] + _ahead[0];
        for (int h = end + 1; h <= last; h++)
        {
            gain -= Kept.LogDensities[h];
        }

        Tried++;
        if (!(noise.Uniform() < Elementary.Exp(Math.Min(0, gain))))
        {
            return false;
        }

        for (int h = slice + 1; h <= last; h++)
        {
            Kept.LogDensities[h] = _densities[(h * Candidates) + candidate];
        }

        Accepted++;
        return true;
    }

    private double LogAhead(int slice, StreamRows rows, int k) => _lookahead.At(slice).LogAfter(rows.Slice(k, 1).Ahead, _scratch);

    /// <summary>Streams take in a slice of the kept path; the first of them is candidate <paramref name="first"/>.</summary>
    private void Follow(int slice, StreamRows rows, int first = 0)
    {
        Span<double> densities = _densities.AsSpan((slice * Candidates) + first, rows.Count);
        densities.Clear();
        _chunk.Sample(slice, 0, rows, paths: null, Kept, densities);
        Cost += rows.Count;
    }

    private double Sum(int first, int last, int candidate)
    {
        double sum = 0;
        for (int h = first; h <= last; h++)
        {
            sum += _densities[(h * Candidates) + candidate];
        }

        return sum;
    }
}
