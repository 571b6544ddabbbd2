using System.Globalization;
using System.Text;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>A table of numbers of which cells were removed completely at random, and what they held.</summary>
/// <param name="Header">Names of the columns.</param>
/// <param name="Truth">[n][columns].</param>
/// <param name="Seen">The same with NaN for what was removed.</param>
internal sealed record HoledTable(string[] Header, double[][] Truth, double[][] Seen)
{
    public int Columns => Header.Length;

    /// <summary>The published protocol, scenario full_mcar: every cell goes with probability <paramref name="share"/>; a row that would be empty is drawn again.</summary>
    public static HoledTable Remove(string file, double share, Rng rng)
    {
        string path = DataFolder.PathOf(file);
        string[] header = File.ReadLines(path).First().Split(',');
        double[][] truth = [.. DataFolder.Rows(file).Select(row => row.Select(DataFolder.Number).ToArray())];
        double[][] seen =
        [
            .. truth.Select((row, i) =>
            {
                Rng draw = rng.For(i);
                double[] kept;
                do
                {
                    kept = [.. row.Select(value => draw.Uniform() < share ? double.NaN : value)];
                }
                while (Array.TrueForAll(kept, double.IsNaN));
                return kept;
            }),
        ];
        return new HoledTable(header, truth, seen);
    }

    /// <summary>The table with its holes, as a file of it would be read.</summary>
    public Frame Frame()
    {
        var text = new StringBuilder(string.Join(',', Header)).Append('\n');
        foreach (double[] row in Seen)
        {
            text.AppendJoin(',', row.Select(value => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        }

        return Inference.Frame.ReadCsv(new StringReader(text.ToString()), "table", new FrameOptions { Table = true, Time = "" });
    }

    /// <summary>100 times the root mean squared error over the removed cells, columns scaled to [0, 1] on the cells that are seen.</summary>
    public double Error(double[][] filled)
    {
        double sum = 0;
        long count = 0;
        for (int c = 0; c < Columns; c++)
        {
            double[] column = [.. Seen.Select(row => row[c]).Where(double.IsFinite)];
            double range = Math.Max(column.Max() - column.Min(), 1e-12);
            for (int i = 0; i < Seen.Length; i++)
            {
                if (double.IsNaN(Seen[i][c]))
                {
                    double error = (filled[i][c] - Truth[i][c]) / range;
                    sum += error * error;
                    count++;
                }
            }
        }

        return 100 * Math.Sqrt(sum / count);
    }
}
