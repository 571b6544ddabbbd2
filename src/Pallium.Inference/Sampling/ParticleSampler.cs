using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Sequential Monte Carlo over a model: paths of slices, sampled cell by cell under what is known, weighted and resampled.</summary>
/// <remarks>
/// Streams come in antithetic pairs (opposite noise). Noise is keyed by slice, channel and pair, work is cut into chunks of fixed size: the bits do not
/// depend on the number of threads. Known cells of later slices steer by <see cref="Lookahead"/>. Resampling is systematic, when the effective
/// sample size falls below half. Source: Doucet and Johansen, A tutorial on particle filtering and smoothing, 2011.
/// </remarks>
internal static class ParticleSampler
{
    /// <summary>log of the probability under which a clamp is held to be a contradiction: some 140 deviations off. Data do hold jumps of twenty.</summary>
    private const double Impossible = -10_000;

    /// <summary>Bytes that a run takes at the most.</summary>
    public static long Memory(IParticleModel model, int count)
    {
        long known = model.Slices.Sum(slice => (long)slice.Cells.Count(cell => cell.Role == CellRole.Known || cell.IsBounded));
        long kept = (long)model.Slices.Count * model.Layout.Channels;
        return sizeof(double) * ((2 * count * (model.StateSize + known + 1)) + (known * known) + (count * kept));
    }

    /// <summary>Samples paths.</summary>
    /// <returns>The paths, to be given back when they have been read.</returns>
    /// <exception cref="ContradictionException">No path can fulfil the clamps.</exception>
    public static SampledPaths Run(IParticleModel model, SamplerOptions options, CancellationToken cancellation = default)
    {
        using var run = new Population(model, options);
        int chunks = (options.Count + ParticleChunk.Size - 1) / ParticleChunk.Size;
        var free = new Stack<ParticleChunk>();
        var reports = new ChunkReport[chunks];
        using var runner = new ChunkRunner(Math.Min(chunks, options.Threads));
        for (int h = 0; h < model.Slices.Count; h++)
        {
            cancellation.ThrowIfCancellationRequested();
            int slice = h;
            runner.Run(chunks, chunk =>
            {
                ParticleChunk worker = Take(free, run);
                reports[chunk] = run.Sample(worker, slice, chunk);
                Return(free, worker);
            });
            Check(reports, run);
            bool last = h == model.Slices.Count - 1;
            if (run.Weigh() < options.ResampleBelow * options.Count && !last)
            {
                run.Resample(slice);
                runner.Run(chunks, chunk => run.Copy(chunk, slice));
                run.Swap();
            }
        }

        return run.Finish();
    }

    private static ParticleChunk Take(Stack<ParticleChunk> free, Population run)
    {
        lock (free)
        {
            if (free.TryPop(out ParticleChunk? worker))
            {
                return worker;
            }
        }

        return run.NewWorker();
    }

    private static void Return(Stack<ParticleChunk> free, ParticleChunk worker)
    {
        lock (free)
        {
            free.Push(worker);
        }
    }

    private static void Check(ChunkReport[] reports, Population run)
    {
        if (!run.IsAlive)
        {
            Clamp? broken = reports.Select(report => report.Broken).FirstOrDefault(clamp => clamp is not null) ?? reports[0].Unlikeliest;
            throw run.Contradiction(broken, double.NegativeInfinity);
        }

        ChunkReport likeliest = reports.MaxBy(report => report.LogMass);
        if (likeliest.Unlikeliest is not null && likeliest.LogMass < Impossible)
        {
            throw run.Contradiction(likeliest.Unlikeliest, likeliest.LogMass);
        }

        if (likeliest.Unlikeliest is { } clamp && likeliest.LogMass < run.Paths.Unlikeliest.LogMass)
        {
            run.Paths.Unlikeliest = (clamp, likeliest.LogMass);
        }
    }

    /// <summary>All streams of a run.</summary>
    private sealed class Population : IDisposable
    {
        private readonly IParticleModel _model;
        private readonly SamplerOptions _options;
        private readonly Lookahead _lookahead;
        private readonly RelationPlan _relations;
        private readonly Rng _noise;
        private readonly Rented _rented = new();
        private readonly double[] _logWeights;
        private double[] _states;
        private double[] _ahead;
        private double[] _sums;
        private double[]? _nextStates;
        private double[]? _nextAhead;
        private double[]? _nextSums;
        private bool _finished;

        public Population(IParticleModel model, SamplerOptions options)
        {
            (_model, _options) = (model, options);
            _lookahead = options.Lookahead ?? new Lookahead(model, options.Weighs);
            _relations = new RelationPlan(options.Relations);
            _noise = new Rng(options.Seed);
            int n = options.Count;
            _logWeights = _rented.Numbers(n);
            _states = _rented.Numbers(n * model.StateSize);
            _ahead = _rented.Numbers(n * _lookahead.Count);
            _sums = _rented.Numbers(n * _relations.Count);
            model.Start(_states.AsSpan(0, model.StateSize));
            for (int p = 0; p < n; p++)
            {
                _states.AsSpan(0, model.StateSize).CopyTo(_states.AsSpan(p * model.StateSize));
                _lookahead.StartMeans.CopyTo(_ahead, p * _lookahead.Count);
                _relations.Start(_sums.AsSpan(p * _relations.Count, _relations.Count));
            }

            Paths = new SampledPaths(n, Places());
        }

        public SampledPaths Paths { get; }

        public bool IsAlive => LogWeights.ContainsAnyExcept(double.NegativeInfinity);

        private Span<double> LogWeights => _logWeights.AsSpan(0, _options.Count);

        public ParticleChunk NewWorker() => new(_model, _lookahead, _relations, _options);

        public ChunkReport Sample(ParticleChunk worker, int slice, int chunk)
        {
            (int first, int count) = Range(chunk);
            Span<double> logWeights = _logWeights.AsSpan(first, count);
            ChunkReport report = worker.Sample(slice, first, Part(_states, _model.StateSize, first, count), Part(_ahead, _lookahead.Count, first, count), Part(_sums, _relations.Count, first, count), logWeights, Paths);
            if (_options.Weighs)
            {
                return report;
            }

            logWeights.Clear();
            return default;
        }

        /// <summary>Normalised weights into the paths; returns the effective sample size.</summary>
        public double Weigh()
        {
            double total = Reduction.LogSumExp<double>(LogWeights);
            for (int p = 0; p < _options.Count; p++)
            {
                Paths.Weights[p] = Elementary.Exp(_logWeights[p] - total);
            }

            return 1 / Reduction.SumOfSquares<double>(Paths.Weights);
        }

        /// <summary>Systematic resampling: ancestors in ascending order; all weights become equal.</summary>
        public void Resample(int slice)
        {
            int n = _options.Count;
            Collect();
            double offset = _noise.For("resample").For(slice).Uniform();
            Span<int> ancestors = Paths.Resample(slice);
            _nextStates ??= _rented.Numbers(n * _model.StateSize);
            _nextAhead ??= _rented.Numbers(n * _lookahead.Count);
            _nextSums ??= _rented.Numbers(n * _relations.Count);
            double sum = Paths.Weights[0];
            int from = 0;
            for (int p = 0; p < n; p++)
            {
                double target = (p + offset) / n;
                while (sum < target && from < n - 1)
                {
                    sum += Paths.Weights[++from];
                }

                ancestors[p] = from;
            }
        }

        /// <summary>The streams of a chunk go on from their ancestors.</summary>
        public void Copy(int chunk, int slice)
        {
            (int first, int count) = Range(chunk);
            for (int p = first; p < first + count; p++)
            {
                int ancestor = Paths.Ancestor(slice, p);
                Part(_states, _model.StateSize, ancestor, 1).CopyTo(Part(_nextStates!, _model.StateSize, p, 1));
                Part(_ahead, _lookahead.Count, ancestor, 1).CopyTo(Part(_nextAhead!, _lookahead.Count, p, 1));
                Part(_sums, _relations.Count, ancestor, 1).CopyTo(Part(_nextSums!, _relations.Count, p, 1));
            }
        }

        public void Swap()
        {
            (_states, _nextStates) = (_nextStates!, _states);
            (_ahead, _nextAhead) = (_nextAhead!, _ahead);
            (_sums, _nextSums) = (_nextSums!, _sums);
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

        private void Collect()
        {
            Paths.LogEvidence += Reduction.LogSumExp<double>(LogWeights) - Elementary.Log((double)_options.Count);
            LogWeights.Clear();
        }

        private (int First, int Count) Range(int chunk)
        {
            int first = chunk * ParticleChunk.Size;
            return (first, Math.Min(ParticleChunk.Size, _options.Count - first));
        }

        private static Span<double> Part(double[] rows, int width, int first, int count) => rows.AsSpan(first * width, count * width);

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
}
