using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>All streams of a run of the sampler.</summary>
internal sealed class Population : IDisposable
{
    private readonly IParticleModel _model;
    private readonly SamplerOptions _options;
    private readonly Lookahead _lookahead;
    private readonly RelationPlan _relations;
    private readonly AncestorMove? _move;
    private readonly Rng _noise;
    private readonly Rented _rented = new();
    private StreamStore _streams;
    private StreamStore? _next;
    private bool _finished;

    /// <param name="model">What is sampled.</param>
    /// <param name="options">How.</param>
    /// <param name="move">Gives the path that a conditional run keeps other ancestors; null: the run is not conditional.</param>
    public Population(IParticleModel model, SamplerOptions options, AncestorMove? move)
    {
        (_model, _options, _lookahead, _move) = (model, options, options.LookaheadOf(model), move);
        _relations = new RelationPlan(options.Relations);
        _noise = new Rng(options.Seed);
        _streams = NewStore();
        _streams.Start();
        Paths = new SampledPaths(options.Count, Places());
    }

    public SampledPaths Paths { get; }

    public bool IsAlive => LogWeights.ContainsAnyExcept(double.NegativeInfinity);

    private Span<double> LogWeights => _streams.Rows.LogWeights;

    public ParticleChunk NewWorker() => new(_model, _lookahead, _relations, _options);

    public ChunkReport Sample(ParticleChunk worker, int slice, int chunk)
    {
        (int first, int count) = _options.Range(chunk);
        StreamRows rows = _streams.Rows.Slice(first, count);
        ChunkReport report = worker.Sample(slice, first, rows, Paths, chunk == 0 ? _move?.Kept : null);
        if (_options.Weighs)
        {
            return report;
        }

        rows.LogWeights.Clear();
        return default;
    }

    /// <summary>Normalised weights into the paths; returns the effective sample size.</summary>
    public double Weigh()
    {
        double total = Reduction.LogSumExp<double>(LogWeights);
        for (int p = 0; p < _options.Count; p++)
        {
            Paths.Weights[p] = Elementary.Exp(LogWeights[p] - total);
        }

        return 1 / Reduction.SumOfSquares<double>(Paths.Weights);
    }

    /// <summary>Chooses after a slice who goes on; all weights become equal.</summary>
    public void Resample(int slice)
    {
        Collect();
        Span<int> ancestors = Paths.Resample(slice);
        Rng noise = _noise.For("resample").For(slice);
        if (_move is null)
        {
            Systematic.Draw(Paths.Weights, noise.Uniform(), ancestors);
        }
        else
        {
            // Beside a kept path the others are independent draws: its law given theirs is known for these.
            ancestors[0] = _move.Choose(slice, _streams.Rows, Paths.Weights, noise.For("kept"));
            for (int p = 1; p < ancestors.Length; p++)
            {
                ancestors[p] = noise.Categorical(Paths.Weights);
            }
        }

        _next ??= NewStore();
    }

    /// <summary>The streams of a chunk go on from their ancestors.</summary>
    public void Copy(int chunk, int slice)
    {
        (int first, int count) = _options.Range(chunk);
        for (int p = first; p < first + count; p++)
        {
            _streams.Rows.Slice(Paths.Ancestor(slice, p), 1).CopyTo(_next!.Rows.Slice(p, 1));
        }
    }

    public void Swap()
    {
        (_streams, _next) = (_next!, _streams);
        LogWeights.Clear();
    }

    /// <summary>The paths, with the evidence of the weights as they are.</summary>
    public SampledPaths Finish()
    {
        Collect();
        _finished = true;
        return Paths;
    }

    public void Dispose()
    {
        _rented.Dispose();
        if (!_finished)
        {
            Paths.Dispose();
        }
    }

    public ContradictionException Contradiction(Clamp? clamp, double logMass)
    {
        IReadOnlyList<Channel> channels = _model.Layout.Schema.Channels;
        string which = clamp?.Describe(channels) ?? "what is known";
        string how = double.IsNegativeInfinity(logMass) ? "0 (log evidence -∞)" : FormattableString.Invariant($"exp({logMass:F0}) (log evidence at most {logMass:F0})");
        string message = $"Found a contradiction: given the history and the other clamps, '{which}' has probability {how}, expected clamps that can hold together.";
        return clamp is null ? new ContradictionException(message) : new ContradictionException(message, clamp, logMass);
    }

    private StreamStore NewStore() => new(_rented, _model, _lookahead, _relations, _options.Count);

    private void Collect() => Paths.LogEvidence += Reduction.LogSumExp<double>(LogWeights) - Elementary.Log((double)_options.Count);

    private int[][] Places()
    {
        int channels = _model.Layout.Channels;
        var places = new int[_model.Slices.Count][];
        for (int h = 0; h < places.Length; h++)
        {
            int next = 0;
            bool[]? keep = _options.Keep?[h];
            places[h] = [.. Enumerable.Range(0, channels).Select(c => keep is null || keep[c] ? next++ : -1)];
        }

        return places;
    }
}
