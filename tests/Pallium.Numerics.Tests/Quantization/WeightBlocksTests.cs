namespace Pallium.Numerics.Tests;

public sealed class WeightBlocksTests
{
    [Fact]
    public void Blocks_cover_every_weight_once_in_whole_rows_or_equal_parts_of_one()
    {
        foreach (int rows in new[] { 0, 1, 2, 7, 300 })
        {
            for (int row = 0; row <= 1030; row += row < 300 ? 1 : 73)
            {
                var blocks = new WeightBlocks([rows, row]);
                int[] ends = Ends(blocks);
                Assert.Equal(rows * row, ends.LastOrDefault());
                int[] lengths = [.. ends.Zip(ends.Prepend(0), (end, start) => end - start)];
                Assert.All(lengths, length => Assert.InRange(length, 1, 256));

                // All but what is left at the end of the tensor, or of a row of unequal parts.
                Assert.All(lengths.Where((_, i) => row <= 256 && i < lengths.Length - 1), length => Assert.True(length >= 128 && length % row == 0));
                Assert.All(lengths.Where(_ => row > 256), length => Assert.True(length >= 126));
                Assert.All(Enumerable.Range(1, row > 256 ? rows : 0), r => Assert.Contains(r * row, ends));
            }
        }
    }

    [Fact]
    public void Numbers_and_vectors_are_rows()
    {
        Assert.Equal([1], Ends(new WeightBlocks([])));
        Assert.Equal([200], Ends(new WeightBlocks([200])));
        Assert.Equal([150, 300], Ends(new WeightBlocks([300])));
        Assert.Equal([128, 256, 320], Ends(new WeightBlocks([2, 40, 4])));
    }

    private static int[] Ends(WeightBlocks blocks)
    {
        var ends = new int[blocks.Count];
        for (int i = 0, start = 0; i < ends.Length; i++)
        {
            start = ends[i] = blocks.End(start);
        }

        return ends;
    }
}
