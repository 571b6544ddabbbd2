using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Sequential Monte Carlo over a model: paths of slices, sampled cell by cell under what is known, weighted and resampled.</summary>
/// <remarks>
/// Streams come in antithetic pairs (opposite noise). Noise is keyed by slice, channel and pair, work is cut into chunks of fixed size: the bits do not
/// depend on the number of threads. Known cells of later slices steer by <see cref="Lookahead"/>. Resampling is systematic, when the effective
/// sample size falls below half; of conditional runs (<see cref="ConditionalSweeps"/>) neither holds. Source: Doucet and Johansen, A tutorial on particle filtering and smoothing, 2011.
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
        using var run = new Population(model, options, move: null);
        return Run(run, model, options, cancellation);
    }

    /// <summary>The same with streams that are made already.</summary>
    public static SampledPaths Run(Population run, IParticleModel model, SamplerOptions options, CancellationToken cancellation)
    {
        int chunks = options.Chunks;
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
}
