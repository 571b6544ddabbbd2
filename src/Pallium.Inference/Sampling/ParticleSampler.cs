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
    /// <summary>Clamps less likely than this are held to be contradictions.</summary>
    private const double Impossible = -230;

    /// <summary>Bytes that a run takes at the most.</summary>
    public static long Memory(IParticleModel model, int count, int known) =>
        sizeof(double) * ((2L * count * (model.StateSize + known + 1)) + ((long)known * known) + (count * (long)model.Slices.Count));

    /// <summary>Samples paths.</summary>
    /// <exception cref="ContradictionException">No path can fulfil the clamps.</exception>
    public static SampledPaths Run(IParticleModel model, SamplerOptions options, CancellationToken cancellation = default)
    {
        var run = new Population(model, options);
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
                int[] ancestors = run.Ancestors(slice);
                run.Paths.Resample(slice, ancestors);
                runner.Run(chunks, chunk => run.Copy(chunk, ancestors));
                run.Swap();
            }
        }

        run.Finish();
        return run.Paths;
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
    }

    /// <summary>All streams of a run.</summary>
    private sealed class Population
    {
        private readonly IParticleModel _model;
        private readonly SamplerOptions _options;
        private readonly Lookahead _lookahead;
        private readonly RelationPlan _relations;
        private readonly Rng _noise;
        private readonly double[] _logWeights;
        private double[] _states;
        private double[] _ahead;
        private double[] _sums;
        private double[] _nextStates = [];
        private double[] _nextAhead = [];
        private double[] _nextSums = [];

        public Population(IParticleModel model, SamplerOptions options)
        {
            (_model, _options) = (model, options);
            _lookahead = new Lookahead(model, options.Weighs && options.Looks);
            _relations = new RelationPlan(options.Relations);
            _noise = new Rng(options.Seed);
            int n = options.Count;
            _logWeights = new double[n];
            _states = new double[n * model.StateSize];
            _ahead = new double[n * _lookahead.Count];
            _sums = new double[n * _relations.Count];
            for (int p = 0; p < n; p++)
            {
                if (p == 0)
                {
                    model.Start(_states.AsSpan(0, model.StateSize));
                }
                else
                {
                    _states.AsSpan(0, model.StateSize).CopyTo(_states.AsSpan(p * model.StateSize));
                }

                _lookahead.StartMeans.CopyTo(_ahead, p * _lookahead.Count);
                _relations.Start(_sums.AsSpan(p * _relations.Count, _relations.Count));
            }

            Paths = new SampledPaths(n, Places());
        }

        public SampledPaths Paths { get; }

        public bool IsAlive => Array.Exists(_logWeights, log => log > double.NegativeInfinity);

        public ParticleChunk NewWorker() => new(_model, _lookahead, _relations, _options);

        public ChunkReport Sample(ParticleChunk worker, int slice, int chunk)
        {
            (int first, int count) = Range(chunk);
            Span<double> logWeights = _logWeights.AsSpan(first, count);
            ChunkReport report = worker.Sample(slice, first, Part(_states, first, count), Part(_ahead, first, count), Part(_sums, first, count), logWeights, Paths);
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
            double total = Reduction.LogSumExp<double>(_logWeights);
            for (int p = 0; p < _logWeights.Length; p++)
            {
                Paths.Weights[p] = Elementary.Exp(_logWeights[p] - total);
            }

            double effective = 1 / Reduction.SumOfSquares<double>(Paths.Weights);
            Paths.LeastEffective = Math.Min(Paths.LeastEffective, effective);
            return effective;
        }

        /// <summary>Systematic resampling: ancestors in ascending order; all weights become equal.</summary>
        public int[] Ancestors(int slice)
        {
            int n = _options.Count;
            Collect();
            double offset = _noise.For("resample").For(slice).Uniform();
            var ancestors = new int[n];
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

            return ancestors;
        }

        public void Copy(int chunk, int[] ancestors)
        {
            lock (_model)
            {
                Grow(ref _nextStates, _states.Length);
                Grow(ref _nextAhead, _ahead.Length);
                Grow(ref _nextSums, _sums.Length);
            }

            (int first, int count) = Range(chunk);
            for (int p = first; p < first + count; p++)
            {
                Part(_states, ancestors[p], 1).CopyTo(Part(_nextStates, p, 1));
                Part(_ahead, ancestors[p], 1).CopyTo(Part(_nextAhead, p, 1));
                Part(_sums, ancestors[p], 1).CopyTo(Part(_nextSums, p, 1));
            }
        }

        public void Swap()
        {
            (_states, _nextStates) = (_nextStates, _states);
            (_ahead, _nextAhead) = (_nextAhead, _ahead);
            (_sums, _nextSums) = (_nextSums, _sums);
        }

        /// <summary>The evidence of the weights as they are.</summary>
        public void Finish() => Collect();

        public ContradictionException Contradiction(Clamp? clamp, double logMass)
        {
            IReadOnlyList<Channel> channels = _model.Layout.Schema.Channels;
            string which = clamp?.Describe(channels) ?? "what is known";
            string probability = double.IsNegativeInfinity(logMass) ? "0" : FormattableString.Invariant($"exp({logMass:F0})");
            string message = $"Found a contradiction: given the history and the other clamps, '{which}' has probability {probability} (log evidence "
                + FormattableString.Invariant($"{Paths.LogEvidence + logMass:G6}") + "), expected clamps that can hold together.";
            return clamp is null ? new ContradictionException(message) : new ContradictionException(message, clamp, Paths.LogEvidence + logMass);
        }

        private void Collect()
        {
            Paths.LogEvidence += Reduction.LogSumExp<double>(_logWeights) - Elementary.Log((double)_options.Count);
            _logWeights.AsSpan().Clear();
        }

        private (int First, int Count) Range(int chunk)
        {
            int first = chunk * ParticleChunk.Size;
            return (first, Math.Min(ParticleChunk.Size, _options.Count - first));
        }

        private Span<double> Part(double[] rows, int first, int count)
        {
            int width = rows.Length / _options.Count;
            return rows.AsSpan(first * width, count * width);
        }

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

        private static void Grow(ref double[] array, int length)
        {
            if (array.Length != length)
            {
                array = new double[length];
            }
        }
    }
}
