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

        for (int i = 0; i < question.Events.Count; i++)
        {
            console.WriteLine($"{question.Events[i].Text}: {Figures.Percent(answer.Events[i])}");
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
        double[] shares = cells.FirstOrDefault(cell => cell.Quantiles.Count > 0)?.Quantiles.Select(quantile => quantile.Share).ToArray() ?? [];
        Table table = new Table().Border(TableBorder.Rounded);
        foreach (string name in (string[])["cell", schema.Time.Column ?? "step", "mean", "error", "median", "50 %", "90 %", .. shares.Select(QuantileName)])
        {
            table.AddColumn(BeliefText.Header(name));
        }

        foreach (AskedCell cell in cells)
        {
            table.AddRow([.. Row(schema, cell, shares.Length).Select(text => new Text(text))]);
        }

        return table;
    }

    private static IEnumerable<string> Row(FrameSchema schema, AskedCell cell, int quantiles)
    {
        Belief belief = cell.Belief;
        yield return cell.Cell.Describe(schema.Channels);
        yield return double.IsNaN(cell.Time) ? "" : schema.Time.Format(cell.Time);
        if (belief.Outcomes.Count > 0)
        {
            yield return BeliefText.Short(belief, 0);
            for (int i = 0; i < 4 + quantiles; i++)
            {
                yield return "";
            }

            yield break;
        }

        yield return Figures.Mean(belief.Channel, belief.Mean);
        yield return Error(cell);
        yield return Figures.Value(belief.Channel, belief.Median);
        foreach ((_, Interval band) in belief.Bands)
        {
            yield return $"{Figures.Value(belief.Channel, band.Low)} .. {Figures.Value(belief.Channel, band.High)}";
        }

        foreach ((_, double value) in cell.Quantiles)
        {
            yield return Figures.Value(belief.Channel, value);
        }
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
            yield return $"{Figures.Count(answer.Effort)} draws, {worth}";
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
