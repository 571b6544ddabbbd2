using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class StructureSearchTests
{
    private const int Rows = 3000;
    private const int D = 4;

    [Fact]
    public void A_level_that_drifts_is_anchored_and_forecast_as_well_as_by_repeating_it()
    {
        double[] values = Paths(1, seed: 1);
        LinearBase fitted = LinearBaseFit.Fit(Data(values[..(Rows * D)]), new LinearBaseOptions(), out LinearStructure? structure);
        Assert.True(structure!.Anchor > 0, $"{structure}");
        RollingForecasts.Errors error = RollingForecasts.Score(fitted, EvenSeries.Of(values, D), Rows, stride: 10, 96)[0];
        Assert.True(error.Square <= 1.05 * error.RepeatedSquare, $"{error} with {structure}");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_level_that_returns_is_not_anchored(double coefficient)
    {
        LinearStructure structure = StructureSearch.Choose(new DeviationTable(Data(Paths(coefficient, seed: 2)[..(Rows * D)])), 512, 96)!;
        Assert.Equal(0, structure.Anchor);
    }

    [Fact]
    public void A_clock_that_the_past_already_tells_is_left_to_slices_without_one()
    {
        // A daily pattern whose size wanders: yesterday's says more about today than a mean over all days.
        var rng = new Rng(5);
        double[] features = new double[Rows * 2];
        double[] values = new double[Rows];
        double size = 1;
        for (int t = 0; t < Rows; t++)
        {
            size += 0.01 * rng.Normal();
            (features[2 * t], features[(2 * t) + 1]) = Math.SinCos(2 * Math.PI * t / 24);
            values[t] = (size * features[2 * t]) + (0.05 * rng.Normal());
        }

        var data = new BaseData([new BaseGroup(0, 1, BaseKind.Real)], 2, [EvenSeries.Of(values, 1, features)]);
        LinearBase fitted = LinearBaseFit.Fit(data, new LinearBaseOptions(), out LinearStructure? structure);
        Assert.False(structure!.UseFeatures);
        SliceGaussian slice = fitted.CreateSlice();
        fitted.NoPast([1, 0], slice);
        double high = slice.Mean[0];
        double spread = slice.Variance(0);
        fitted.NoPast([-1, 0], slice);
        Assert.True(high - slice.Mean[0] > 0.5, $"{high} at the day's peak, {slice.Mean[0]} at its bottom");
        fitted.NoPast([double.NaN, double.NaN], slice);
        Assert.True(slice.Variance(0) > 1.5 * spread, $"{spread} at a known time, {slice.Variance(0)} at an unknown one");
    }

    private static BaseData Data(double[] values) =>
        new([.. Enumerable.Range(0, D).Select(j => new BaseGroup(j, 1, BaseKind.Real))], 0, [EvenSeries.Of(values, D)]);

    /// <summary>Autoregressions, independent of one another, in units of their own deviation over the first rows.</summary>
    private static double[] Paths(double coefficient, ulong seed)
    {
        var rng = new Rng(seed);
        int rows = Rows + 1000;
        double[] values = new double[rows * D];
        for (int j = 0; j < D; j++)
        {
            for (int t = 1; t < rows; t++)
            {
                values[(t * D) + j] = (coefficient * values[((t - 1) * D) + j]) + rng.Normal();
            }

            double square = 0;
            for (int t = 0; t < Rows; t++)
            {
                square += values[(t * D) + j] * values[(t * D) + j] / Rows;
            }

            for (int t = 0; t < rows; t++)
            {
                values[(t * D) + j] /= Math.Sqrt(square);
            }
        }

        return values;
    }
}
