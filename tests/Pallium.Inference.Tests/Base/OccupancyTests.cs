namespace Pallium.Inference.Tests;

public sealed class OccupancyTests
{
    private const int D = 6;
    private const int Occupied = 5;

    [Fact]
    public void Occupancy_is_inferred_from_the_other_channels_with_and_without_a_past()
    {
        List<string[]> train = SharedData.Rows("occupancy/train.csv");
        (double Mean, double Deviation)[] moments =
        [
            .. Enumerable.Range(1, Occupied).Select(column => SharedData.Moments(train.Select(row => SharedData.Number(row[column])))),
        ];
        BaseGroup[] groups = [.. Enumerable.Range(0, D).Select(j => new BaseGroup(j, 1, j == Occupied ? BaseKind.Binary : BaseKind.Real))];
        double[] values = Encode(train, moments);
        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, 0, [EvenSeries.Of(values, D)]), new LinearBaseOptions(), out LinearStructure? structure);
        TestContext.Current.TestOutputHelper!.WriteLine($"{structure}");
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        var without = new Score();
        var with = new Score();
        var light = new Score();
        foreach (string file in new[] { "occupancy/test1.csv", "occupancy/test2.csv" })
        {
            double[] test = Encode(SharedData.Rows(file), moments);
            fitted.Begin(state);
            for (int t = 0; t < test.Length / D; t++)
            {
                double[] row = test[(t * D)..((t + 1) * D)];
                fitted.NoPast([], slice);
                without.Add(fitted, slice, row, [0, 1, 2, 3, 4]);
                fitted.NoPast([], slice);
                light.Add(fitted, slice, row, [2]);
                fitted.Predict(state, [], 1, slice);
                with.Add(fitted, slice, row, [0, 1, 2, 3, 4]);
                fitted.Update(state, [], 1, row, slice);
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"without a past {without}, from light alone {light}, with the past {with}");
        Assert.True(without.Accuracy >= 0.975, $"without a past: {without}");
        Assert.True(with.Accuracy >= 0.985, $"with the past: {with}");
    }

    private static double[] Encode(List<string[]> rows, (double Mean, double Deviation)[] moments)
    {
        double[] values = new double[rows.Count * D];
        for (int t = 0; t < rows.Count; t++)
        {
            for (int j = 0; j < D; j++)
            {
                double value = SharedData.Number(rows[t][j + 1]);
                values[(t * D) + j] = j == Occupied ? value : (value - moments[j].Mean) / moments[j].Deviation;
            }
        }

        return values;
    }

    private sealed class Score
    {
        private readonly double[] _logProbabilities = new double[2];
        private int _count;
        private int _right;
        private double _loss;

        public double Accuracy => (double)_right / _count;

        public void Add(LinearBase fitted, SliceGaussian slice, double[] row, int[] clamps)
        {
            foreach (int j in clamps)
            {
                slice.Clamp(j, row[j]);
            }

            fitted.LogProbabilities(slice, Occupied, _logProbabilities);
            int observed = row[Occupied] > 0.5 ? 1 : 0;
            _right += _logProbabilities[observed] > _logProbabilities[1 - observed] ? 1 : 0;
            _loss -= _logProbabilities[observed];
            _count++;
        }

        public override string ToString() => $"accuracy {Accuracy:F4}, loss {_loss / _count:F4} nats";
    }
}
