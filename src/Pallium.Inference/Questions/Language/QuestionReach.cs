namespace Pallium.Inference;

/// <summary>How far back the cells of a question lie: what has to be kept of a history while it is read.</summary>
/// <param name="Slices">So many of the last slices.</param>
/// <param name="Length">Those that lie at most so much time before the last one, in the frame's units of stamps.</param>
/// <param name="Since">Those from this stamp on; ∞: none.</param>
public readonly record struct QuestionReach(int Slices, double Length, double Since)
{
    /// <summary>Nothing of the past.</summary>
    public static QuestionReach None { get; } = new(0, double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Whether a slice has to be kept; never more than <see cref="SliceTimes.MostSlices"/> are.</summary>
    /// <param name="back">How many slices have come after it.</param>
    /// <param name="time">Its stamp.</param>
    /// <param name="last">The stamp of the last slice.</param>
    public bool Keeps(int back, double time, double last) =>
        back < SliceTimes.MostSlices && (back < Slices || time >= last - Length || time >= Since);

    /// <summary>What both need.</summary>
    public QuestionReach And(QuestionReach other) =>
        new(Math.Max(Slices, other.Slices), Math.Max(Length, other.Length), Math.Min(Since, other.Since));

    /// <summary>What several cells need.</summary>
    internal static QuestionReach Of(IEnumerable<WrittenCell> cells, TimeAxis axis) => cells.Aggregate(None, (reach, cell) => reach.And(Of(cell, axis)));

    /// <summary>What a cell needs.</summary>
    internal static QuestionReach Of(WrittenCell cell, TimeAxis axis)
    {
        QuestionReach reach = Of(cell.From, axis);
        return cell.To is { } to ? reach.And(Of(to, axis)) : reach;
    }

    /// <summary>One slice more than the stamp asks for, so that an error can name the one before it.</summary>
    private static QuestionReach Of(SliceAddress address, TimeAxis axis) => address.Kind switch
    {
        SliceAddressKind.Offset when address.Value <= 0 => None with { Slices = 1 - (int)address.Value },
        SliceAddressKind.Length when address.Value <= 0 => None with { Slices = 1, Length = axis.Step - address.Value },
        SliceAddressKind.Stamp => None with { Slices = 1, Since = address.Value - axis.Step },
        _ => None,
    };
}
