namespace Pallium.Inference;

/// <summary>Linear relations between cells: the cell of one that is taken last lies within what the others leave it.</summary>
/// <param name="relations">Their cells' offsets count the sampler's slices.</param>
internal sealed class RelationPlan(IReadOnlyList<Clamp> relations)
{
    private readonly Dictionary<(int Slice, int Channel), (int Relation, double Coefficient)[]> _byCell = relations
        .SelectMany((clamp, r) => clamp.Terms.Select(term => (Key: (term.Cell.Offset, term.Cell.Channel), Relation: r, term.Coefficient)))
        .GroupBy(term => term.Key)
        .ToDictionary(group => group.Key, group => group.Select(term => (term.Relation, term.Coefficient)).ToArray());

    private readonly int[] _terms = [.. relations.Select(clamp => clamp.Terms.Count)];

    /// <summary>Numbers per stream: per relation the sum of the terms so far, and how many are left.</summary>
    public int Count => 2 * relations.Count;

    /// <summary>Before any cell.</summary>
    public void Start(Span<double> sums)
    {
        for (int r = 0; r < _terms.Length; r++)
        {
            sums[2 * r] = 0;
            sums[(2 * r) + 1] = _terms[r];
        }
    }

    /// <summary>Whether a relation reads a cell.</summary>
    public bool Reads(int slice, int channel) => _byCell.Count > 0 && _byCell.ContainsKey((slice, channel));

    /// <summary>The relation that reads a cell, for messages.</summary>
    public Clamp? Of(int slice, int channel) => _byCell.TryGetValue((slice, channel), out var terms) ? relations[terms[0].Relation] : null;

    /// <summary>Narrows the bounds of a cell that is the last of its relations to be taken.</summary>
    public void Narrow(int slice, int channel, ReadOnlySpan<double> sums, ref CellBounds bounds)
    {
        foreach ((int relation, double coefficient) in _byCell[(slice, channel)])
        {
            if (sums[(2 * relation) + 1] == 1)
            {
                double low = (relations[relation].Low - sums[2 * relation]) / coefficient;
                double high = (relations[relation].High - sums[2 * relation]) / coefficient;
                bounds = bounds.Within(Math.Min(low, high), Math.Max(low, high));
            }
        }
    }

    /// <summary>Adds a cell that was taken.</summary>
    public void Add(int slice, int channel, double value, Span<double> sums)
    {
        foreach ((int relation, double coefficient) in _byCell[(slice, channel)])
        {
            sums[2 * relation] += coefficient * value;
            sums[(2 * relation) + 1]--;
        }
    }
}
