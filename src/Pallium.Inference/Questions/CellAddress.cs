namespace Pallium.Inference;

/// <summary>Where a cell stands: a channel of a slice.</summary>
/// <param name="Channel">Index of its channel.</param>
/// <param name="Offset">Slices from the last one of the history: 0 is that one, 1 the next, -40 forty before. Of a table: 1.</param>
public readonly record struct CellAddress(int Channel, int Offset)
{
    /// <summary>The cell as a user would write it, and as it can be read again: <c>name@+3</c>.</summary>
    /// <param name="channels">The channels that addresses count.</param>
    public string Describe(IReadOnlyList<Channel> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        return FormattableString.Invariant($"{TextCursor.QuotedName(channels[Channel].Name)}@{(Offset > 0 ? "+" : "")}{Offset}");
    }
}
