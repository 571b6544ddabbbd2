namespace Pallium.Inference.Tests;

public sealed class WorldParticlesTests
{
    /// <summary>A hole of a slice that has come is drawn, but the network goes on as a stream that saw a hole; a slice to come is shown to it as drawn.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_drawn_of_slices_that_have_come_stays_a_hole_to_the_network(bool hasCome)
    {
        WorldModel model = Simulated.MixedModel;
        var engine = new WorldEngine(
            model.Engine.Schema, model.Engine.Normalizer, model.Engine.Clock, model.Engine.Core, model.Engine.Network, NetworkShares.All(model.Engine.Core.Layout));
        Slice[] slices = [.. Simulated.Slices(Simulated.Mixed(62, 5, holes: 0))];
        Session session = model.Begin();
        Array.ForEach(slices[..60], session.Advance);
        Slice gappy = slices[60] with { Values = [double.NaN, .. slices[60].Values[1..]] };
        var particles = new WorldParticles(engine, session.State.Copy(), [Plan(gappy, hasCome), Plan(slices[61], hasCome)]);
        double[][] states = [Drawn(particles, gappy, 2), Drawn(particles, gappy, 18)];
        session.Advance(gappy);
        double[] seen = [.. session.State.Network, .. session.State.Core.AsSpan(engine.Core.Base.StateSize)];
        Assert.Equal(hasCome, states[0].AsSpan(0, particles.DifferencesStart).SequenceEqual(seen));
        Assert.Equal(hasCome, states[0].AsSpan(0, particles.DifferencesStart).SequenceEqual(states[1].AsSpan(0, particles.DifferencesStart)));
        Assert.NotEqual(states[0][particles.DifferencesStart..], states[1][particles.DifferencesStart..]);
    }

    /// <summary>The state of a stream that drew <paramref name="value"/> for the hole.</summary>
    private static double[] Drawn(WorldParticles particles, Slice gappy, double value)
    {
        int d = particles.Layout.Coordinates;
        var state = new double[particles.StateSize];
        var means = new double[d];
        var coordinates = new double[d];
        particles.Start(state);
        particles.Layout.Encode([value, .. gappy.Values[1..]], coordinates);
        IParticleRows rows = particles.NewRows(1);
        rows.Begin(0, 1, state, means);
        rows.End(coordinates, means, state);
        return state;
    }

    private static SlicePlan Plan(Slice slice, bool hasCome) =>
        new(slice.Time, [.. slice.Values.Select(value => double.IsNaN(value) ? CellPlan.Free : new CellPlan(CellRole.Known) { Value = value })]) { HasCome = hasCome };
}
