namespace Pallium.Inference.Tests;

public sealed class LastSeenTests
{
    [Fact]
    public void What_was_seen_last_comes_back_through_holes_and_what_never_was_does_not()
    {
        Session session = Simulated.MixedModel.Begin();
        double nan = double.NaN;
        double[] Seen() => LastSeen.Values(Simulated.MixedModel.Engine, session.State);
        Assert.All(Seen(), value => Assert.Equal(nan, value));
        session.Advance(new Slice(1.4e9, [12.3, 0, 1, nan]));
        session.Advance(new Slice(1.4e9 + 3600, [nan, nan, nan, nan]));
        Assert.Equal([12.3, 0, 1, nan], Seen());
        session.Advance(new Slice(1.4e9 + 7200, [nan, 2.7, 0, 2]));
        Assert.Equal([12.3, 2.7, 0, 2], Seen());
    }
}
