using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class NormalizerTests
{
    private const double SmallestValue = 1e-6;

    [Fact]
    public void Real_values_have_mean_zero_and_deviation_one()
    {
        Frame frame = Frame.FromColumns([("a", [1, 2, double.NaN, 3, 6])]);
        Normalizer normalizer = Normalizer.Fit(frame);

        double[] z = [.. frame.Column(0).Where(x => !double.IsNaN(x)).Select(x => normalizer.Encode(0, x))];
        Assert.Equal(0, z.Sum(), 12);
        Assert.Equal(4, z.Sum(x => x * x), 12);
        Assert.True(double.IsNaN(normalizer.Encode(0, double.NaN)));
        Assert.Equal((1, 6), (normalizer.Channels[0].Low, normalizer.Channels[0].High));
    }

    [Fact]
    public void Encoding_is_undone_by_decoding()
    {
        Gen<(int Seed, int Kind, int Digits)> cases = from seed in Gen.Choose(0, 1_000_000)
                                                      from kind in Gen.Choose(0, 1)
                                                      from digits in Gen.Choose(-3, 6)
                                                      select (seed, kind, digits);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(29, 31), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var rng = new Rng((ulong)c.Seed);
            double unit = c.Digits < 0 ? 1000 : 1.0 / (1 << c.Digits);
            double[] values = [.. Enumerable.Range(0, 50).Select(_ => Math.Max(SmallestValue, Skewed(ref rng)) * unit)];
            Channel channel = new("a", (ChannelKind)c.Kind) { Resolution = SmallestValue * unit };
            Normalizer normalizer = Normalizer.Fit(Frame.FromArrays([channel], values));
            foreach (double x in values.Append(100 * values.Max()))
            {
                // Relative to the largest value: z is a difference from the mean.
                const double Tolerance = 1e-14;
                Assert.Equal(x, normalizer.Decode(0, normalizer.Encode(0, x)), Tolerance * 100 * values.Max());
                (double low, double high) = normalizer.Edges(0, x);
                Assert.True(low < normalizer.Encode(0, x) && normalizer.Encode(0, x) < high);
            }
        }));
    }

    [Fact]
    public void A_positive_channel_is_linear_for_large_values_and_logarithmic_for_small_ones()
    {
        ChannelScale scale = ChannelScale.Fit(new Channel("a", ChannelKind.Positive) { Resolution = 1e-3 }, [1, 2, 3]);

        Assert.InRange(scale.Softness, 1, 3);
        Assert.Equal(100 / scale.Deviation, scale.Encode(1100) - scale.Encode(1000), 9);
        Assert.Equal(scale.Softness * 0.69314718 / scale.Deviation, scale.Encode(0.004) - scale.Encode(0.002), 0.005);
    }

    [Fact]
    public void A_positive_channel_bends_less_where_another_column_is_linear_in_it()
    {
        var rng = new Rng(1);
        double[] values = [.. Enumerable.Range(0, 500).Select(i => i % 3 == 0 ? 0 : Elementary.Exp(1.5 * rng.Normal()))];
        double[] linear = [.. values.Select(x => 3 * x)];
        linear[7] = double.NaN;
        var channel = new Channel("a", ChannelKind.Positive) { Resolution = 1e-3 };

        Assert.True(ChannelScale.Fit(channel, values, linear).Softness < 0.2 * ChannelScale.Fit(channel, values).Softness);
    }

    [Fact]
    public void An_atom_is_flagged_and_left_out_of_the_scale()
    {
        var rain = new Channel("rain", ChannelKind.Positive) { Resolution = 0.1 };
        ChannelScale dry = ChannelScale.Fit(rain, [0, 0, 0, 1, 2, 3]);
        ChannelScale wet = ChannelScale.Fit(rain, [1, 2, 3]);

        Assert.True(dry.HasAtom);
        Assert.False(wet.HasAtom);
        Assert.Equal((wet.Mean, wet.Deviation, wet.Softness), (dry.Mean, dry.Deviation, dry.Softness));
        Assert.False(ChannelScale.Fit(rain, [0, .. Enumerable.Repeat(1.0, 101)]).HasAtom);
    }

    [Fact]
    public void The_interval_of_a_zero_reaches_down_without_end()
    {
        ChannelScale scale = ChannelScale.Fit(new Channel("a", ChannelKind.Positive) { Resolution = 0.1 }, [0.5, 1, 2]);

        (double low, double high) = scale.Edges(0);
        Assert.Equal(double.NegativeInfinity, low);
        Assert.Equal(0.05, scale.Decode(high), 12);
        Assert.Equal(0, scale.Decode(low));
        Assert.True(double.IsFinite(scale.Encode(0)) && scale.Encode(0) < high);
        Assert.Equal(high, scale.Edges(0.1).Low, 12);
    }

    [Fact]
    public void Neighbouring_intervals_share_their_edge()
    {
        ChannelScale scale = ChannelScale.Fit(new Channel("a", ChannelKind.Real) { Resolution = 0.5 }, [0, 1, 3]);

        Assert.Equal(scale.Edges(1).High, scale.Edges(1.5).Low);
    }

    [Fact]
    public void Categories_and_yes_or_no_stay_as_they_are()
    {
        var scale = new ChannelScale(ChannelKind.Categorical);

        Assert.Equal((3, 3, (3.0, 3.0)), (scale.Encode(3), scale.Decode(3), scale.Edges(3)));
    }

    [Fact]
    public void A_channel_that_does_not_move_keeps_a_deviation()
    {
        Assert.Equal(0.5, ChannelScale.Fit(new Channel("a", ChannelKind.Real) { Resolution = 1e-6 }, [50, 50]).Deviation);
        Assert.Equal(0.1, ChannelScale.Fit(new Channel("a", ChannelKind.Positive) { Resolution = 0.1 }, [0, 0]).Deviation, 12);
    }

    [Fact]
    public void A_fault_among_thousands_of_values_neither_widens_the_scale_nor_counts_as_read()
    {
        var rng = new Rng(5);
        double[] values = [.. Enumerable.Range(0, 2000).Select(_ => Math.Round(10 * Math.Abs(rng.Normal()), 2))];
        var rain = new Channel("rain", ChannelKind.Positive) { Resolution = 0.01 };
        ChannelScale sound = ChannelScale.Fit(rain, values);
        ChannelScale faulty = ChannelScale.Fit(rain, [.. values, 98310]);

        Assert.Equal(0, sound.Reach);
        Assert.Equal(sound.Deviation, faulty.Deviation, 1e-9);
        Assert.Equal(7, sound.Bound(7));
        Assert.InRange(faulty.Reach, 5, 30);
        Assert.Equal(faulty.Reach, faulty.Bound(faulty.Encode(98310)));
        Assert.Equal(1.5, faulty.Bound(1.5));

        // What the fault was recorded as stays what it is.
        Assert.Equal(98310, faulty.Decode(faulty.Encode(98310)), 1e-6);

        // Few values, or many that lie far out, are no faults.
        Assert.Equal(0, ChannelScale.Fit(rain, [.. values[..500], 98310]).Reach);
        Assert.Equal(0, ChannelScale.Fit(rain, [.. values, .. Enumerable.Repeat(98310.0, 5)]).Reach);
    }

    [Fact]
    public void Static_columns_have_maps_too()
    {
        Frame frame = Frame.ReadCsv(new StringReader("s,a,area\nx,1,10\nx,2,10\ny,3,30\n"), "room.csv", new FrameOptions { Series = "s", Static = ["area"] });

        Assert.Equal(20, Normalizer.Fit(frame).Statics[0].Mean);
    }

    [Fact]
    public void A_training_part_without_a_channel_is_an_error()
    {
        Frame frame = Frame.ReadCsv(new StringReader("a,b\n1,\n2,\n3,4\n4,5\n"), "room.csv");

        Assert.Equal("room.csv, column 'b': found no value in the 2 rows of the training part, expected at least one (or the column in the option ignore).",
            Assert.Throws<InputException>(() => Normalizer.Fit(frame.Slice(0, 2))).Message);
    }

    private static double Skewed(ref Rng rng)
    {
        double x = Math.Abs(rng.Normal());
        return x * x * x;
    }
}
