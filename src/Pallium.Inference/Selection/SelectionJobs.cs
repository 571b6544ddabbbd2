using Pallium.Learning;

namespace Pallium.Inference;

/// <summary>Runs independent pieces of work on several threads, and tells how much is done.</summary>
internal sealed class SelectionJobs(int threads, IProgress<SelectionProgress>? progress, CancellationToken cancellation) : IDisposable
{
    private readonly ChunkRunner _runner = new(threads);
    private readonly Lock _telling = new();

    /// <summary>Runs a phase.</summary>
    /// <param name="phase">What it is, in words.</param>
    /// <param name="count">Pieces.</param>
    /// <param name="from">Share of the whole that is done before it.</param>
    /// <param name="to">Share that is done after it.</param>
    /// <param name="work">Does a piece.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public TResult[] Run<TResult>(string phase, int count, double from, double to, Func<int, TResult> work)
    {
        var results = new TResult[count];
        int done = 0;
        _runner.Run(count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            results[i] = work(i);
            lock (_telling)
            {
                done++;
                progress?.Report(new SelectionProgress(phase, from + ((to - from) * done / count)));
            }
        });
        return results;
    }

    /// <inheritdoc/>
    public void Dispose() => _runner.Dispose();
}
