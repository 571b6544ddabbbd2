namespace Pallium.Inference;

/// <summary>Some of the sampler's streams, as they lie in somebody's arrays.</summary>
/// <param name="states">[count, StateSize].</param>
/// <param name="ahead">μ of the look-ahead, [count, cells].</param>
/// <param name="sums">Per relation what its cells so far add up to, and how many are left, [count, 2 · relations].</param>
/// <param name="logWeights">[count].</param>
internal readonly ref struct StreamRows(Span<double> states, Span<double> ahead, Span<double> sums, Span<double> logWeights)
{
    /// <summary>How many.</summary>
    public int Count => LogWeights.Length;

    public Span<double> States { get; } = states;

    public Span<double> Ahead { get; } = ahead;

    public Span<double> Sums { get; } = sums;

    public Span<double> LogWeights { get; } = logWeights;

    /// <summary>Some of them.</summary>
    public StreamRows Slice(int first, int count) => new(
        Part(States, first, count), Part(Ahead, first, count), Part(Sums, first, count), LogWeights.Slice(first, count));

    /// <summary>Writes all but the weights to as many other streams.</summary>
    public void CopyTo(StreamRows other)
    {
        States.CopyTo(other.States);
        Ahead.CopyTo(other.Ahead);
        Sums.CopyTo(other.Sums);
    }

    private Span<double> Part(Span<double> rows, int first, int count)
    {
        int width = rows.Length / Count;
        return rows.Slice(first * width, count * width);
    }
}

/// <summary>Arrays of streams that a question needs while it is answered.</summary>
internal sealed class StreamStore(Rented rented, IParticleModel model, Lookahead lookahead, RelationPlan relations, int count)
{
    private readonly double[] _states = rented.Numbers(count * model.StateSize);
    private readonly double[] _ahead = rented.Numbers(count * lookahead.Count);
    private readonly double[] _sums = rented.Numbers(count * relations.Count);
    private readonly double[] _logWeights = rented.Numbers(count);

    public StreamRows Rows => new(
        _states.AsSpan(0, count * model.StateSize), _ahead.AsSpan(0, count * lookahead.Count), _sums.AsSpan(0, count * relations.Count), _logWeights.AsSpan(0, count));

    /// <summary>All streams as they are before the first slice.</summary>
    public void Start()
    {
        StreamRows rows = Rows;
        for (int p = 0; p < count; p++)
        {
            StreamRows own = rows.Slice(p, 1);
            model.Start(own.States);
            lookahead.StartMeans.CopyTo(own.Ahead);
            relations.Start(own.Sums);
            own.LogWeights.Clear();
        }
    }
}
