using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Ways to fill a table: rows [n][columns] with NaN for holes to rows without.</summary>
internal static class TableFilling
{
    private const int Rounds = 10;
    private const int Trials = 400;
    private const double ChoiceShare = 0.1;
    private static readonly double[] Ridges = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
    private static readonly int[] Neighbours = [1, 2, 3, 5, 8, 12, 20, 35, 50];

    /// <summary>The mean of what is seen of the column.</summary>
    public static double[][] Mean(double[][] seen)
    {
        double[] means = [.. Enumerable.Range(0, seen[0].Length).Select(c => Moments(seen, c).Mean)];
        return [.. seen.Select(row => row.Select((value, c) => double.IsNaN(value) ? means[c] : value).ToArray())];
    }

    /// <summary>
    /// The mean of the k rows that are nearest in the cells that both have, of those that have the cell. k is what fills seen cells best that are hidden for it.
    /// </summary>
    public static double[][] Nearest(double[][] seen)
    {
        double[][] z = Standardised(seen, out (double Mean, double Deviation)[] moments);
        (int Row, int Column)[] cells = [.. Places(z, hole: false)];
        var rng = new Rng(11);
        (int Row, int Column)[] trials = [.. Enumerable.Range(0, Trials).Select(_ => cells[rng.Below(cells.Length)])];
        double[][] tried = [.. trials.Select(cell => NearestMeans(z, cell.Row, cell.Column))];
        int best = Enumerable.Range(0, Neighbours.Length).MinBy(k => trials.Select((cell, t) => Square(tried[t][k] - z[cell.Row][cell.Column])).Sum());
        double[][] filled = Mean(seen);
        foreach ((int row, int column) in Places(z, hole: true))
        {
            filled[row][column] = moments[column].Mean + (moments[column].Deviation * NearestMeans(z, row, column)[best]);
        }

        return filled;
    }

    /// <summary>Every column regressed on all others, which hold the last round's fillings, ten rounds over; the ridge is what fills a tenth of the seen cells best that are hidden for it.</summary>
    public static double[][] IteratedRidge(double[][] seen)
    {
        double[][] z = Standardised(seen, out (double Mean, double Deviation)[] moments);
        (int Row, int Column)[] cells = [.. Places(z, hole: false)];
        var hidden = new int[cells.Length];
        new Rng(12).Permutation(hidden);
        (int Row, int Column)[] trials = [.. hidden.Take((int)(ChoiceShare * cells.Length)).Select(i => cells[i])];
        double[][] without = [.. z.Select(row => row.ToArray())];
        foreach ((int row, int column) in trials)
        {
            without[row][column] = double.NaN;
        }

        double Error(double ridge)
        {
            double[][] filled = IteratedRidge(without, ridge);
            return trials.Sum(cell => Square(filled[cell.Row][cell.Column] - z[cell.Row][cell.Column]));
        }

        double[][] best = IteratedRidge(z, Ridges.MinBy(Error));
        return [.. seen.Select((row, i) => row.Select((value, c) => double.IsNaN(value) ? moments[c].Mean + (moments[c].Deviation * best[i][c]) : value).ToArray())];
    }

    /// <summary>A model of the table itself; posterior means, or medians.</summary>
    public static double[][] Model(Frame table, double[][] seen, LearnOptions options, bool medians)
    {
        Session session = WorldModel.Learn(table, options).Begin();
        return [.. seen.Select((row, i) =>
        {
            if (!Array.Exists(row, double.IsNaN))
            {
                return row;
            }

            IReadOnlyList<Posterior?> posteriors = session.Fill(new Slice(i, table.Series[0].Row(i).ToArray())).Posteriors;
            return row.Select((value, c) => posteriors[c] is { } cell ? Number(cell, medians) : value).ToArray();
        })];
    }

    /// <summary>The mean of several fillings.</summary>
    public static double[][] Average(params double[][][] filled) =>
        [.. filled[0].Select((row, i) => row.Select((_, c) => filled.Average(one => one[i][c])).ToArray())];

    private static double Number(Posterior cell, bool median)
    {
        if (cell.Channel.Categories.Count == 0)
        {
            return median ? cell.Median : cell.Mean;
        }

        return cell.Outcomes.Sum(outcome => outcome.Probability * DataFolder.Number(outcome.Name));
    }

    private static double[][] IteratedRidge(double[][] z, double ridge)
    {
        int columns = z[0].Length;
        double[][] filled = [.. z.Select(row => row.Select(value => double.IsNaN(value) ? 0 : value).ToArray())];
        for (int round = 0; round < Rounds; round++)
        {
            for (int c = 0; c < columns; c++)
            {
                int[] known = [.. Enumerable.Range(0, z.Length).Where(i => !double.IsNaN(z[i][c]))];
                if (known.Length < z.Length)
                {
                    double[] weights = Regress(filled, known, c, ridge);
                    foreach (int i in Enumerable.Range(0, z.Length).Where(i => double.IsNaN(z[i][c])))
                    {
                        filled[i][c] = Enumerable.Range(0, columns).Sum(j => weights[j] * (j == c ? 1 : filled[i][j]));
                    }
                }
            }
        }

        return filled;
    }

    /// <summary>Weights of the other columns, and at the column's own place the constant.</summary>
    private static double[] Regress(double[][] filled, int[] rows, int column, double ridge)
    {
        int d = filled[0].Length;
        var x = new double[rows.Length * d];
        for (int r = 0; r < rows.Length; r++)
        {
            filled[rows[r]].CopyTo(x, r * d);
            x[(r * d) + column] = 1;
        }

        var left = new double[d * d];
        MatrixProduct.AccumulateTransposedA<double>(d, d, rows.Length, x, d, x, d, left, d);
        var right = new double[d];
        for (int r = 0; r < rows.Length; r++)
        {
            for (int j = 0; j < d; j++)
            {
                right[j] += x[(r * d) + j] * filled[rows[r]][column];
            }
        }

        for (int j = 0; j < d; j++)
        {
            left[(j * d) + j] += j == column ? 0 : ridge * rows.Length;
        }

        Cholesky.FactorWithJitter(left, d);
        Cholesky.Solve(left, d, right, 1);
        return right;
    }

    /// <summary>A cell's mean over the nearest rows, for each number of them; 0, the column's mean, where none is near.</summary>
    private static double[] NearestMeans(double[][] z, int row, int column)
    {
        double[] own = z[row];
        int d = own.Length;
        int most = Neighbours[^1];
        var near = new List<(double Distance, double Value)>(most + 1);
        for (int i = 0; i < z.Length; i++)
        {
            double[] other = z[i];
            if (i == row || double.IsNaN(other[column]))
            {
                continue;
            }

            double sum = 0;
            int both = 0;
            for (int j = 0; j < d; j++)
            {
                double difference = own[j] - other[j];
                if (j != column && !double.IsNaN(difference))
                {
                    sum += difference * difference;
                    both++;
                }
            }

            double distance = both == 0 ? double.PositiveInfinity : sum / both;
            if (both > 0 && (near.Count < most || distance < near[^1].Distance))
            {
                int at = near.Count;
                while (at > 0 && near[at - 1].Distance > distance)
                {
                    at--;
                }

                near.Insert(at, (distance, other[column]));
                if (near.Count > most)
                {
                    near.RemoveAt(most);
                }
            }
        }

        return [.. Neighbours.Select(k => near.Take(k).Select(pair => pair.Value).DefaultIfEmpty(0).Average())];
    }

    private static double[][] Standardised(double[][] seen, out (double Mean, double Deviation)[] moments)
    {
        (double Mean, double Deviation)[] all = [.. Enumerable.Range(0, seen[0].Length).Select(c => Moments(seen, c))];
        moments = all;
        return [.. seen.Select(row => row.Select((value, c) => (value - all[c].Mean) / all[c].Deviation).ToArray())];
    }

    private static (double Mean, double Deviation) Moments(double[][] seen, int column)
    {
        double[] values = [.. seen.Select(row => row[column]).Where(double.IsFinite)];
        double mean = values.Average();
        return (mean, Math.Sqrt(Math.Max(values.Average(value => Square(value - mean)), 1e-24)));
    }

    private static IEnumerable<(int Row, int Column)> Places(double[][] z, bool hole) =>
        Enumerable.Range(0, z.Length).SelectMany(i => Enumerable.Range(0, z[0].Length).Where(c => double.IsNaN(z[i][c]) == hole).Select(c => (i, c)));

    private static double Square(double x) => x * x;
}
