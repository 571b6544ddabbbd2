using System.Numerics;

namespace Pallium.Layers;

/// <summary>Which of a few numbers are the largest.</summary>
internal static class Choice
{
    /// <summary>Writes 1 for the <paramref name="count"/> largest numbers, equal ones in order, and 0 for the others. NaN counts as the least.</summary>
    public static void MarkLargest<T>(ReadOnlySpan<T> x, int count, Span<T> marks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        marks = marks[..x.Length];
        marks.Clear();
        for (int chosen = 0; chosen < count; chosen++)
        {
            int best = -1;
            for (int i = 0; i < x.Length; i++)
            {
                if (T.IsZero(marks[i]) && (best < 0 || x[i] > x[best] || T.IsNaN(x[best])))
                {
                    best = i;
                }
            }

            marks[best] = T.One;
        }
    }
}
