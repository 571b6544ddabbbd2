using System.Text.Json;

namespace Pallium.Cli;

/// <summary>Answers as JSON.</summary>
internal static class AnswerJson
{
    /// <summary>All of an answer, as one object.</summary>
    public static void Write(Utf8JsonWriter json, FrameSchema schema, Question question, Answer answer, AskedCell[] cells)
    {
        json.WriteStartObject();
        json.Object("given", () =>
        {
            foreach (Clamp clamp in question.Clamps.Where(clamp => !clamp.IsRelation && clamp.IsEquality))
            {
                double value = clamp.Outcomes.Count > 0 ? clamp.Outcomes[0] : clamp.Low;
                json.WriteString(AskedCell.NameOf(clamp.Cell, schema), schema.Channels[clamp.Cell.Channel].Format(value));
            }
        });
        json.Texts("clamps", question.Clamps.Select(clamp => clamp.Describe(schema.Channels)));
        json.Object("answers", () =>
        {
            foreach (AskedCell cell in cells)
            {
                json.Belief(cell.Name, cell.Belief, () => WriteMore(json, schema, cell));
            }
        });
        json.Objects("events", question.Events.Zip(answer.Events, answer.EventErrors), happening =>
        {
            json.WriteString("event", happening.First.Text);
            json.Figure("probability", happening.Second);
            json.Figure("standardError", happening.Third);
        });
        json.Figure("logEvidence", answer.LogEvidence);
        json.WriteNumber("effort", answer.Effort);
        json.Figure("effectiveSampleSize", answer.EffectiveSampleSize);
        if (answer.Sweeps is { } sweeps)
        {
            json.WriteStartObject("sweeps");
            json.WriteNumber("count", sweeps.Count);
            json.WriteNumber("pastsTried", sweeps.Tried);
            json.WriteNumber("pastsAccepted", sweeps.Accepted);
            json.Figure("extraEffort", sweeps.Extra);
            json.WriteEndObject();
        }

        json.Texts("warnings", answer.Warnings);
        json.WriteEndObject();
    }

    /// <summary>That there is no answer, as clamps cannot hold together.</summary>
    public static void Write(Utf8JsonWriter json, FrameSchema schema, ContradictionException contradiction)
    {
        json.WriteStartObject();
        json.WriteString("contradiction", contradiction.Message);
        json.WriteString("clamp", contradiction.Clamp?.Describe(schema.Channels));
        json.Figure("logEvidence", contradiction.LogEvidence);
        json.WriteEndObject();
    }

    private static void WriteMore(Utf8JsonWriter json, FrameSchema schema, AskedCell cell)
    {
        json.WriteString("channel", schema.Channels[cell.Cell.Channel].Name);
        json.WriteNumber("offset", cell.Cell.Offset);
        json.Stamp("time", schema.Time, cell.Time);
        json.Figure("standardError", cell.StandardError);
        if (cell.Quantiles.Count > 0)
        {
            json.Objects("quantiles", cell.Quantiles, quantile =>
            {
                json.Figure("share", quantile.Share);
                json.Figure("value", quantile.Value);
            });
        }
    }
}
