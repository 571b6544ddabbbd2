using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ShareFitTests
{
    [Fact]
    public void A_network_of_noise_gets_no_say()
    {
        WorldEngine engine = Simulated.WalkModel.Engine;
        (ValidationSet<double> set, SliceNetwork<double> network) = Validation(engine, noise: 2);
        (NetworkShares shares, ChannelContribution[] contributions) = ShareFit.Fit(engine, set);
        Assert.All(contributions, contribution => Assert.True(contribution.Loss <= contribution.BaseLoss));
        double alone = ShareFit.Loss(engine.Core.Layout, set, NetworkShares.None(engine.Core.Layout));
        Assert.True(ShareFit.Loss(engine.Core.Layout, set, shares) <= alone);
        Assert.True(ShareFit.Loss(engine.Core.Layout, set, NetworkShares.All(engine.Core.Layout)) > alone);
        Assert.All(shares.Mean, share => Assert.InRange(share, 0, 0.1));
    }

    [Fact]
    public void A_new_network_is_the_base()
    {
        WorldEngine engine = Simulated.WalkModel.Engine;
        (ValidationSet<double> set, _) = Validation(engine, noise: 0);
        double alone = ShareFit.Loss(engine.Core.Layout, set, NetworkShares.None(engine.Core.Layout));
        Assert.Equal(alone, ShareFit.Loss(engine.Core.Layout, set, NetworkShares.All(engine.Core.Layout)), 1e-9);
    }

    private static (ValidationSet<double> Set, SliceNetwork<double> Network) Validation(WorldEngine engine, double noise)
    {
        SliceNetwork<double> network = WorldLearner.NewNetwork<double>(StackText.Parse("gru(4)"), engine.Core, 8);
        network.Initialize(new Rng(3));
        foreach ((string name, Parameter<double> parameter) in network.Parameters.Items)
        {
            if (name.EndsWith("w_out", StringComparison.Ordinal))
            {
                new Rng(4).For(name).Normal(parameter.Values, noise);
            }
        }

        network.Refresh();
        EncodedSeries series = WorldEngine.Encode(engine.Schema, engine.Normalizer, engine.Clock, engine.Core.Layout, Simulated.Walk(400, 17).Series[0]);
        return (new ValidationSet<double>(engine.Core, network, [series], [new Stretch(0, 0, 400)], new Rng(5)), network);
    }
}
