using System.Runtime.CompilerServices;

namespace Pallium.Numerics.Tests;

public sealed class ArenaTests
{
    [Fact]
    public void Slices_are_disjoint_and_keep_what_was_written()
    {
        var arena = new Arena<double>();
        ArenaSlice[] slices = [.. new[] { 5, 0, 70_000, 1, 16, 65_530, 7, 200_000 }.Select(arena.TakeDirty)];
        for (int i = 0; i < slices.Length; i++)
        {
            arena[slices[i]].Fill(i);
        }

        for (int i = 0; i < slices.Length; i++)
        {
            Assert.Equal(slices[i].Length, arena[slices[i]].Length);
            Assert.DoesNotContain(arena[slices[i]].ToArray(), value => value != i);
        }
    }

    [Fact]
    public void Slices_of_any_element_begin_on_64_bytes()
    {
        CheckAlignment<float>();
        CheckAlignment<double>();
        CheckAlignment<byte>();
        CheckAlignment<int>();
    }

    [Fact]
    public void A_span_stays_in_place_while_the_arena_grows()
    {
        var arena = new Arena<float>();
        Span<float> first = arena[arena.Take(10)];
        for (int i = 0; i < 20; i++)
        {
            arena.Take(50_000);
        }

        first[3] = 7;
        Assert.Equal(7, arena[new ArenaSlice(0, 0, 10)][3]);
    }

    [Fact]
    public void Take_clears_what_an_earlier_use_left()
    {
        var arena = new Arena<float>();
        arena[arena.TakeDirty(100)].Fill(float.NaN);
        arena.Reset();
        Assert.DoesNotContain(arena[arena.Take(100)].ToArray(), value => value != 0);
    }

    [Fact]
    public void After_the_first_round_of_a_pattern_nothing_is_allocated()
    {
        var arena = new Arena<float>();
        int[] small = [10, 65_000, 900, 70_000, 3];
        int[] large = [200_000, 5, 5, 90_000];
        Round(small);
        Round(large);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(small);
        Round(large);
        Round(small);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Round(int[] lengths)
        {
            arena.Reset();
            foreach (int length in lengths)
            {
                arena.Take(length);
            }
        }
    }

    [Fact]
    public void A_negative_length_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Arena<float>().Take(-1));

    private static void CheckAlignment<T>()
        where T : unmanaged
    {
        var arena = new Arena<T>();
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(0, Unsafe.ByteOffset(ref Unsafe.NullRef<T>(), ref arena[arena.Take(3 + i)][0]) % 64);
        }
    }
}
