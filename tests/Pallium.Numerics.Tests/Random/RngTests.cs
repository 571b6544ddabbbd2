namespace Pallium.Numerics.Tests;

public sealed class RngTests
{
    private const int Draws = 200_000;

    /// <summary>Five standard deviations: a right generator with another seed would fail once in two million.</summary>
    private const double Deviations = 5;

    [Fact]
    public void A_stream_is_words_of_Philox_in_order()
    {
        var rng = new Rng(0);
        Assert.Equal(0xe169c58d6627e8d5UL, rng.NextBits());
        Assert.Equal(0x9b00dbd8bc57ac4cUL, rng.NextBits());
        Assert.Equal(Philox.Block(0, 1, 0).Low, rng.NextBits());
    }

    [Fact]
    public void A_copy_goes_on_by_itself()
    {
        var rng = new Rng(9);
        rng.NextBits();
        Rng copy = rng;
        Assert.Equal(rng.NextBits(), copy.NextBits());
        Assert.Equal(rng.Normal(), copy.Normal());
    }

    [Fact]
    public void A_derived_stream_does_not_depend_on_what_was_drawn()
    {
        var rng = new Rng(9);
        ulong before = rng.For("weights").For(3).NextBits();
        rng.Normal();
        Assert.Equal(before, rng.For("weights").For(3).NextBits());
    }

    [Fact]
    public void Derived_streams_do_not_collide_however_they_are_nested()
    {
        var seen = new HashSet<ulong>();
        int count = 0;
        foreach (ulong seed in new ulong[] { 0, 1, 2, ulong.MaxValue })
        {
            var root = new Rng(seed);
            Note(root);
            foreach (string name in new[] { "", "a", "b", "ab", "ba", "abcd", "abcde", "a\0", "\0", "weights", "weight", "dropout", "0", "1" })
            {
                Note(root.For(name));
                foreach (string inner in new[] { "", "a", "b", "ab", "\0" })
                {
                    Note(root.For(name).For(inner));
                }
            }

            for (int i = -100; i < 100; i++)
            {
                Note(root.For(i));
                for (int j = -100; j < 100; j++)
                {
                    Note(root.For(i).For(j));
                }
            }
        }

        Assert.Equal(count, seen.Count);

        void Note(Rng rng)
        {
            seen.Add(rng.NextBits());
            count++;
        }
    }

    [Fact]
    public void Streams_side_by_side_are_uncorrelated()
    {
        var root = new Rng(4);
        (string Name, Func<int, Rng> Left, Func<int, Rng> Right)[] pairs =
        [
            ("siblings", i => root.For(i), i => root.For(i + 1)),
            ("seeds", i => new Rng((ulong)i), i => new Rng((ulong)i + 1)),
            ("parent and child", i => root.For(i), i => root.For(i).For(0)),
            ("order of nesting", i => root.For(i).For(1), i => root.For(1).For(i)),
            ("names and numbers", i => root.For("x").For(i), i => root.For(i)),
        ];
        foreach ((string name, Func<int, Rng> left, Func<int, Rng> right) in pairs)
        {
            double sum = 0;
            for (int i = 2; i < Draws; i++)
            {
                sum += (left(i).Uniform() - 0.5) * (right(i).Uniform() - 0.5);
            }

            // A product of two centred uniforms has variance 1/144.
            double score = sum / Math.Sqrt(Draws / 144.0);
            Assert.True(Math.Abs(score) < Deviations, $"{name}: {score}");
        }
    }

    [Fact]
    public void Half_of_the_bits_differ_between_neighbours()
    {
        var root = new Rng(4);
        int[] flips = new int[64];
        for (int i = 0; i < Draws; i++)
        {
            ulong difference = root.For(i).NextBits() ^ root.For(i + 1).NextBits();
            for (int bit = 0; bit < 64; bit++)
            {
                flips[bit] += (int)(difference >> bit) & 1;
            }
        }

        Assert.All(flips, count => Assert.InRange(count, (Draws / 2) - (Deviations * Math.Sqrt(Draws) / 2), (Draws / 2) + (Deviations * Math.Sqrt(Draws) / 2)));
    }

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_uniform_law()
    {
        var rng = new Rng(11);
        double[] u = [.. Enumerable.Range(0, Draws).Select(_ => rng.Uniform())];
        Assert.All(u, value => Assert.InRange(value, 0, 1 - (1.0 / (1UL << 53))));
        for (int power = 1; power <= 4; power++)
        {
            double variance = (1.0 / ((2 * power) + 1)) - (1.0 / ((power + 1) * (power + 1)));
            AssertMean(u.Select(value => Math.Pow(value, power)), 1.0 / (power + 1), variance);
        }

        AssertMean(u[1..].Zip(u, (next, value) => (next - 0.5) * (value - 0.5)), 0, 1 / 144.0);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_and_tails_of_the_normal_law()
    {
        var rng = new Rng(12);
        double[] z = [.. Enumerable.Range(0, Draws).Select(_ => rng.Normal())];
        AssertMean(z, 0, 1);
        AssertMean(z.Select(value => value * value), 1, 2);
        AssertMean(z.Select(value => value * value * value), 0, 15);
        AssertMean(z.Select(value => value * value * value * value), 3, 96);
        AssertMean(z[1..].Zip(z, (next, value) => next * value), 0, 1);

        // P(|z| > 1), > 2, > 3, from tables.
        foreach ((double bound, double p) in new[] { (1, 0.317310507863), (2, 0.045500263896), (3, 0.002699796063) })
        {
            AssertMean(z.Select(value => Math.Abs(value) > bound ? 1.0 : 0), p, p * (1 - p));
        }
    }

    [Fact]
    public void A_normal_number_takes_one_word_of_the_stream()
    {
        var rng = new Rng(12);
        var words = new Rng(12);
        rng.Normal();
        words.NextBits();
        Assert.Equal(words.NextBits(), rng.NextBits());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Below_is_uniform_by_chi_square(int bound)
    {
        var rng = new Rng(13);
        int[] counts = new int[bound];
        for (int i = 0; i < Draws; i++)
        {
            counts[rng.Below(bound)]++;
        }

        AssertChiSquare(counts, Enumerable.Repeat(1.0 / bound, bound));
    }

    [Fact]
    public void Below_reaches_both_ends_of_the_widest_range()
    {
        var rng = new Rng(14);
        int[] draws = [.. Enumerable.Range(0, Draws).Select(_ => rng.Below(int.MaxValue))];
        Assert.InRange(draws.Min(), 0, int.MaxValue / 10_000);
        Assert.InRange(draws.Max(), int.MaxValue - (int.MaxValue / 10_000), int.MaxValue - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => rng.Below(0));
    }

    [Fact]
    public void Categories_come_in_proportion_by_chi_square()
    {
        var rng = new Rng(15);
        double[] weights = [0, 3, 0.5, 0, 1, 2.5, 0];
        int[] counts = new int[weights.Length];
        for (int i = 0; i < Draws; i++)
        {
            counts[rng.Categorical(weights)]++;
        }

        Assert.Equal(0, counts[0] + counts[3] + counts[6]);
        AssertChiSquare([counts[1], counts[2], counts[4], counts[5]], [3 / 7.0, 0.5 / 7, 1 / 7.0, 2.5 / 7]);
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, -1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(1.0, double.PositiveInfinity)]
    public void Weights_that_make_no_law_are_refused(double first, double second)
    {
        var rng = new Rng(1);
        Assert.Throws<ArgumentException>(() => rng.Categorical([first, second]));
    }

    [Fact]
    public void All_permutations_of_four_are_equally_likely()
    {
        var rng = new Rng(16);
        var counts = new Dictionary<string, int>();
        int[] order = new int[4];
        for (int i = 0; i < Draws; i++)
        {
            rng.Permutation(order);
            string key = string.Concat(order);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Keys, key => Assert.Equal("0123", string.Concat(key.Order())));
        AssertChiSquare([.. counts.Values], Enumerable.Repeat(1 / 24.0, 24));
    }

    [Fact]
    public void Filling_a_span_gives_the_bits_of_drawing_one_by_one()
    {
        double[] normal = new double[33];
        float[] uniform = new float[33];
        var rng = new Rng(17);
        rng.Normal<double>(normal, 0.5);
        rng.Uniform<float>(uniform, -2, 3);

        var single = new Rng(17);
        Assert.Equal(Enumerable.Range(0, 33).Select(_ => 0.5 * single.Normal()), normal);
        Assert.Equal(Enumerable.Range(0, 33).Select(_ => (float)(-2 + (5 * single.Uniform()))), uniform);
    }

    [Fact]
    public void The_bits_of_a_seed_are_pinned()
    {
        // A change here changes every model learned from a seed.
        var rng = new Rng(7).For("weights").For(3);
        Assert.Equal(1897974993306664074UL, rng.NextBits());
    }

    private static void AssertMean(IEnumerable<double> values, double mean, double variance)
    {
        double[] all = [.. values];
        double score = (all.Average() - mean) / Math.Sqrt(variance / all.Length);
        Assert.True(Math.Abs(score) < Deviations, $"The mean is {score} deviations from {mean}.");
    }

    private static void AssertChiSquare(int[] counts, IEnumerable<double> probabilities)
    {
        double total = counts.Sum();
        double chi = counts.Zip(probabilities, (count, p) => Math.Pow(count - (total * p), 2) / (total * p)).Sum();
        int degrees = counts.Length - 1;
        Assert.InRange(chi, degrees - (Deviations * Math.Sqrt(2.0 * degrees)), degrees + (Deviations * Math.Sqrt(2.0 * degrees)));
    }
}
