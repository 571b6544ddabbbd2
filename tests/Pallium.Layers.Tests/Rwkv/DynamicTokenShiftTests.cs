using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class DynamicTokenShiftTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new DynamicTokenShift<T>(new(4, 3, new TokenMix("r", 0.5), new TokenMix("k")));

    [Fact]
    public void Without_low_rank_maps_it_is_the_token_shift()
    {
        TokenMix[] mixes = [new("r", 0.5), new("k")];
        var dynamic = new DynamicTokenShift<double>(new(5, 2, mixes));
        dynamic.Initialize(new Rng(1));
        dynamic.Parameters.Single(item => item.Name == "maa_w2").Parameter.Values.Clear();
        dynamic.Refresh();
        var fixedShares = new TokenShift<double>(new(5, mixes));
        fixedShares.Initialize(new Rng(1));
        LayerRun<double> one = new LayerRun<double>(dynamic, 4, 2).Fill(3).Forward();
        LayerRun<double> other = new LayerRun<double>(fixedShares, 4, 2).Fill(3).Forward();
        Assert.Equal(other.Outputs, one.Outputs);
    }

    [Fact]
    public void A_shift_without_rank_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DynamicTokenShift<float>(new(3, 0, new TokenMix("k"))));
}
