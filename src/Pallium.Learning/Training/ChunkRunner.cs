namespace Pallium.Learning;

/// <summary>Runs the chunks of a learning step on several threads. What a chunk is never depends on how many there are.</summary>
/// <remarks>
/// The caller works too, and everyone claims the next chunk through a counter, so a busy core delays only its own chunk.
/// Workers spin for a short while between steps (a learning step lasts milliseconds, waking a thread costs a good part of that) and then sleep.
/// </remarks>
public sealed class ChunkRunner : IDisposable
{
    private const int SpinsBeforeSleep = 2_000;
    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private volatile Batch? _batch;
    private volatile bool _disposed;
    private volatile int _sleeping;

    /// <summary>A runner of <paramref name="threads"/> threads, the caller's own included.</summary>
    public ChunkRunner(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"pallium worker {i + 1}" };
            _workers[i].Start();
        }
    }

    /// <summary>Runs <paramref name="work"/> for 0 .. <paramref name="chunks"/> - 1 and returns when all are done.</summary>
    public void Run(int chunks, Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var batch = new Batch(chunks, work);
        if (chunks > 1 && _workers.Length > 0)
        {
            _batch = batch;
            Interlocked.MemoryBarrier();
            int sleeping = _sleeping;
            if (sleeping > 0)
            {
                _wake.Release(Math.Min(sleeping, chunks - 1));
            }
        }

        batch.Help();
        batch.Wait();
        _batch = null;
        batch.ThrowIfFailed();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _wake.Release(_workers.Length + 1);
        foreach (Thread worker in _workers)
        {
            worker.Join();
        }

        _wake.Dispose();
    }

    private void Work()
    {
        Batch? last = null;
        while (!_disposed)
        {
            for (int spin = 0; spin < SpinsBeforeSleep && !IsWork(last); spin++)
            {
                Thread.SpinWait(20);
            }

            if (!IsWork(last))
            {
                // Counted as asleep before the last look, as the caller shows a batch before it counts who sleeps: one of the two sees the other.
                Interlocked.Increment(ref _sleeping);
                if (!IsWork(last))
                {
                    _wake.Wait();
                }

                Interlocked.Decrement(ref _sleeping);
            }
            else if (_batch is { } batch)
            {
                last = batch;
                batch.Help();
            }
        }
    }

    private bool IsWork(Batch? last) => _disposed || (_batch is { } batch && !ReferenceEquals(batch, last));

    private sealed class Batch(int chunks, Action<int> work)
    {
        private readonly Exception?[] _failures = new Exception?[chunks];
        private int _next = -1;
        private int _done;

        public void Help()
        {
            for (int chunk = Interlocked.Increment(ref _next); chunk < chunks; chunk = Interlocked.Increment(ref _next))
            {
                try
                {
                    work(chunk);
                }
#pragma warning disable CA1031 // Handed to the caller's thread, which throws it.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    _failures[chunk] = failure;
                }

                Interlocked.Increment(ref _done);
            }
        }

        public void Wait()
        {
            var spinner = default(SpinWait);
            while (Volatile.Read(ref _done) < chunks)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        public void ThrowIfFailed()
        {
            if (Array.Find(_failures, failure => failure is not null) is { } first)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
            }
        }
    }
}
