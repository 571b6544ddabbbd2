using System.Runtime.CompilerServices;

namespace Pallium.Inference.Tests;

public sealed class SliceReaderTests
{
    private static readonly FrameSchema Schema = new([new Channel("a", ChannelKind.Real), new Channel("b", ChannelKind.Binary)])
    {
        Time = new TimeAxis(TimeKind.Number) { Column = "time" },
        SeriesColumn = "room",
        Statics = [new Channel("area", ChannelKind.Real)],
    };

    [Fact]
    public void Slices_come_one_by_one_with_their_series_and_statics()
    {
        List<Slice> slices = Read("room,time,b,a,area\nx,1,0,5,\ny,1,,6,30\nx,2,1,7,20\n");

        Assert.Equal(["x", "y", "x"], slices.Select(slice => slice.Series));
        Assert.Equal([1, 1, 2], slices.Select(slice => slice.Time));
        Assert.Equal([2, 3, 4], slices.Select(slice => slice.Line));
        Assert.Equal([5, 0], slices[0].Values);
        Assert.Equal([6, double.NaN], slices[1].Values);
        Assert.Equal([double.NaN, 30, 20], slices.Select(slice => slice.Static[0]));
    }

    [Fact]
    public void A_file_of_one_series_needs_no_series_column()
    {
        Assert.Equal(["", ""], Read("time,b,a\n1,0,5\n2,1,7\n").Select(slice => slice.Series));
    }

    [Fact]
    public void Merged_duplicates_come_in_order_and_the_last_ones_at_the_end()
    {
        List<Slice> slices = Read("room,time,a,b\nx,1,5,0\ny,1,9,0\nx,1,7,1\nx,2,8,1\ny,1,5,1\n", new FrameOptions { Duplicates = Duplicates.Mean });

        Assert.Equal(["x 1 6 1", "x 2 8 1", "y 1 7 1"],
            slices.Select(slice => FormattableString.Invariant($"{slice.Series} {slice.Time} {slice.Values[0]} {slice.Values[1]}")));
    }

    [Fact]
    public void Json_keys_may_come_late_and_in_any_order()
    {
        List<Slice> slices = Read("""
            {"a": 1, "time": 0}
            {"time": 1, "b": true, "a": null}
            {"time": 2, "b": 0}
            """);

        Assert.Equal([1, double.NaN, double.NaN, 1, double.NaN, 0], slices.SelectMany(slice => slice.Values));
    }

    [Fact]
    public void Slices_that_were_read_are_not_kept()
    {
        const int Rows = 20_000;
        using var slices = new SliceReader(new Endless(Rows), "stream", Schema);
        WeakReference[] early = ReadSome(slices, 1000);
        while (slices.TryRead(out _))
        {
        }

        GC.Collect();
        Assert.DoesNotContain(early, slice => slice.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] ReadSome(SliceReader slices, int count)
    {
        var read = new WeakReference[count];
        for (int i = 0; i < count; i++)
        {
            Assert.True(slices.TryRead(out Slice? slice));
            read[i] = new WeakReference(slice);
        }

        return read;
    }

    private static List<Slice> Read(string text, FrameOptions? options = null)
    {
        using var reader = new SliceReader(new StringReader(text), "room.csv", Schema, options);
        var slices = new List<Slice>();
        while (reader.TryRead(out Slice? slice))
        {
            slices.Add(slice);
        }

        return slices;
    }

    /// <summary>Many rows that are made as they are read.</summary>
    private sealed class Endless(int rows) : TextReader
    {
        private int _row = -1;

        public override int Peek() => 't';

        public override int Read(char[] buffer, int index, int count)
        {
            string line = _row < 0 ? "time,a,b\n" : _row == rows ? "" : FormattableString.Invariant($"{_row},{_row * 0.5},{_row % 2}\n");
            _row++;
            line.CopyTo(buffer.AsSpan(index));
            return line.Length;
        }
    }
}
