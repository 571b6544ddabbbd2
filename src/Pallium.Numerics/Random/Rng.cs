using System.Numerics;

namespace Pallium.Numerics;

/// <summary>A counter-based random stream (Philox 4x32-10): a value, keyed by seed and purpose, never by thread or order of work.</summary>
/// <remarks>Source: Salmon et al., SC 2011.</remarks>
public struct Rng
{
    private readonly ulong _key;
    private readonly ulong _stream;
    private ulong _counter;

    /// <summary>The root stream of a seed.</summary>
    public Rng(ulong seed)
        : this(seed, 0)
    {
    }

    private Rng(ulong key, ulong stream)
    {
        _key = key;
        _stream = stream;
        _counter = 0;
    }

    /// <summary>An independent stream for a named purpose.</summary>
    public readonly Rng For(string purpose)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in purpose)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return For(unchecked((long)hash));
    }

    /// <summary>An independent stream for a number: a series, a slice, a particle.</summary>
    public readonly Rng For(long index) =>
        new((_key * 6364136223846793005UL) + ((ulong)index * 1442695040888963407UL) + 1, _stream + 1);

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong z = _key + (++_counter * 0x9E3779B97F4A7C15UL) + _stream;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 .. <paramref name="bound"/> - 1, without bias.</summary>
    public int Below(int bound) => (int)((UInt128)NextBits() * (ulong)bound >> 64);

    /// <summary>Standard normal.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>An index drawn in proportion to <paramref name="weights"/>, which are not negative and not all zero.</summary>
    public int Categorical(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double w in weights)
        {
            total += w;
        }

        double target = Uniform() * total;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                last = i;
                if (target < weights[i])
                {
                    return i;
                }
            }

            target -= weights[i];
        }

        return last;
    }

    /// <summary>Fills <paramref name="order"/> with a random permutation of 0 .. n-1.</summary>
    public void Permutation(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            int j = Below(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    /// <summary>Fills with uniform numbers in [low, high).</summary>
    public void Uniform<T>(Span<T> values, double low, double high) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateChecked(low + ((high - low) * Uniform()));
        }
    }

    /// <summary>Fills with normal numbers of mean zero.</summary>
    public void Normal<T>(Span<T> values, double standardDeviation) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateChecked(standardDeviation * Normal());
        }
    }
}
