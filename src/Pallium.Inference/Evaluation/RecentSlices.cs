namespace Pallium.Inference;

/// <summary>The last slices of a stream, in a ring.</summary>
internal sealed class RecentSlices(int capacity, int channels)
{
    private readonly double[] _times = new double[capacity];
    private readonly double[] _values = new double[capacity * channels];
    private long _count;

    public void Add(double time, ReadOnlySpan<double> values)
    {
        int at = (int)(_count % capacity);
        _times[at] = time;
        values.CopyTo(_values.AsSpan(at * channels, channels));
        _count++;
    }

    /// <summary>Stamps of the last <paramref name="count"/> slices, which the ring holds, in order.</summary>
    public double[] Times(int count) => [.. Last(count).Select(at => _times[at])];

    /// <summary>Values of the last <paramref name="count"/> slices, which the ring holds, [count, channels].</summary>
    public double[] Values(int count) => [.. Last(count).SelectMany(at => _values.AsSpan(at * channels, channels).ToArray())];

    /// <summary>Each channel's values over the last <paramref name="look"/> slices or as many as there were, holes carried forward, none before the first value.</summary>
    public double[][] Carried(int look)
    {
        int[] last = [.. Last((int)Math.Min(_count, Math.Min(look, capacity)))];
        var carried = new double[channels][];
        for (int c = 0; c < channels; c++)
        {
            var values = new List<double>(last.Length);
            foreach (int at in last)
            {
                double value = _values[(at * channels) + c];
                if (!double.IsNaN(value) || values.Count > 0)
                {
                    values.Add(double.IsNaN(value) ? values[^1] : value);
                }
            }

            carried[c] = [.. values];
        }

        return carried;
    }

    private IEnumerable<int> Last(int count) => Enumerable.Range(0, count).Select(i => (int)((_count - count + i) % capacity));
}
