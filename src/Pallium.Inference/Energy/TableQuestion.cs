namespace Pallium.Inference;

/// <summary>A question about one row of a table, its clamps in encoded units.</summary>
internal sealed class TableQuestion
{
    private TableQuestion(Question question, TableForm[] forms)
    {
        Question = question;
        Equalities = [.. forms.Where(form => form.IsEquality)];
        Intervals = [.. forms.Where(form => !form.IsEquality)];
    }

    public Question Question { get; }

    public IReadOnlyList<TableForm> Equalities { get; }

    public IReadOnlyList<TableForm> Intervals { get; }

    /// <summary>Reads a question.</summary>
    /// <exception cref="InputException">A cell that is not there, an option out of range, a relation of positive channels, whose encoding is no line.</exception>
    public static TableQuestion Read(TableScales scales, Question question, AnswerOptions options)
    {
        EngineQuestion.Check(scales.Channels, question, options);
        foreach (CellAddress cell in question.Cells)
        {
            if (cell.Offset != 1)
            {
                throw new InputException($"Found the cell {cell.Describe(scales.Channels)}, expected offset 1: a table has one row to ask about.");
            }
        }

        if (options.Future is not null)
        {
            throw new InputException("Option future: found slices, expected none: a table has no time.");
        }

        return new TableQuestion(question, [.. question.Clamps.Select(clamp => Form(scales, clamp))]);
    }

    private static TableForm Form(TableScales scales, Clamp clamp)
    {
        var weights = new double[scales.Channels.Count];
        if (!clamp.IsRelation)
        {
            int channel = clamp.Cell.Channel;
            weights[channel] = 1;
            double width = clamp.IsEquality ? scales.LogWidth(channel, clamp.Low) : 0;
            return new TableForm(weights, Encoded(scales, channel, clamp.Low), Encoded(scales, channel, clamp.High), width, clamp);
        }

        double shift = 0;
        foreach (ClampTerm term in clamp.Terms)
        {
            ChannelScale scale = scales.Scales[term.Cell.Channel];
            if (scale.Kind != ChannelKind.Real)
            {
                string name = scales.Channels[term.Cell.Channel].Name;
                throw new InputException(
                    $"Clamp {clamp.Describe(scales.Channels)}: found the positive channel '{name}' in a relation, expected real ones, whose encoding keeps lines straight.");
            }

            weights[term.Cell.Channel] += term.Coefficient * scale.Deviation;
            shift += term.Coefficient * scale.Mean;
        }

        return weights.Any(weight => weight != 0)
            ? new TableForm(weights, clamp.Low - shift, clamp.High - shift, 0, clamp)
            : throw new InputException($"Clamp {clamp.Describe(scales.Channels)}: found coefficients that cancel, expected a relation of cells.");
    }

    private static double Encoded(TableScales scales, int channel, double bound)
    {
        bool below = scales.Scales[channel].Kind == ChannelKind.Positive && bound < 0;
        return double.IsInfinity(bound) || below ? (bound > 0 ? double.PositiveInfinity : double.NegativeInfinity) : scales.Scales[channel].Encode(bound);
    }
}
