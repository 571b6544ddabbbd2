using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Calibration levels of a stream for questions about a slice of which some channels are given, apart by how many they are.</summary>
/// <remarks>Of every slice that comes, one random set is asked about before it is taken in; the ranks of the other cells move the levels of that set's group.</remarks>
internal sealed class ClampCalibration
{
    private const int Groups = 4;
    private const double Gain = 0.03;
    private const double Tail = 0.05;
    private readonly CalibrationLevels[] _levels;

    /// <summary>Levels that trust the model.</summary>
    public ClampCalibration(int channels) => _levels = [.. Enumerable.Range(0, Groups).Select(_ => new CalibrationLevels(channels))];

    private ClampCalibration(ClampCalibration other) => _levels = [.. other._levels.Select(levels => levels.Copy())];

    /// <summary>An independent copy.</summary>
    public ClampCalibration Copy() => new(this);

    /// <summary>Takes in where the cells of an answer lay that were not given.</summary>
    public void Update(bool[] given, CellPosterior?[] cells, ReadOnlySpan<double> values, ref Rng rng)
    {
        for (int c = 0; c < cells.Length; c++)
        {
            if (cells[c] is { } cell && !double.IsNaN(values[c]))
            {
                _levels[GroupOf(given)].Update(c, cell.Rank(values[c], ref rng), Gain);
            }
        }
    }

    /// <summary>Whether a rank lies in the central 90 % interval.</summary>
    public bool Covers(bool[] given, int channel, double rank)
    {
        CalibrationLevels levels = _levels[GroupOf(given)];
        return rank >= levels.Level(channel, Tail) && rank <= levels.Level(channel, 1 - Tail);
    }

    // None, and three thirds of the others.
    private static int GroupOf(bool[] given)
    {
        int count = given.Count(known => known);
        return count == 0 ? 0 : 1 + Math.Min(Groups - 2, (count - 1) * (Groups - 1) / Math.Max(1, given.Length - 1));
    }
}
