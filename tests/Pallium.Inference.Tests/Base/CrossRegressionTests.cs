using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class CrossRegressionTests
{
    private const int D = 3;
    private const int Slices = 2;
    private const int Rows = 500;
    private const int Lags = 4;

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.7, false)]
    [InlineData(0.7, true)]
    public void Anchors_are_imagined_rows_in_which_one_coordinate_alone_has_moved_and_stays(double anchor, bool holes)
    {
        DeviationTable table = Table(holes);
        var structure = new LinearStructure { Lookback = Lags, CrossSlices = Slices, CrossRidge = 20, Anchor = anchor };
        double[] own = LagRegression.Own(table, table.Series, structure, Lags, []);
        double[] cross = new CrossRegression(table, table.Series, Lags, Slices, own).Solve(structure);
        double[] residuals = LagRegression.Residuals(table, table.Series, own, Lags);
        for (int target = 0; target < D; target++)
        {
            // The same regression, row by row, with anchors and ridge as rows of their own.
            var regression = new PlainRegression(D * Slices);
            double[] energy = new double[D];
            for (int t = Lags; t < Rows; t++)
            {
                double[] inputs = [.. Enumerable.Range(0, D * Slices).Select(i => table.Deviations[((t - 1 - (i / D)) * D) + (i % D)])];
                if (!table.Missing[(t * D) + target])
                {
                    regression.Add(inputs, residuals[(t * D) + target]);
                }

                for (int j = 0; j < D; j++)
                {
                    energy[j] += inputs[j] * inputs[j];
                }
            }

            for (int j = 0; j < D; j++)
            {
                double level = Math.Sqrt(anchor * energy[j]);
                double left = level * (1 - own.AsSpan(j * Lags, Lags).ToArray().Sum());
                regression.Add([.. Enumerable.Range(0, D * Slices).Select(i => i % D == j ? level : 0)], j == target ? left : 0);
            }

            double[] wanted = regression.Solve(i => 20 * ((i / D) + 1) * ((i / D) + 1));
            for (int i = 0; i < wanted.Length; i++)
            {
                Assert.Equal(wanted[i], cross[(((i / D * D) + target) * D) + (i % D)], 1e-9);
            }
        }
    }

    private static DeviationTable Table(bool holes)
    {
        var rng = new Rng(6);
        double[] values = new double[Rows * D];
        for (int i = D; i < values.Length; i++)
        {
            values[i] = (0.6 * values[i - D]) + (0.2 * values[i - 1]) + rng.Normal();
        }

        for (int t = 50; holes && t < Rows; t += 7)
        {
            values[(t * D) + 1] = double.NaN;
        }

        var table = new DeviationTable(new BaseData([.. Enumerable.Range(0, D).Select(j => new BaseGroup(j, 1, BaseKind.Real))], 0, [EvenSeries.Of(values, D)]));
        table.FitMarginal(table.Series, useFeatures: false);
        return table;
    }
}
