using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Rows of keys transposed, in panels of 64 of them: panel j is [D, w] with w = min(64, n - 64 j), and begins at number 64 j D.</summary>
/// <remarks>Products of queries with keys run their lanes over keys and read a panel from front to back; a row more is written without moving others.</remarks>
internal static class KeyPanels
{
    /// <summary>Keys of a panel.</summary>
    public const int Keys = 64;

    /// <summary>Puts rows [n, D] into panels of n keys.</summary>
    public static void Pack<T>(ReadOnlySpan<T> rows, int width, Span<T> panels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int at = 0; at < rows.Length; at += Keys * width)
        {
            int numbers = Math.Min(Keys * width, rows.Length - at);
            HeadRows.Transpose(rows.Slice(at, numbers), numbers / width, width, panels.Slice(at, numbers));
        }
    }

    /// <summary>Where channel 0 of a key lies in panels of <paramref name="count"/> keys; channel d lies d times <paramref name="stride"/> further.</summary>
    public static int Place(int key, int count, int width, out int stride)
    {
        int first = key / Keys * Keys;
        stride = Math.Min(Keys, count - first);
        return (first * width) + (key - first);
    }

    /// <summary>Reads one key.</summary>
    public static void Read<T>(ReadOnlySpan<T> panels, int key, int count, Span<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int place = Place(key, count, row.Length, out int stride);
        for (int channel = 0; channel < row.Length; channel++)
        {
            row[channel] = panels[place + (channel * stride)];
        }
    }

    /// <summary>Writes one key.</summary>
    public static void Write<T>(ReadOnlySpan<T> row, Span<T> panels, int key, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int place = Place(key, count, row.Length, out int stride);
        for (int channel = 0; channel < row.Length; channel++)
        {
            panels[place + (channel * stride)] = row[channel];
        }
    }

    /// <summary>Products of queries with the keys from .. to: scores[i, key - from] += q_i · k.</summary>
    /// <param name="queries">[m, D].</param>
    /// <param name="width">D.</param>
    /// <param name="panels">Of <paramref name="count"/> keys.</param>
    /// <param name="count">Keys in all.</param>
    /// <param name="from">First key.</param>
    /// <param name="to">After the last key.</param>
    /// <param name="scores">[m, ·].</param>
    /// <param name="stride">Numbers from one row of scores to the next.</param>
    public static void Multiply<T>(ReadOnlySpan<T> queries, int width, ReadOnlySpan<T> panels, int count, int from, int to, Span<T> scores, int stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int key = from; key < to;)
        {
            int end = Math.Min(to, ((key / Keys) + 1) * Keys);
            ReadOnlySpan<T> panel = panels[Place(key, count, width, out int step)..];
            MatrixProduct.Accumulate(queries.Length / width, end - key, width, queries, width, panel, step, scores[(key - from)..], stride);
            key = end;
        }
    }
}
