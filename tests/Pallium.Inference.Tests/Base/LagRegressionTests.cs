using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class LagRegressionTests
{
    private const int Lags = 5;

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(1e6)]
    public void An_anchor_is_an_imagined_row_in_which_nothing_moves(double anchor)
    {
        DeviationTable table = Table(Autoregression(0.8, 400, seed: 3));
        var structure = new LinearStructure { Lookback = Lags, OwnRidge = 300, Anchor = anchor };
        double[] own = LagRegression.Own(table, table.Series, structure, Lags, []);

        // The same regression, row by row, with the anchor as a row of its own.
        var regression = new PlainRegression(Lags);
        double energy = 0;
        for (int t = Lags; t < table.Rows; t++)
        {
            regression.Add([.. Enumerable.Range(1, Lags).Select(l => table.Deviations[t - l])], table.Deviations[t]);
            energy += table.Deviations[t] * table.Deviations[t];
        }

        double level = Math.Sqrt(anchor * energy);
        regression.Add([.. Enumerable.Repeat(level, Lags)], level);
        double[] wanted = regression.Solve(i => 300 * (((i + 1) * (i + 1) / 1e4) + 1e-4));
        Assert.All(own.Zip(wanted), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
    }

    [Fact]
    public void The_stronger_the_anchor_the_nearer_own_weights_add_up_to_one()
    {
        DeviationTable table = Table(Autoregression(0.5, 2000, seed: 4));
        double[] sums =
        [
            .. new[] { 0, 0.5, 2, 10, 1e6 }.Select(anchor =>
                LagRegression.Own(table, table.Series, new LinearStructure { Lookback = Lags, Anchor = anchor }, Lags, []).Sum()),
        ];
        Assert.Equal(sums.Order(), sums);
        Assert.InRange(sums[0], 0.4, 0.6);
        Assert.Equal(1, sums[^1], 1e-4);
    }

    private static DeviationTable Table(double[] values)
    {
        var table = new DeviationTable(new BaseData([new BaseGroup(0, 1, BaseKind.Real)], 0, [EvenSeries.Of(values, 1)]));
        table.FitMarginal(table.Series, useFeatures: false);
        return table;
    }

    private static double[] Autoregression(double coefficient, int rows, ulong seed)
    {
        var rng = new Rng(seed);
        double[] values = new double[rows];
        for (int t = 1; t < rows; t++)
        {
            values[t] = (coefficient * values[t - 1]) + rng.Normal();
        }

        return values;
    }
}
