using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class SliceDreamsTests
{
    [Fact]
    public void A_slice_is_the_same_drawn_alone_or_among_others()
    {
        WorldModel model = Simulated.MixedModel;
        var observer = new SliceObserver(model.Engine);
        StreamState state = model.After(Simulated.Mixed(20, 3, holes: 0)).State;
        double time = model.Engine.NextTime(state);
        var rng = new Rng(5);
        (double[][] many, double[] logs) = observer.Dream(state, time, [0, 1, 2, 3], rng, 20);
        (double[][] few, double[] fewLogs) = observer.Dream(state, time, [0, 1, 2, 3], rng, 3);
        Assert.Equal(fewLogs, logs[..3]);
        for (int i = 0; i < few.Length; i++)
        {
            Assert.Equal(few[i], many[i]);
        }
    }

    [Fact]
    public void Its_log_probability_is_that_of_the_joint_and_channels_not_asked_for_stay_holes()
    {
        WorldModel model = Simulated.MixedModel;
        var observer = new SliceObserver(model.Engine);
        StreamState state = model.After(Simulated.Mixed(20, 3, holes: 0)).State;
        double time = model.Engine.NextTime(state);
        (double[][] slices, double[] logs) = observer.Dream(state, time, [0, 2], new Rng(6), 17);
        for (int i = 0; i < slices.Length; i++)
        {
            Assert.True(double.IsNaN(slices[i][1]) && double.IsNaN(slices[i][3]));
            Assert.Equal(observer.LogJoint(state, time, slices[i], [0, 2]), logs[i], 1e-9);
        }
    }
}
