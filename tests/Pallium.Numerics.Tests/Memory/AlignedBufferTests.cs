using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics.Tests;

public sealed class AlignedBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_buffer_is_zeroed_and_its_span_and_memory_are_the_same(int length)
    {
        var buffer = new AlignedBuffer<double>(length);
        Assert.Equal(length, buffer.Length);
        Assert.Equal(new double[length], buffer.Span.ToArray());
        buffer.Span.Fill(2);
        Assert.Equal(buffer.Span.ToArray(), buffer.Memory.ToArray());
    }

    [Fact]
    public void A_buffer_begins_on_64_bytes_and_does_not_move()
    {
        var buffers = Enumerable.Range(1, 50).Select(length => new AlignedBuffer<float>(length)).ToList();
        nint[] before = [.. buffers.Select(Address)];
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);

        Assert.All(before, address => Assert.Equal(0, address % 64));
        Assert.Equal(before, buffers.Select(Address));
    }

    [Fact]
    public void A_negative_length_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new AlignedBuffer<float>(-1));

    private static nint Address(AlignedBuffer<float> buffer) =>
        Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(buffer.Span));
}
