using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class KeyPanelsTests
{
    private const int Width = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(150)]
    public void Keys_packed_together_lie_where_keys_written_one_by_one_do(int count)
    {
        double[] rows = Drawn(count * Width);
        var packed = new double[rows.Length];
        KeyPanels.Pack<double>(rows, Width, packed);
        var written = new double[rows.Length];
        var read = new double[Width];
        for (int key = 0; key < count; key++)
        {
            double[] row = rows[(key * Width)..((key + 1) * Width)];
            KeyPanels.Write<double>(row, written, key, count);
            KeyPanels.Read(packed, key, count, read);
            Assert.Equal(row, read);
        }

        Assert.Equal(packed, written);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(64, 0, 64)]
    [InlineData(150, 0, 150)]
    [InlineData(150, 5, 149)]
    [InlineData(150, 70, 70)]
    [InlineData(150, 127, 129)]
    public void Products_equal_the_plain_loop(int count, int from, int to)
    {
        const int Queries = 2;
        double[] rows = Drawn(count * Width);
        double[] queries = Drawn(Queries * Width);
        var panels = new double[rows.Length];
        KeyPanels.Pack<double>(rows, Width, panels);
        int stride = to - from + 3;
        var scores = new double[Queries * stride];
        KeyPanels.Multiply<double>(queries, Width, panels, count, from, to, scores, stride);
        for (int i = 0; i < Queries; i++)
        {
            for (int key = from; key < to; key++)
            {
                double expected = Enumerable.Range(0, Width).Sum(d => queries[(i * Width) + d] * rows[(key * Width) + d]);
                Assert.Equal(expected, scores[(i * stride) + (key - from)], 1e-14);
            }
        }
    }

    private static double[] Drawn(int length)
    {
        var values = new double[length];
        new Rng(4).Uniform(values.AsSpan(), -1, 1);
        return values;
    }
}
