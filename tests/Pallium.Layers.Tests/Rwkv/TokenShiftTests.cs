namespace Pallium.Layers.Tests;

public sealed class TokenShiftTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new TokenShift<T>(new(5, new TokenMix("r", 0.5), new TokenMix("k")));

    [Fact]
    public void Mixes_lie_between_a_slice_and_the_one_before()
    {
        var layer = new TokenShift<double>(new(2, new TokenMix("half"), new TokenMix("past")));
        layer.Parameters.First().Parameter.Values.Fill(0.5);
        layer.Parameters.Last().Parameter.Values.Fill(1);
        (double[] state, double[] output) = (new double[2], new double[4]);
        layer.Step([2, 4], [1], state, output, new double[layer.StepScratch(1)]);
        Assert.Equal([1, 2, 0, 0], output);
        layer.Step([6, 8], [1], state, output, new double[layer.StepScratch(1)]);
        Assert.Equal([4, 6, 2, 4], output);
        Assert.Equal([6, 8], state);
    }

    [Fact]
    public void A_shift_without_mixes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenShift<float>(new(3)));
}
