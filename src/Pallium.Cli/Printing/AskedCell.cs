namespace Pallium.Cli;

/// <summary>What is printed of one cell of an answer.</summary>
/// <param name="Cell">Where it stands.</param>
/// <param name="Name">Its channel, with its address unless it is of the next slice.</param>
/// <param name="Time">The stamp of its slice; NaN where it is not known.</param>
/// <param name="Belief">Mean, median, intervals or categories.</param>
/// <param name="StandardError">Monte Carlo error of the mean; 0: none, NaN: there is no mean.</param>
/// <param name="Quantiles">The quantiles that were asked for, with their shares.</param>
internal sealed record AskedCell(
    CellAddress Cell, string Name, double Time, Belief Belief, double StandardError, IReadOnlyList<(double Share, double Value)> Quantiles)
{
    /// <summary>Shares of the intervals that are printed.</summary>
    private static readonly double[] Bands = [0.5, 0.9];

    /// <summary>The cells of an answer.</summary>
    public static AskedCell[] Of(FrameSchema schema, Question question, Answer answer, SliceTimes times, IReadOnlyList<double> quantiles) =>
        [.. question.Asked.Select((cell, i) => new AskedCell(
            cell, NameOf(cell, schema), times.TimeOf(cell.Offset), Belief.Of(answer.Cells[i], Bands),
            i < answer.StandardErrors.Count ? answer.StandardErrors[i] : 0,
            answer.Cells[i].Channel.IsNumeric ? [.. quantiles.Select(share => (share, answer.Cells[i].Quantile(share)))] : []))];

    /// <summary>A cell as JSON and tables call it.</summary>
    public static string NameOf(CellAddress cell, FrameSchema schema) => cell.Offset == 1 ? schema.Channels[cell.Channel].Name : cell.Describe(schema.Channels);
}
