namespace Pallium.Inference.Tests;

public sealed class NoveltyGaugeTests
{
    private const double Tolerance = 0.2;
    private const double Habituation = 0.3;
    private static readonly AnomalyOptions Options = new(10) { Tolerance = Tolerance, Habituation = Habituation, Memory = 2, ExceptionMemory = 3 };

    [Fact]
    public void Surprise_is_that_of_an_excess_that_follows_a_lomax_law_whose_scale_grows_with_every_excess()
    {
        var gauge = new NoveltyGauge(Options);
        var state = new double[NoveltyGauge.StateLength];
        double decay = Math.Exp(-1 / 20.0);
        Assert.Equal(0, gauge.Meet(1, isLearning: true, state));

        // No range yet: an excess of 1. Then half of the range 2 beyond it, with the scale a₀ + h.
        Assert.Equal(Math.Log(1 + (1 / Tolerance)), gauge.Meet(3, isLearning: true, state), 1e-12);
        Assert.Equal(Math.Log(1 + (0.5 / (Tolerance + Habituation))), gauge.Meet(4, isLearning: true, state), 1e-12);
        Assert.Equal(0, gauge.Meet(2, isLearning: true, state));
        double habit = Habituation * ((decay * decay) + (0.5 * decay));
        Assert.Equal(Math.Log(1 + ((1 / 3.0) / (Tolerance + habit))), gauge.Meet(0, isLearning: true, state), 1e-12);
        Assert.Equal(4, NoveltyGauge.Range(state), 1e-12);
    }

    [Fact]
    public void An_exception_after_learning_fades_back_to_the_range_of_the_learning_period()
    {
        var gauge = new NoveltyGauge(Options);
        var state = new double[NoveltyGauge.StateLength];
        gauge.Meet(0, isLearning: true, state);
        gauge.Meet(1, isLearning: true, state);
        gauge.Meet(2, isLearning: false, state);
        for (int i = 1; i < 60; i++)
        {
            gauge.Meet(0.5, isLearning: false, state);
        }

        Assert.Equal(1 + Math.Exp(-60 / 30.0), NoveltyGauge.Range(state), 1e-12);
    }
}
