namespace Pallium.Inference.Tests;

public sealed class SessionTests
{
    private static readonly Frame Test = Simulated.Mixed(30, 21);

    [Fact]
    public void A_fork_goes_its_own_way()
    {
        Session session = Watched(10);
        double[] before = Told(session);
        Session fork = session.Fork();
        foreach (Slice slice in Simulated.Slices(Test).Skip(10).Take(5))
        {
            fork.Observe(slice);
        }

        Assert.Equal(before, Told(session));
        Assert.NotEqual(before, Told(fork));
        Assert.Equal(15, fork.Count);
        foreach (Slice slice in Simulated.Slices(Test).Skip(10).Take(5))
        {
            session.Observe(slice);
        }

        Assert.Equal(Told(fork), Told(session));
    }

    [Fact]
    public void A_restored_session_goes_on_bit_for_bit_also_on_a_model_that_was_loaded()
    {
        Session session = Watched(10);
        byte[] saved = session.Save();
        Session restored = Simulated.Loaded(Simulated.Bytes(Simulated.MixedModel)).Restore(saved);
        Assert.Equal(session.Time, restored.Time);
        Assert.Equal(session.Count, restored.Count);
        foreach (Slice slice in Simulated.Slices(Test).Skip(10))
        {
            Surprise expected = session.Observe(slice);
            Surprise found = restored.Observe(slice);
            Assert.Equal(expected.Total, found.Total);
            Assert.Equal(expected.Channels, found.Channels);
            Assert.Equal(expected.TailProbability, found.TailProbability);
        }

        Assert.Equal(session.Save(), restored.Save());
    }

    [Fact]
    public void A_fresh_session_can_be_saved()
    {
        Session restored = Simulated.MixedModel.Restore(Simulated.MixedModel.Begin().Save());
        Assert.True(double.IsNaN(restored.Time));
        Assert.Equal(Told(Simulated.MixedModel.Begin()), Told(restored));
    }

    [Fact]
    public void Sessions_of_other_models_and_damaged_ones_are_refused()
    {
        byte[] saved = Watched(5).Save();
        WorldModel other = Simulated.WalkModel;
        Assert.Contains("not saved by this model", Assert.Throws<InputException>(() => other.Restore(saved)).Message, StringComparison.Ordinal);
        foreach (int length in new[] { 0, 5, 31, 32, 100, saved.Length - 1 })
        {
            Assert.Throws<InputException>(() => Simulated.MixedModel.Restore(saved[..length]));
        }

        for (int i = 0; i < saved.Length; i += 97)
        {
            byte[] damaged = [.. saved];
            damaged[i] ^= 0x40;
            Assert.Throws<InputException>(() => Simulated.MixedModel.Restore(damaged));
        }
    }

    [Fact]
    public void Observing_one_by_one_is_the_same_as_a_frame()
    {
        Session after = Simulated.MixedModel.After(Test);
        Session advanced = Simulated.MixedModel.Begin();
        Session observed = Simulated.MixedModel.Begin();
        foreach (Slice slice in Simulated.Slices(Test))
        {
            advanced.Advance(slice);
            observed.Observe(slice);
        }

        Assert.Equal(after.Save(), advanced.Save());
        Assert.Equal(
            Simulated.Numbers(after.Given("lamp", 1).Infer("rain")),
            Simulated.Numbers(observed.Given("lamp", 1).Infer("rain")));
    }

    [Fact]
    public void Slices_that_cannot_be_are_refused_and_change_nothing()
    {
        Session session = Watched(5);
        byte[] before = session.Save();
        double later = session.NextTime;
        double[] values = [10, 0, 1, 2];
        Slice[] wrong =
        [
            new(session.Time, values), new(session.Time - 1, values), new(double.NaN, values), new(double.PositiveInfinity, values),
            new(later, [10, 0, 1]), new(later, [10, -1, 1, 2]), new(later, [10, 0, 2, 2]), new(later, [10, 0, 1, 3]), new(later, [10, 0, 1, -1]),
            new(later, [10, 0, 1, 0.5]), new(later, [double.PositiveInfinity, 0, 1, 2]), new(later, [1e200, 0, 1, 2]),
        ];
        foreach (Slice slice in wrong)
        {
            Assert.Throws<InputException>(() => session.Observe(slice));
            Assert.Throws<InputException>(() => session.Advance(slice));
            Assert.Throws<InputException>(() => session.Fill(slice));
        }

        Assert.Throws<InputException>(() => session.Next(session.Time));
        Assert.Equal(before, session.Save());
        session.Observe(new Slice(later, [double.NaN, double.NaN, double.NaN, double.NaN]));
        session.Observe(new Slice(later + 1e9, [1e99, 1e99, 1, 2]));
        Assert.All(session.Next(), posterior => Assert.True(double.IsFinite(posterior.Mean)));
    }

    [Fact]
    public void A_stream_costs_the_same_however_long_it_is()
    {
        Session session = Simulated.MixedModel.Begin();
        Slice[] slices = [.. Simulated.Slices(Simulated.Mixed(600, 3))];
        int size = session.Save().Length;
        long[] allocated = new long[2];
        for (int i = 0; i < slices.Length; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            session.Advance(slices[i]);
            allocated[i / 300] += i % 300 >= 50 ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
        }

        Assert.Equal(size, session.Save().Length);
        Assert.Equal(allocated[0], allocated[1]);
        Assert.Equal(0, allocated[1]);
    }

    private static Session Watched(int slices)
    {
        Session session = Simulated.MixedModel.Begin();
        foreach (Slice slice in Simulated.Slices(Test).Take(slices))
        {
            session.Observe(slice);
        }

        return session;
    }

    private static double[] Told(Session session) => [.. session.Next().SelectMany(Simulated.Numbers)];
}
