namespace Pallium.Numerics.Tests;

public sealed class BFloat16Tests
{
    private const uint Infinity = 0x7F80;

    [Theory]
    [InlineData(0f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(1.00390625f, 0x3F80)] // 1 + 2^-8, halfway: down to the even
    [InlineData(1.01171875f, 0x3F82)] // 1 + 3·2^-8, halfway: up to the even
    [InlineData(1.00390637f, 0x3F81)] // one float past halfway
    [InlineData(1.9999999f, 0x4000)] // carries into the exponent
    [InlineData(3.3895314e38f, 0x7F7F)] // the largest
    [InlineData(3.3961775e38f, 0x7F80)] // half a step past it
    [InlineData(3.396177e38f, 0x7F7F)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(9.2e-41f, 0x0001)] // subnormals: steps of 2^-133
    [InlineData(4.5e-41f, 0x0000)]
    [InlineData(float.Epsilon, 0x0000)]
    [InlineData(-1.1754942e-38f, 0x8080)] // the largest float that is not normal becomes normal
    public void Floats_become_the_nearest(float x, int bits)
    {
        Assert.Equal((ushort)bits, BFloat16.Nearest(x).Bits);
        Assert.Equal((ushort)bits, BFloat16.Nearest((double)x).Bits);
    }

    [Theory]
    [InlineData(0x7F800001u)] // its payload lies wholly in the bits that go
    [InlineData(0x7FFFFFFFu)] // rounding it up would carry into the sign
    [InlineData(0xFFC00000u)]
    public void NaN_stays_NaN(uint bits)
    {
        float x = BitConverter.UInt32BitsToSingle(bits);
        Assert.True(float.IsNaN(BFloat16.Nearest(x).ToSingle()));
        Assert.True(float.IsNaN(BFloat16.Nearest((double)x).ToSingle()));
        Assert.Equal(bits >> 31, (uint)BFloat16.Nearest(x).Bits >> 15);
    }

    [Fact]
    public void Every_number_is_its_own_nearest()
    {
        for (uint bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = new BFloat16((ushort)bits);
            float x = number.ToSingle();
            Assert.Equal((bits & Infinity) != Infinity, number.IsFinite);
            Assert.Equal(float.IsNormal(x), number.IsNormal);
            if (!float.IsNaN(x))
            {
                Assert.Equal(number, BFloat16.Nearest(x));
                Assert.Equal(number, BFloat16.Nearest((double)x));
            }
        }
    }

    [Fact]
    public void Any_number_becomes_the_nearer_of_its_neighbours_and_the_even_of_two_equally_near()
    {
        var rng = new Rng(5);
        for (int i = 0; i < 200_000; i++)
        {
            float single = BitConverter.UInt32BitsToSingle((uint)rng.Below(int.MaxValue) | ((uint)i << 31));
            if (float.IsFinite(single))
            {
                Assert.Equal(Plain(single), BFloat16.Nearest(single));

                // Doubles beside a tie, closer to it than a float can be, are no ties.
                double halfway = BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(single) & 0xFFFF0000) | 0x8000);
                foreach (double x in new[] { halfway, Math.BitIncrement(halfway), Math.BitDecrement(halfway), single * (1 + 1e-12) })
                {
                    Assert.Equal(Plain(x), BFloat16.Nearest(x));
                }
            }
        }
    }

    /// <summary>The number whose distance is smallest, found by comparing distances; the step past the largest counts as infinity.</summary>
    private static BFloat16 Plain(double x)
    {
        uint sign = double.IsNegative(x) ? 0x8000u : 0;
        double size = Math.Abs(x);
        uint low = 0;
        for (uint step = 0x4000; step > 0; step >>= 1)
        {
            low += low + step < Infinity && new BFloat16((ushort)(low + step)).ToSingle() <= size ? step : 0;
        }

        double below = new BFloat16((ushort)low).ToSingle();
        double above = low + 1 == Infinity ? Math.Pow(2, 128) : new BFloat16((ushort)(low + 1)).ToSingle();
        bool up = size - below > above - size || (size - below == above - size && low % 2 == 1);
        return new BFloat16((ushort)(sign | (up ? low + 1 : low)));
    }
}
