namespace Pallium.Inference;

// Explaining a slice: leave one cell out at a time.
public sealed partial class Session
{
    /// <summary>Why the last of some slices was surprising, and which cells made its prediction what it was.</summary>
    /// <param name="since">What came after the slices that this session has seen, in order: the slice to explain, and before it those whose cells may have mattered.</param>
    /// <param name="options">What to explain.</param>
    /// <exception cref="InputException">There are no slices, they do not fit the model or this session, or an option is out of range.</exception>
    public Explanation Explain(IReadOnlyList<Slice> since, ExplainOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(since);
        options ??= new ExplainOptions();
        if (since.Count == 0)
        {
            throw new InputException("Found no slices, expected the one to explain.");
        }

        if (options.Back < 0)
        {
            throw new InputException($"Option back: found {options.Back}, expected a whole number of at least 0.");
        }

        int channels = _engine.Schema.Channels.Count;
        if (options.Channel is < 0 || options.Channel >= channels)
        {
            throw new InputException($"Option channel: found channel number {options.Channel}, expected one from 0 to {channels - 1}.");
        }

        Session reader = Fork();
        foreach (Slice slice in since)
        {
            reader.Check(slice);
            reader._state.Time = slice.Time;
        }

        return new Explainer(_engine).Explain(_state, since, options);
    }
}
