using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pallium.Cli;

/// <summary>JSON as the verbs write it.</summary>
internal static class JsonOutput
{
    /// <summary>Writes one document on lines of its own.</summary>
    public static void Write(Action<Utf8JsonWriter> body)
    {
        using Stream output = Console.OpenStandardOutput();
        Write(output, indented: true, body);
    }

    /// <summary>Writes one JSON value and a line end, and flushes.</summary>
    public static void Write(Stream output, bool indented, Action<Utf8JsonWriter> body)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            body(json);
        }

        output.WriteByte((byte)'\n');
        output.Flush();
    }

    /// <summary>Writes a number; one that is not finite becomes null.</summary>
    public static void Figure(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes a value of a channel: a category by its name, else a number.</summary>
    public static void Value(this Utf8JsonWriter json, string name, Channel channel, double value)
    {
        if (channel.Categories.Count > 0)
        {
            json.WriteString(name, channel.Format(value));
        }
        else
        {
            json.Figure(name, value);
        }
    }

    /// <summary>Writes an array of texts under a name.</summary>
    public static void Texts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an object under a name.</summary>
    public static void Object(this Utf8JsonWriter json, string name, Action body)
    {
        json.WriteStartObject(name);
        body();
        json.WriteEndObject();
    }

    /// <summary>Writes an array of objects under a name.</summary>
    public static void Objects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> body)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            body(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a belief under its channel's name.</summary>
    public static void Belief(this Utf8JsonWriter json, Belief belief) => json.Belief(belief.Channel.Name, belief, () => { });

    /// <summary>Writes a belief under a name, with what the caller knows of it before.</summary>
    public static void Belief(this Utf8JsonWriter json, string name, Belief belief, Action more) => json.Object(name, () =>
    {
        more();
        if (belief.Channel.Unit != null)
        {
            json.WriteString("unit", belief.Channel.Unit);
        }

        if (belief.Outcomes.Count > 0)
        {
            json.WriteString("likeliest", belief.Outcomes[0].Name);
            json.Object("probabilities", () =>
            {
                foreach (Outcome outcome in belief.Outcomes)
                {
                    json.Figure(outcome.Name, outcome.Probability);
                }
            });
            return;
        }

        json.Figure("mean", belief.Mean);
        json.Figure("median", belief.Median);
        json.Figure("deviation", belief.Deviation);
        json.Objects("intervals", belief.Bands, band =>
        {
            json.Figure("share", band.Share);
            json.Figure("low", band.Interval.Low);
            json.Figure("high", band.Interval.High);
        });
    });

    /// <summary>Writes a stamp: a number, or a text for dates.</summary>
    public static void Stamp(this Utf8JsonWriter json, string name, TimeAxis axis, double time)
    {
        if (axis.Kind == TimeKind.Date && double.IsFinite(time))
        {
            json.WriteString(name, axis.Format(time));
        }
        else
        {
            json.Figure(name, time);
        }
    }
}
