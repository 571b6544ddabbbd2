using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What became of the times that an expert was wanted.</summary>
/// <param name="Hits">It was in memory, or on its way there.</param>
/// <param name="Misses">It had to be fetched, and who wanted it to wait for it.</param>
/// <param name="AheadHits">Of the hits, the first after it was fetched ahead.</param>
/// <param name="Ahead">Experts fetched ahead, wanted later or not.</param>
/// <param name="ResidentBytes">What the experts in memory take.</param>
/// <param name="MostResidentBytes">The most that they ever took.</param>
public sealed record ExpertStatistics(long Hits, long Misses, long AheadHits, long Ahead, long ResidentBytes, long MostResidentBytes)
{
    /// <summary>The share of times that nobody waited for a whole fetch; NaN where nothing was wanted.</summary>
    public double HitRate => (double)Hits / (Hits + Misses);
}

/// <summary>Experts whose weights stay in a file, whatever they compute in.</summary>
public interface IExpertStore
{
    /// <summary>Experts in all.</summary>
    int Experts { get; }

    /// <summary>The fewest bytes that <see cref="Allot"/> takes: those of the experts that one slice needs.</summary>
    long Least { get; }

    /// <summary>Bytes with which all experts are in memory.</summary>
    long Most { get; }

    /// <summary>Numbers that the experts in the file hold.</summary>
    long Parameters { get; }

    /// <summary>Bytes that they take there.</summary>
    long StoredBytes { get; }

    /// <summary>What became of the times that an expert was wanted, until now.</summary>
    ExpertStatistics Statistics { get; }

    /// <summary>Says how many bytes the experts in memory may take; once, before the first step.</summary>
    /// <param name="capacity">At least <see cref="Least"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    void Allot(long capacity);
}

/// <summary>Experts whose weights stay in a model file and of which only so many are in memory, ready for the kernels, as fit a number of bytes.</summary>
/// <remarks>
/// An expert in memory is a block of its kind whose parameters were copied from the file, so that answers have the bits of a model that is in memory as a whole. Each
/// <c>moe</c> of a stack has a pool of such blocks (<see cref="ExpertPool{T}"/>); the bytes are shared among pools by what their experts take. A block in use
/// is not touched; of the others the one that was used longest ago gives way. Answers only: there is no learning form.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="file">Where the weights are; usually mapped (<see cref="SafetensorsFile.Map"/>).</param>
/// <param name="prefix">What the names of the trunk's tensors begin with.</param>
/// <param name="format">What the weights are stored as; null: as they are.</param>
public sealed class ExpertStore<T>(SafetensorsFile file, string prefix, WeightFormat? format = null) : IExpertStore
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<ExpertPool<T>> _pools = [];
    private long _resident;
    private long _most;

    /// <summary>Whether experts are fetched before they are wanted, in the background.</summary>
    public bool LooksAhead { get; init; } = true;

    /// <inheritdoc/>
    public int Experts => _pools.Sum(pool => pool.Experts);

    /// <inheritdoc/>
    public long Least => _pools.Sum(pool => pool.FixedBytes + (pool.LeastSlots * pool.SlotBytes));

    /// <inheritdoc/>
    public long Most => _pools.Sum(pool => pool.FixedBytes + (pool.Experts * pool.SlotBytes));

    /// <inheritdoc/>
    public long Parameters => _pools.Sum(pool => pool.Parameters);

    /// <inheritdoc/>
    public long StoredBytes => _pools.Sum(pool => pool.StoredBytes);

    /// <inheritdoc/>
    public ExpertStatistics Statistics =>
        _pools.Aggregate(new ExpertStatistics(0, 0, 0, 0, Volatile.Read(ref _resident), Volatile.Read(ref _most)), (sum, pool) => pool.AddTo(sum));

    /// <summary>The pools, one for each mixture of the stack's text.</summary>
    internal IReadOnlyList<ExpertPool<T>> Pools => _pools;

    /// <summary>Finds the experts of a stack that was built with this store in the file, and reads each of them once, so that faults show now.</summary>
    /// <param name="trunk">The stack; afterwards its <see cref="ISequenceLayer{T}.Parameters"/> are those that stay in memory.</param>
    /// <exception cref="SafetensorsException">A tensor is missing, of another type or shape, or holds what cannot be a weight.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Bind(ISequenceLayer<T> trunk)
    {
        ArgumentNullException.ThrowIfNull(trunk);
        (string Name, Parameter<T> Parameter)[] names = [.. trunk.Parameters];
        foreach (ExpertPool<T> pool in _pools)
        {
            pool.Bind(file, format, names.ToDictionary(item => item.Parameter, item => prefix + item.Name));
        }
    }

    /// <inheritdoc/>
    public void Allot(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Least);
        double spare = capacity - Least;
        double wanted = Math.Max(1, Most - Least);
        foreach (ExpertPool<T> pool in _pools)
        {
            // Everything but the fewest is shared alike: each pool gets the same part of what it lacks.
            int further = (int)Math.Min(pool.Experts - pool.LeastSlots, Math.Floor((pool.Experts - pool.LeastSlots) * (spare / wanted)));
            pool.Allot(pool.LeastSlots + further);
        }
    }

    /// <summary>A pool for the blocks of one mixture.</summary>
    /// <param name="newBlock">Makes one block.</param>
    /// <param name="together">Blocks that one slice needs.</param>
    internal ExpertPool<T> NewPool(Func<ISequenceLayer<T>> newBlock, int together)
    {
        var pool = new ExpertPool<T>(this, newBlock, together);
        _pools.Add(pool);
        return pool;
    }

    /// <summary>Counts bytes that were taken.</summary>
    internal void Count(long bytes)
    {
        long now = Interlocked.Add(ref _resident, bytes);
        long most = Volatile.Read(ref _most);
        while (now > most)
        {
            long seen = Interlocked.CompareExchange(ref _most, now, most);
            if (seen == most)
            {
                break;
            }

            most = seen;
        }
    }
}
