namespace Pallium.Inference;

/// <summary>Rows of a table that have the same holes: what depends on the holes alone is computed once for all of them.</summary>
/// <param name="Seen">Indices of the cells that they have, ascending.</param>
/// <param name="Hidden">Indices of the others, ascending.</param>
/// <param name="Rows">[n][d]; NaN is a hole.</param>
internal sealed record HoleGroup(int[] Seen, int[] Hidden, double[][] Rows)
{
    /// <summary>All rows, sorted by their holes.</summary>
    public static HoleGroup[] Of(double[][] rows) =>
    [
        .. rows.GroupBy(row => string.Concat(row.Select(x => double.IsNaN(x) ? '0' : '1')), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new HoleGroup(Cells(group.Key, '1'), Cells(group.Key, '0'), [.. group])),
    ];

    private static int[] Cells(string key, char kind) => [.. Enumerable.Range(0, key.Length).Where(i => key[i] == kind)];
}
