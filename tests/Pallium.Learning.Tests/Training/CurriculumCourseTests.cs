namespace Pallium.Learning.Tests;

public sealed class CurriculumCourseTests
{
    private static readonly (string Source, double Weight)[] First = [("a", 1)];
    private static readonly (string Source, double Weight)[] Both = [("a", 1), ("b", 3)];

    [Fact]
    public void A_stage_ends_after_its_updates()
    {
        CurriculumCourse course = Course(new CurriculumStage("one", First) { Steps = 3 });
        Assert.Equal([false, false, false, true, false], Enumerable.Range(0, 5).Select(step => course.Begin(step)));
        Assert.Equal(1, course.Stage);
        Assert.Equal([1, 3], course.Weights);
        Assert.Equal(["Stage 'one' ended after 3 updates: as long as it was to be."], course.Ended);
    }

    [Fact]
    public void Stages_that_were_not_reached_are_told()
    {
        CurriculumCourse course = Course(new CurriculumStage("one", First) { Steps = 3 });
        course.Begin(0);
        course.Begin(1);
        Assert.Empty(course.Ended);
        string unreached = Assert.Single(course.Report);
        Assert.StartsWith("Learning ended in stage 'one', after 2 updates of it; not reached: '", unreached, StringComparison.Ordinal);
        course.Begin(2);
        course.Begin(3);
        Assert.Equal(course.Ended, course.Report);
    }

    /// <summary>Only the loss of what the stage draws counts.</summary>
    [Fact]
    public void A_stage_ends_below_its_loss()
    {
        CurriculumCourse course = Course(new CurriculumStage("one", Both) { Loss = 1 }, new CurriculumStage("two", First) { Loss = 0.1 });
        Assert.False(course.Validated([0.5, 1.2]));
        course.Begin(0);
        Assert.True(course.Validated([0.6, 1.1]));
        Assert.False(course.Validated([0.2, 0]));
        Assert.True(course.Validated([0.05, 7]));
        Assert.Equal(2, course.Stage);
        Assert.Contains("its loss of 0.975 is below 1", course.Ended[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_ends_where_its_loss_falls_no_more()
    {
        CurriculumCourse course = Course(new CurriculumStage("one", First) { Stalled = new(0.1, 20) });
        Assert.False(course.Validated([2, 0]));
        foreach ((int step, double loss, bool ends) in new[] { (9, 1.5, false), (19, 1.45, false), (29, 1.3, false), (39, 1.29, false), (49, 1.25, true) })
        {
            course.Begin(step);
            Assert.Equal(ends, course.Validated([loss, 0]));
        }

        Assert.Contains("has not fallen by 0.1 in 20 updates", course.Ended[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_stage_has_no_end()
    {
        CurriculumCourse course = Course();
        Assert.False(course.Begin(1_000_000));
        Assert.False(course.Validated([0, 0]));
    }

    /// <summary>A course of these stages and a last one of both sources.</summary>
    private static CurriculumCourse Course(params CurriculumStage[] stages) => new(new Curriculum([.. stages, new("last", Both)]));
}
