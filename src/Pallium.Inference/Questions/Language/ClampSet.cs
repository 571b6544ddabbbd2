namespace Pallium.Inference;

/// <summary>Clamps that can hold together: those of one cell become one.</summary>
internal sealed class ClampSet(IReadOnlyList<Channel> channels)
{
    private readonly List<Clamp> _clamps = [];
    private readonly Dictionary<CellAddress, int> _places = [];

    /// <summary>The clamps, in the order in which their cells first came.</summary>
    public IReadOnlyList<Clamp> Clamps => _clamps;

    /// <summary>Whether the value of a cell is given.</summary>
    public bool Fixes(CellAddress cell) => _places.TryGetValue(cell, out int place) && _clamps[place].IsEquality;

    /// <summary>Adds a clamp.</summary>
    /// <exception cref="InputException">It gives the same value twice.</exception>
    /// <exception cref="ContradictionException">It cannot hold beside another of its cell.</exception>
    public void Add(Clamp clamp)
    {
        if (clamp.IsRelation || !_places.TryGetValue(clamp.Cell, out int place))
        {
            if (!clamp.IsRelation)
            {
                _places.Add(clamp.Cell, _clamps.Count);
            }

            _clamps.Add(clamp);
            return;
        }

        Clamp other = _clamps[place];
        Clamp? both = Both(other, clamp);
        string one = other.Describe(channels);
        string two = clamp.Describe(channels);
        if (both is null)
        {
            throw new ContradictionException($"Found {InputException.Quote(one)} and {InputException.Quote(two)}, which cannot both hold (log evidence -∞), expected one of the two.", clamp, double.NegativeInfinity);
        }

        _clamps[place] = other.IsEquality && clamp.IsEquality
            ? throw new InputException($"Cell '{clamp.Cell.Describe(channels)}' is given twice, by {InputException.Quote(one)} and {InputException.Quote(two)}; expected once.")
            : both with { Text = $"{one} and {two}" };
    }

    private Clamp? Both(Clamp one, Clamp two)
    {
        if (channels[one.Cell.Channel].IsNumeric)
        {
            double low = Math.Max(one.Low, two.Low);
            double high = Math.Min(one.High, two.High);
            return low <= high ? Clamp.Between(one.Cell, low, high) : null;
        }

        int[] outcomes = [.. Outcomes(one).Intersect(Outcomes(two))];
        return outcomes.Length == 0 ? null : outcomes.Length == 1 ? Clamp.Equal(one.Cell, outcomes[0]) : Clamp.OneOf(one.Cell, outcomes);
    }

    private static IEnumerable<int> Outcomes(Clamp clamp) => clamp.Outcomes.Count > 0 ? clamp.Outcomes : [(int)clamp.Low];
}
