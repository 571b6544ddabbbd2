using System.Collections.Concurrent;
using System.Numerics;

namespace Pallium.Learning;

/// <summary>Chunks that are free for use: as many, and as much memory, as there are threads at work, however many chunks a step has.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TokenChunks<T>(TokenModel<T> model)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConcurrentBag<TokenChunk<T>> _free = [];

    /// <summary>Does something with a chunk that nobody else uses meanwhile.</summary>
    public TResult Use<TResult>(Func<TokenChunk<T>, TResult> work)
    {
        TokenChunk<T> chunk = _free.TryTake(out TokenChunk<T>? free) ? free : new TokenChunk<T>(model);
        try
        {
            return work(chunk);
        }
        finally
        {
            _free.Add(chunk);
        }
    }
}
