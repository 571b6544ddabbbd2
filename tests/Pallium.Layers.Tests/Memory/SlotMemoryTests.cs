using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Comparing, reading and writing against plain loops, at every number of slots from 1 to past four registers.</summary>
public sealed class SlotMemoryTests
{
    private const int Width = 3;
    private const double Tolerance = 1e-13;

    public static TheoryData<int> Slots() => [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 65];

    [Theory]
    [MemberData(nameof(Slots))]
    public void Keys_are_compared_with_every_slot(int slots)
    {
        double[] memory = Draw("memory", Width * slots);
        double[] first = Draw("first", Width);
        double[] second = Draw("second", Width);
        double[] found = LayerRun<double>.Unwritten(3 * slots);
        SlotMemory.Match<double>(memory, first, second, found.AsSpan(0, slots), found.AsSpan(slots, slots), found.AsSpan(2 * slots));
        for (int i = 0; i < slots; i++)
        {
            double[] slot = [.. Enumerable.Range(0, Width).Select(m => memory[(m * slots) + i])];
            Assert.Equal(slot.Zip(first, (x, k) => x * k).Sum(), found[i], Tolerance);
            Assert.Equal(slot.Zip(second, (x, k) => x * k).Sum(), found[slots + i], Tolerance);
            Assert.Equal(slot.Sum(x => x * x), found[(2 * slots) + i], Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Slots))]
    public void All_heads_erase_before_any_adds(int slots)
    {
        const double Constant = 0.25;
        const int Heads = 2;
        double[] differences = Draw("memory", Width * slots);
        double[] weightings = Draw("weightings", Heads * slots);
        double[] erase = Draw("erase", Heads * Width);
        double[] add = Draw("add", Heads * Width);
        double[] found = [.. differences];
        SlotMemory.Write(Constant, weightings, erase, add, Width, found);
        for (int at = 0; at < found.Length; at++)
        {
            (int m, int i) = (at / slots, at % slots);
            double kept = (1 - (weightings[i] * erase[m])) * (1 - (weightings[slots + i] * erase[Width + m]));
            double added = (weightings[i] * add[m]) + (weightings[slots + i] * add[Width + m]);
            Assert.Equal(((Constant + differences[at]) * kept) + added - Constant, found[at], Tolerance);
        }
    }

    private static double[] Draw(string name, int length)
    {
        var values = new double[length];
        new Rng(3).For(name).Uniform(values.AsSpan(), -1, 1);
        return values;
    }
}
