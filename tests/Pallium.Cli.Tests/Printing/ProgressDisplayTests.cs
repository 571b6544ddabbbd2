namespace Pallium.Cli.Tests;

public sealed class ProgressDisplayTests
{
    [Fact]
    public void Learning_shows_loss_rate_and_time_left() => Assert.Equal(
        "learning, loss 2.950 (val 3.050), 51,234 slices/s, 1:05 left",
        ProgressDisplay.Describe(new LearnProgress("learning", 0.5, 2.95, 3.05, 51234, TimeSpan.FromSeconds(65))));

    [Fact]
    public void What_is_not_known_yet_is_left_out() => Assert.Equal(
        "fitting the base", ProgressDisplay.Describe(new LearnProgress("fitting the base", 0, double.NaN, double.NaN, 0, TimeSpan.Zero)));
}
