using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class HeldOutCalibrationTests
{
    private const int Columns = 8;
    private const double Noise = 0.1;

    [Fact]
    public void A_few_strange_rows_do_not_weaken_the_relations_of_a_table()
    {
        // One whole row in seven hundred breaks the relation twenty-fold.
        OthersRegression regression = Fitted(rows: 1400, holes: 0.2, strange: row => row % 700 == 350);
        for (int j = 0; j < Columns; j++)
        {
            Assert.InRange(Math.Sqrt(regression.Variance(j)), 0.9 * Noise, 1.6 * Noise);
        }
    }

    [Fact]
    public void The_only_whole_row_of_a_table_does_not_decide()
    {
        // 0.3^8 of the rows have no hole: none but those that are strange.
        OthersRegression regression = Fitted(rows: 600, holes: 0.7, strange: row => row == 300);
        for (int j = 0; j < Columns; j++)
        {
            Assert.InRange(Math.Sqrt(regression.Variance(j)), 0.9 * Noise, 2.2 * Noise);
        }
    }

    /// <summary>The fitted relations of columns that share one cause, x_j = f + 0.1 noise.</summary>
    private static OthersRegression Fitted(int rows, double holes, Func<int, bool> strange)
    {
        var rng = new Rng(8);
        var values = new double[rows * Columns];
        for (int row = 0; row < rows; row++)
        {
            double cause = rng.Normal();
            bool whole = strange(row);
            for (int j = 0; j < Columns; j++)
            {
                double value = cause + ((whole ? 20 : 1) * Noise * rng.Normal());
                values[(row * Columns) + j] = !whole && rng.Uniform() < holes ? double.NaN : value;
            }
        }

        BaseGroup[] groups = [.. Enumerable.Range(0, Columns).Select(j => new BaseGroup(j, 1, BaseKind.Real))];
        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, 0, [EvenSeries.Of(values, Columns)], IsTable: true), new LinearBaseOptions());
        return new OthersRegression(fitted.MarginalCovariance, Columns);
    }
}
