using System.Globalization;

namespace Pallium.Inference;

/// <summary>A cell and its factor in a linear form.</summary>
/// <param name="Cell">Which cell.</param>
/// <param name="Coefficient">Its factor, finite, not zero.</param>
public readonly record struct ClampTerm(CellAddress Cell, double Coefficient);

/// <summary>Something known: a cell's value, the interval that it lies in, the categories that it may have, or a linear relation of several cells.</summary>
/// <remarks>It says that low ≤ Σ coefficient · cell ≤ high; or, of a binary or categorical cell, that its outcome is one of a set.</remarks>
public sealed record Clamp
{
    private Clamp(IReadOnlyList<ClampTerm> terms, double low, double high, IReadOnlyList<int> outcomes)
    {
        Terms = terms;
        Low = low;
        High = high;
        Outcomes = outcomes;
    }

    /// <summary>The linear form; one term of coefficient 1 unless the clamp relates cells.</summary>
    public IReadOnlyList<ClampTerm> Terms { get; }

    /// <summary>Least value, -∞ for none.</summary>
    public double Low { get; }

    /// <summary>Largest value, ∞ for none; equal to <see cref="Low"/> where the value is known.</summary>
    public double High { get; }

    /// <summary>The outcomes that are possible; empty where the clamp is about numbers.</summary>
    public IReadOnlyList<int> Outcomes { get; }

    /// <summary>How the user wrote it, for messages; null: made by a program.</summary>
    public string? Text { get; init; }

    /// <summary>The one cell that is clamped.</summary>
    /// <exception cref="InvalidOperationException">The clamp relates several cells.</exception>
    public CellAddress Cell => IsRelation ? throw new InvalidOperationException("This clamp is about several cells; see Terms.") : Terms[0].Cell;

    /// <summary>Whether several cells are related, or one is scaled.</summary>
    public bool IsRelation => Terms.Count > 1 || Terms[0].Coefficient != 1;

    /// <summary>Whether the value is known to the last digit.</summary>
    public bool IsEquality => Outcomes.Count == 0 ? Low == High : Outcomes.Count == 1;

    /// <summary>The cell has this value (of a binary or categorical cell: this outcome).</summary>
    public static Clamp Equal(CellAddress cell, double value) => Linear([new(cell, 1)], value, value);

    /// <summary>The cell lies between two values, ends included.</summary>
    public static Clamp Between(CellAddress cell, double low, double high) => Linear([new(cell, 1)], low, high);

    /// <summary>The cell has one of these outcomes.</summary>
    public static Clamp OneOf(CellAddress cell, IReadOnlyList<int> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return outcomes.Count > 0
            ? new Clamp([new(cell, 1)], double.NegativeInfinity, double.PositiveInfinity, [.. outcomes.Distinct().Order()])
            : throw new ArgumentException("Found no outcomes, expected at least one.", nameof(outcomes));
    }

    /// <summary>low ≤ Σ coefficient · cell ≤ high.</summary>
    /// <exception cref="ArgumentException">No terms, a coefficient that is zero or not finite, bounds that are NaN or the wrong way round.</exception>
    public static Clamp Linear(IReadOnlyList<ClampTerm> terms, double low, double high)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Count == 0 || terms.Any(term => term.Coefficient == 0 || !double.IsFinite(term.Coefficient)))
        {
            throw new ArgumentException("Expected at least one term, with coefficients that are finite and not zero.", nameof(terms));
        }

        return low <= high && low < double.PositiveInfinity && high > double.NegativeInfinity
            ? new Clamp([.. terms], low, high, [])
            : throw new ArgumentException(FormattableString.Invariant($"Found {low} to {high}, expected a lower bound that is not above the upper one."), nameof(low));
    }

    /// <summary>The clamp in words, as the user wrote it where he did.</summary>
    /// <param name="channels">The channels that addresses count.</param>
    public string Describe(IReadOnlyList<Channel> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        if (Text is not null)
        {
            return Text;
        }

        string form = IsRelation
            ? string.Join(" + ", Terms.Select(term => string.Create(CultureInfo.InvariantCulture, $"{term.Coefficient:R}*{term.Cell.Describe(channels)}")))
            : Terms[0].Cell.Describe(channels);
        Channel channel = channels[Terms[0].Cell.Channel];
        if (Outcomes.Count > 0)
        {
            return $"{form} in {string.Join(",", Outcomes.Select(k => TextCursor.QuotedValue(channel.Format(k))))}";
        }

        string Shown(double bound) => IsRelation ? bound.ToString("R", CultureInfo.InvariantCulture)
            : channel.IsNumeric ? channel.Format(bound) : TextCursor.QuotedValue(channel.Format(bound));
        return Low == High ? $"{form}={Shown(Low)}"
            : double.IsNegativeInfinity(Low) ? $"{form}<={Shown(High)}"
            : double.IsPositiveInfinity(High) ? $"{form}>={Shown(Low)}"
            : $"{form} in {Shown(Low)}..{Shown(High)}";
    }
}
