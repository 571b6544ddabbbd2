using System.Globalization;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary>Answers as tables.</summary>
internal static class AnswerText
{
    /// <summary>All of an answer: a block for each cell of the next slice, else a line for each cell; then events, evidence and effort.</summary>
    public static void Write(IAnsiConsole console, FrameSchema schema, Question question, Answer answer, AskedCell[] cells)
    {
        if (cells.All(cell => cell.Cell.Offset == 1))
        {
            foreach (AskedCell cell in cells)
            {
                BeliefText.Write(console, cell.Belief, Further(cell));
            }
        }
        else
        {
            console.Write(Lines(schema, cells));
        }

        foreach ((CellFunction happening, double probability, double error) in question.Events.Zip(answer.Events, answer.EventErrors))
        {
            console.WriteLine($"{happening.Text}: {Figures.Percent(probability)} ± {Figures.Percent(error)}");
        }

        foreach (string line in Remarks(question, answer))
        {
            console.WriteLine(line);
        }
    }

    /// <summary>Rows of a block beyond mean, median and intervals.</summary>
    private static IEnumerable<(string Name, string Value)> Further(AskedCell cell)
    {
        foreach ((double share, double value) in cell.Quantiles)
        {
            yield return (QuantileName(share), Figures.Value(cell.Belief.Channel, value));
        }

        if (Error(cell) is { Length: > 0 } error)
        {
            yield return ("standard error", error);
        }
    }

    private static Table Lines(FrameSchema schema, AskedCell[] cells)
    {
        AskedCell? number = Array.Find(cells, cell => cell.Belief.Outcomes.Count == 0);
        string[] figures = number is null ? ["likeliest"]
            : ["mean", "error", "median", .. number.Belief.Bands.Select(band => $"{100 * band.Share:0.##} %"), .. number.Quantiles.Select(quantile => QuantileName(quantile.Share))];
        Table table = TextTable.Of(["cell", schema.Time.Column ?? "step", .. figures]);
        foreach (AskedCell cell in cells)
        {
            table.AddTexts([cell.Cell.Describe(schema.Channels), double.IsNaN(cell.Time) ? "" : schema.Time.Format(cell.Time), .. Row(cell)]);
        }

        return table;
    }

    /// <summary>The figures of a cell: of a categorical one only the likeliest categories.</summary>
    private static string[] Row(AskedCell cell)
    {
        Belief belief = cell.Belief;
        string Value(double value) => Figures.Value(belief.Channel, value);
        return belief.Outcomes.Count > 0 ? [BeliefText.Short(belief, 0)] :
        [
            Figures.Mean(belief.Channel, belief.Mean), Error(cell), Value(belief.Median),
            .. belief.Bands.Select(band => $"{Value(band.Interval.Low)} .. {Value(band.Interval.High)}"),
            .. cell.Quantiles.Select(quantile => Value(quantile.Value)),
        ];
    }

    private static IEnumerable<string> Remarks(Question question, Answer answer)
    {
        if (question.Clamps.Count > 0 && !double.IsNaN(answer.LogEvidence))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"log evidence of what is given: {answer.LogEvidence:F3} nats");
        }

        if (answer.Effort > 0)
        {
            string worth = double.IsInfinity(answer.EffectiveSampleSize) ? "exact" : $"worth {Figures.Count((long)answer.EffectiveSampleSize)} independent ones";
            string sweeps = answer.Sweeps is { } report ? $", after {Figures.Count(report.Count)} conditional sweeps, as the first paths had collapsed" : "";
            yield return $"{Figures.Count(answer.Effort)} draws, {worth}{sweeps}";
        }
    }

    /// <summary>Empty where there is none, but for rounding.</summary>
    private static string Error(AskedCell cell)
    {
        const double Rounding = 1e-9;
        return cell.StandardError > Rounding * cell.Belief.Channel.Resolution ? Figures.Score(cell.StandardError) : "";
    }

    private static string QuantileName(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.###} % quantile");
}
