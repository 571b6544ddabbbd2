namespace Pallium.Inference;

/// <summary>A labelled window of anomaly.</summary>
/// <param name="First">Index of its first row.</param>
/// <param name="Last">Index of its last row.</param>
public readonly record struct NabWindow(int First, int Last)
{
    /// <summary>Rows in it.</summary>
    public int Width => Last - First + 1;
}

/// <summary>The anomaly scores of a labelled series, one per row.</summary>
/// <param name="Name">The series' name.</param>
/// <param name="Scores">One score per row; the higher, the more anomalous.</param>
/// <param name="Windows">In order, without overlap, inside the rows.</param>
public sealed record ScoredSeries(string Name, IReadOnlyList<double> Scores, IReadOnlyList<NabWindow> Windows)
{
    private const double ProbationShare = 0.15;
    private const int LongestProbation = 750;

    /// <summary>Rows at the beginning in which detections do not count.</summary>
    public int Probation => ProbationOf(Scores.Count);

    /// <summary>The windows that reach beyond probation: only these can be found or missed.</summary>
    public int CountedWindows => Windows.Count(window => window.Last >= Probation);

    /// <summary>The probation of a series: min(⌊0.15 rows⌋, 750).</summary>
    public static int ProbationOf(int rows) => Math.Min((int)(ProbationShare * rows), LongestProbation);
}

/// <summary>What a threshold makes of one series.</summary>
/// <param name="Name">The series' name.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Windows">Windows that count.</param>
/// <param name="Found">Windows with a detection.</param>
/// <param name="FalseAlarms">Detections outside windows.</param>
/// <param name="Raw">The sum of the worth of all windows and false alarms.</param>
/// <param name="Normalized"><see cref="NabScore.Normalize"/> of that; NaN without windows.</param>
public sealed record NabSeriesResult(string Name, int Rows, int Windows, int Found, int FalseAlarms, double Raw, double Normalized);

/// <summary>The benchmark's score under one profile.</summary>
/// <param name="Profile">What mistakes cost.</param>
/// <param name="Threshold">A row is a detection where its score is at least this; infinite where no detection is better than any.</param>
/// <param name="Raw">The sum over all series.</param>
/// <param name="Normalized">0 for a detector that stays silent, 100 for a perfect one.</param>
/// <param name="Series">Per series, in the order given.</param>
public sealed record NabResult(NabProfile Profile, double Threshold, double Raw, double Normalized, IReadOnlyList<NabSeriesResult> Series);
