namespace Pallium.Layers.Tests;

/// <summary>What the parts of addressing are for: a strong key finds its slot, a shift moves by whole slots, a sharp exponent draws together.</summary>
public sealed class SlotWeightingTests
{
    private const int Slots = 5;

    [Fact]
    public void A_strong_key_finds_the_slot_that_matches()
    {
        // Slots are the directions (1, 0), (0, 1), (-1, 0), (0, -1) and (0.6, 0.8); the key is three times the last.
        double[] memory = [1, 0, -1, 0, 0.6, 0, 1, 0, -1, 0.8];
        double[] weighting = Weighting(memory, [1.8, 2.4], strength: 200, gate: 1, sharpness: 1, shift: [0, 1, 0], before: [1, 0, 0, 0, 0]);
        AssertAt(4, weighting, 1e-12);
    }

    [Fact]
    public void A_weak_key_finds_all_slots_alike()
    {
        double[] weighting = Weighting([1, 0, -1, 0, 0.6, 0, 1, 0, -1, 0.8], [1.8, 2.4], strength: 0, gate: 1, sharpness: 1, shift: [0, 1, 0], before: [1, 0, 0, 0, 0]);
        Assert.All(weighting, w => Assert.Equal(0.2, w, 1e-15));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(0, -1, 4)]
    [InlineData(4, 1, 0)]
    [InlineData(2, 2, 4)]
    [InlineData(3, 2, 0)]
    [InlineData(1, -2, 4)]
    [InlineData(3, 0, 3)]
    public void A_shift_moves_the_weighting_around_the_ring(int from, int by, int to)
    {
        var before = new double[Slots];
        before[from] = 1;
        var shift = new double[5];
        shift[by + 2] = 1;
        AssertAt(to, Weighting(new double[2 * Slots], [1, 0], strength: 1, gate: 0, sharpness: 1, shift, before), 1e-14);
    }

    [Fact]
    public void Sharpening_raises_to_a_power()
    {
        double[] before = [0.1, 0.2, 0.4, 0.2, 0.1];
        double[] weighting = Weighting(new double[2 * Slots], [1, 0], strength: 1, gate: 0, sharpness: 3, shift: [0, 1, 0], before);
        double sum = before.Sum(w => w * w * w);
        for (int i = 0; i < Slots; i++)
        {
            Assert.Equal(before[i] * before[i] * before[i] / sum, weighting[i], 1e-13);
        }
    }

    private static double[] Weighting(double[] memory, double[] key, double strength, double gate, double sharpness, double[] shift, double[] before)
    {
        double[] record = LayerRun<double>.Unwritten((4 * Slots) + shift.Length - 1);
        double[] weighting = LayerRun<double>.Unwritten(Slots);
        var kept = new SlotRecord<double>(record, weighting);
        var squares = new double[Slots];
        SlotMemory.Match<double>(memory, key, key, kept.Cosine, kept.Cosine, squares);
        SlotWeighting.Compute(new SlotControl<double>(strength, gate, sharpness, key.Sum(k => k * k), shift), squares, before, kept);
        return weighting;
    }

    private static void AssertAt(int slot, double[] weighting, double tolerance)
    {
        for (int i = 0; i < weighting.Length; i++)
        {
            Assert.Equal(i == slot ? 1 : 0, weighting[i], tolerance);
        }
    }
}
