using System.Numerics;

namespace Pallium.Numerics;

/// <summary>A counter-based random stream: a value, keyed by seed and purpose, never by thread or order of work.</summary>
/// <remarks>
/// Number i of a stream is word i of Philox 4x32-10 (Salmon et al., SC 2011) under the stream's 128-bit identity: half of it
/// is the key, half the upper half of the counter. <see cref="For(string)"/> and <see cref="For(long)"/> hash that identity
/// with the name, by the same bijection under other keys, so that numbered siblings differ for certain, and any two of n
/// streams coincide with probability n²/2¹²⁹. A copy goes on by itself: pass by value to draw the same numbers, by reference to go on.
/// A stream has 2⁶⁴ words.
/// </remarks>
public struct Rng
{
    private const ulong NumberTag = 0x6A09E667F3BCC909;
    private const ulong TextTag = 0xBB67AE8584CAA73B;
    private const ulong EndTag = 0x3C6EF372FE94F82B;
    private readonly ulong _key;
    private readonly ulong _stream;
    private ulong _position;
    private ulong _spare;

    /// <summary>The root stream of a seed.</summary>
    public Rng(ulong seed)
        : this(seed, 0)
    {
    }

    private Rng(ulong key, ulong stream)
    {
        _key = key;
        _stream = stream;
    }

    /// <summary>An independent stream for a named purpose, the same however many numbers this one has given.</summary>
    public readonly Rng For(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        Rng stream = this;
        for (int start = 0; start < purpose.Length; start += 4)
        {
            ulong word = 0;
            foreach (char c in purpose.AsSpan(start, Math.Min(4, purpose.Length - start)))
            {
                word = (word << 16) | c;
            }

            stream = stream.Derive(TextTag, word);
        }

        return stream.Derive(EndTag, (ulong)purpose.Length);
    }

    /// <summary>An independent stream for a number (a series, a slice, a particle), the same however many numbers this one has given.</summary>
    public readonly Rng For(long index) => Derive(NumberTag, (ulong)index);

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong position = _position++;
        if ((position & 1) != 0)
        {
            return _spare;
        }

        (ulong bits, _spare) = Philox.Block(_key, position >> 1, _stream);
        return bits;
    }

    /// <summary>Uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double Uniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 .. <paramref name="bound"/> - 1; each has its probability to within a relative 2⁻³³.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextBits(), (ulong)bound, out _);
    }

    /// <summary>Standard normal, the quantile of one uniform number: each takes one word of the stream, and none is beyond ±8.2.</summary>
    public double Normal() => Elementary.NormalQuantile(((NextBits() >> 12) + 0.5) * (1.0 / (1UL << 52)));

    /// <summary>An index drawn in proportion to <paramref name="weights"/>.</summary>
    /// <exception cref="ArgumentException">A weight is negative or NaN, or their sum is zero or infinite.</exception>
    public int Categorical(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
        {
            total = weight >= 0 ? total + weight : double.NaN;
        }

        if (total is not (> 0 and < double.PositiveInfinity))
        {
            throw new ArgumentException($"Weights of a draw are not negative and have a finite, positive sum; these {weights.Length} do not.", nameof(weights));
        }

        double target = Uniform() * total;
        double sum = 0;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            if (target < sum)
            {
                return i;
            }

            // Where the product above was rounded up to the total itself.
            last = weights[i] > 0 ? i : last;
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

    /// <summary>Fills with uniform numbers from <paramref name="low"/> up to <paramref name="high"/>, which only rounding to T can reach.</summary>
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

    /// <summary>The identity of another stream: the bijection under a key that serves only this, not the one that makes the stream's own words.</summary>
    private readonly Rng Derive(ulong tag, ulong word)
    {
        (ulong key, ulong stream) = Philox.Block(_key ^ tag, word, _stream);
        return new Rng(key, stream);
    }
}
