using System.Globalization;

namespace Pallium.Inference;

/// <summary>What engines of closed form check and answer alike.</summary>
internal static class EngineQuestion
{
    /// <summary>Says by a sentence which cell or option is out of range.</summary>
    public static void Check(IReadOnlyList<Channel> channels, Question question, AnswerOptions options)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (options.Effort < 0)
        {
            throw new InputException($"Option effort: found {options.Effort}, expected 0 or more.");
        }

        if (options.Tolerance is { } tolerance && !(tolerance > 0))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture, $"Option tolerance: found {tolerance:R}, expected a positive number of standard deviations."));
        }

        foreach (CellAddress cell in question.Cells)
        {
            if (cell.Channel < 0 || cell.Channel >= channels.Count)
            {
                string names = string.Join(", ", channels.Select(channel => channel.Name));
                throw new InputException($"Found a cell of channel {cell.Channel}, expected one of 0 to {channels.Count - 1} ({names}).");
            }
        }

        foreach (Clamp clamp in question.Clamps)
        {
            CheckClamp(channels, clamp);
        }
    }

    /// <summary>A cell whose value is certain.</summary>
    public static Posterior Certain(Channel channel, double value) => new SamplePosterior(channel, [value]);

    /// <summary>Draws that reach the tolerance where draws are independent, at most the effort.</summary>
    public static int Draws(AnswerOptions options) =>
        options.Tolerance is { } tolerance ? (int)Math.Min(options.Effort, Math.Ceiling(1 / (tolerance * tolerance))) : options.Effort;

    /// <summary>Refuses an answer whose draws would not fit the cap.</summary>
    public static void CheckMemory(AnswerOptions options, int draws, int numbers)
    {
        long bytes = (long)draws * numbers * sizeof(double);
        if (bytes > options.MemoryCap)
        {
            throw new InputException(
                $"Found an effort of {draws} draws of {numbers} numbers, {bytes} bytes, expected at most the memory cap of {options.MemoryCap} bytes.");
        }
    }

    /// <summary>What is said of a clamp that excludes those before it.</summary>
    public static ContradictionException Contradiction(IReadOnlyList<Channel> channels, Clamp clamp, string why = "") =>
        new($"Clamp {clamp.Describe(channels)} cannot hold beside those before it{why}.", clamp, double.NegativeInfinity);

    /// <summary>Shares of draws in which each event happens.</summary>
    /// <param name="events">The events.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="valueAt">The value of a cell in a draw, in the channel's unit.</param>
    public static double[] EventShares(IReadOnlyList<CellFunction> events, int draws, Func<int, CellAddress, double> valueAt) =>
    [
        .. events.Select(function =>
        {
            var values = new double[function.Cells.Count];
            int happened = 0;
            for (int i = 0; i < draws; i++)
            {
                for (int c = 0; c < values.Length; c++)
                {
                    values[c] = valueAt(i, function.Cells[c]);
                }

                happened += function.Evaluate(values) != 0 ? 1 : 0;
            }

            return (double)happened / draws;
        }),
    ];

    /// <summary>Standard errors of such shares.</summary>
    /// <param name="shares">The shares.</param>
    /// <param name="effective">How many independent draws they were counted on.</param>
    public static double[] ShareErrors(double[] shares, double effective) => [.. shares.Select(share => Math.Sqrt(share * (1 - share) / effective))];

    /// <summary>A warning where draws are worth too few independent ones.</summary>
    public static string[] FewDraws(double effective)
    {
        const double Enough = 100;
        double more = Math.Ceiling(Enough / Math.Max(1, effective));
        return effective >= Enough ? [] :
        [
            FormattableString.Invariant($"The draws are worth only {effective:F0} independent ones; about {more:F0} times the effort would make them worth {Enough:F0}."),
        ];
    }

    private static void CheckClamp(IReadOnlyList<Channel> channels, Clamp clamp)
    {
        if (clamp.Outcomes.Count > 0)
        {
            throw new InputException($"Clamp {clamp.Describe(channels)}: found a set of outcomes, expected a number or an interval of a channel of numbers.");
        }

        if (clamp.IsRelation)
        {
            return;
        }

        // Of an interval it is enough that a part of it is possible.
        Channel channel = channels[clamp.Cell.Channel];
        double possible = clamp.IsEquality ? clamp.Low : double.IsPositiveInfinity(clamp.High) ? 0 : clamp.High;
        if (SchemaCheck.Expected(channel, possible) is { } expected)
        {
            throw new InputException($"Clamp {clamp.Describe(channels)}: expected {expected}.");
        }
    }
}
