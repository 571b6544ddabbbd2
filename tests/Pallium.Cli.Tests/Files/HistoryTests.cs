namespace Pallium.Cli.Tests;

public sealed class HistoryTests(LearnedModel learned)
{
    private const double Hour = 3600;

    [Fact]
    public void The_session_stops_before_what_a_question_reaches_back_to()
    {
        WorldModel model = ModelFile.Load(learned.Model);
        History all = Read(model, QuestionReach.None);
        History some = Read(model, QuestionReach.None with { Slices = 7 });
        Assert.Empty(all.Since);
        Assert.Equal(7, some.Since.Count);
        Assert.Equal(all.Before.Count, some.Before.Count + 7);
        Assert.Equal(all.Before.Time, some.Times[^1]);
        Assert.Equal([all.Before.Time], all.Times);
        Assert.Equal(some.Since[0].Time - Hour, some.Before.Time);
        Assert.Equal(all.Before.Save(), some.Keep(0).Before.Save());
        Assert.Equal(some.Since.Skip(4), some.Keep(3).Since);
        Assert.Equal(7, some.Keep(100).Since.Count);
    }

    [Fact]
    public void A_reach_by_time_keeps_what_it_says()
    {
        WorldModel model = ModelFile.Load(learned.Model);
        double last = Read(model, QuestionReach.None).Before.Time;
        Assert.Equal(6, Read(model, QuestionReach.None with { Length = 5 * Hour }).Since.Count);
        Assert.Equal(last - (9 * Hour), Read(model, QuestionReach.None with { Since = last - (9 * Hour) }).Since[0].Time);
        History until = History.Read(model, learned.Data, new FrameOptions { Schema = model.Schema }, QuestionReach.None with { Slices = 2 }, until: last - (3 * Hour));
        Assert.Equal([last - (4 * Hour), last - (3 * Hour)], until.Times);
    }

    private History Read(WorldModel model, QuestionReach reach) => History.Read(model, learned.Data, new FrameOptions { Schema = model.Schema }, reach);
}
