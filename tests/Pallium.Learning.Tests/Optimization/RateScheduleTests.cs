namespace Pallium.Learning.Tests;

public sealed class RateScheduleTests
{
    [Fact]
    public void A_cosine_falls_from_the_rate_to_zero_and_is_half_way_down_in_the_middle()
    {
        var schedule = new RateSchedule(0.02) { Form = RateForm.Cosine, WarmUp = 0 };
        Assert.Equal(0.02, schedule.At(0, 1000), 1e-15);
        Assert.Equal(0.01, schedule.At(500, 1000), 1e-15);
        Assert.Equal(0.01 * (1 + Math.Cos(Math.PI / 3)), schedule.At(333, 999), 1e-15);
        Assert.InRange(schedule.At(999, 1000), 0, 1e-7);
    }

    [Fact]
    public void A_constant_rate_stays_until_the_cool_down_and_ends_near_zero()
    {
        var schedule = new RateSchedule(0.02) { WarmUp = 0, CoolDown = 0.2 };
        Assert.Equal(0.02, schedule.At(0, 1000));
        Assert.Equal(0.02, schedule.At(800, 1000));
        Assert.Equal(0.01, schedule.At(850, 1000), 1e-12);
        Assert.InRange(schedule.At(999, 1000), 0, 1e-4);
    }

    [Theory, InlineData(RateForm.Constant), InlineData(RateForm.Cosine)]
    public void Warm_up_is_linear_in_both_forms(RateForm form)
    {
        RateSchedule with = new(1) { Form = form, WarmUp = 10 };
        RateSchedule without = with with { WarmUp = 0 };
        for (int step = 0; step < 20; step++)
        {
            Assert.Equal(without.At(step, 100) * Math.Min(1, (step + 1) / 10.0), with.At(step, 100), 1e-15);
        }
    }
}
