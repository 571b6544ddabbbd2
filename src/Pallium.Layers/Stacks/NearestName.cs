namespace Pallium.Layers;

/// <summary>The name a person may have meant.</summary>
internal static class NearestName
{
    /// <summary>The name fewest edits away from <paramref name="word"/>; null if none is within half of the word's length.</summary>
    public static string? Of(string word, IReadOnlyList<string> names)
    {
        string? nearest = null;
        int least = (word.Length + 1) / 2;
        foreach (string name in names)
        {
            int edits = Edits(word, name);
            if (edits <= least && (nearest is null || edits < least))
            {
                (nearest, least) = (name, edits);
            }
        }

        return nearest;
    }

    /// <summary>Insertions, deletions and replacements between two words (Levenshtein, 1966).</summary>
    private static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
