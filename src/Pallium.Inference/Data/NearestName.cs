namespace Pallium.Inference;

/// <summary>The name that was probably meant.</summary>
public static class NearestName
{
    /// <summary>The name nearest to <paramref name="wanted"/> by insertions, deletions and exchanges of letters (case apart), where
    /// at most a third of its letters, and at least one, need to change; null where none is that near.</summary>
    public static string? Find(string wanted, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(names);
        int best = Math.Max(1, wanted.Length / 3) + 1;
        string? nearest = null;
        foreach (string name in names)
        {
            int distance = Distance(wanted.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < best)
            {
                best = distance;
                nearest = name;
            }
        }

        return nearest;
    }

    /// <summary>Levenshtein distance where an exchange of neighbours counts once.</summary>
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replaced = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], 1 + cost[i - 2, j - 2]);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
