using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium watch</c>: surprise and outlook, one line per slice as it arrives.</summary>
internal sealed class WatchVerb
{
    /// <summary>A slice this improbable stands out.</summary>
    private const double Striking = 0.01;

    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<string?> _after = TypedOption.Text("--after", "DATA", "The history before the stream (default: none).");
    private readonly Option<int?> _anomalies = TypedOption.Whole("--anomalies", "Score what is new in the surprise, from 0 to 1, after learning from so many slices of each series (default: no score).");
    private readonly Option<bool> _json = TypedOption.Flag("--json", "Write a JSON object per line.");
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();

    private WatchVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var watch = new WatchVerb();
        var verb = new Verb("watch", "Watch a stream on standard input: surprise, the channel to blame, and the forecast of the next slice.",
            ("pallium watch room.pallium < live.csv", "one line per slice, as it arrives"),
            ("tail -f -n +1 live.csv | pallium watch room.pallium --after room.csv --json", "after a history, as JSON lines"))
        {
            watch._model, watch._after, watch._anomalies, watch._json, watch._expertMemory,
        };
        watch._reading.AddTo(verb);
        verb.SetAction(watch.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model), parsed.GetValue(_expertMemory));
        FrameOptions options = _reading.Of(parsed, model.Schema);
        var sessions = new SeriesSessions(model);
        if (parsed.GetValue(_after) is string after)
        {
            sessions.Read(after, options);
        }

        int? learning = parsed.GetValue(_anomalies);
        var detectors = new Dictionary<string, AnomalyDetector>();
        bool asJson = parsed.GetValue(_json);
        using Stream output = Console.OpenStandardOutput();
        IAnsiConsole console = Terminal.Out();
        using SliceReader reader = DataFile.Open("-", model.Schema, options);
        DataFile.Warn(reader.Warnings);
        IReadOnlyList<string> aboutColumns = reader.Warnings;
        while (reader.TryRead(out Slice? slice))
        {
            Session session = sessions.Of(slice);
            Surprise surprise = session.Observe(slice);
            Anomaly? anomaly = learning is int slices ? DetectorOf(slice.Series, slices).Observe(slice.Time, surprise.Worst < 0 ? double.NaN : surprise.Total) : null;
            Belief[] next = [.. session.Next().Select(cell => Belief.Of(cell, []))];
            if (asJson)
            {
                WriteJson(output, model.Schema, slice, surprise, next, anomaly);
            }
            else
            {
                WriteLine(console, model.Schema, slice, surprise, next, anomaly);
            }
        }

        DataFile.Warn(reader.Warnings.Except(aboutColumns));
        return ExitCode.Success;

        AnomalyDetector DetectorOf(string series, int slices)
        {
            TimeAxis axis = model.Schema.Time;
            return detectors.TryGetValue(series, out AnomalyDetector? known) ? known
                : detectors[series] = new AnomalyDetector(new AnomalyOptions(slices) { HasDates = axis.Kind == TimeKind.Date, TimeZone = axis.Zone });
        }
    }

    /// <summary>One slice as a line.</summary>
    internal static void WriteLine(IAnsiConsole console, FrameSchema schema, Slice slice, Surprise surprise, Belief[] next, Anomaly? anomaly = null)
    {
        string stamp = schema.Time.Format(slice.Time);
        string series = slice.Series.Length > 0 ? $"  {slice.Series}" : "";
        int worst = surprise.Worst;
        string blame = worst < 0 ? "nothing seen"
            : $"worst {schema.Channels[worst].Name} {Figures.Value(schema.Channels[worst], slice.Values[worst])} ({Figures.Nats(surprise.Channels[worst])} nats)";
        string outlook = string.Join(", ", next.Select(belief => belief.Outcomes.Count > 0
            ? $"{belief.Channel.Name} {belief.Outcomes[0].Name}" : $"{belief.Channel.Name} {Figures.Value(belief.Channel, belief.Median)}"));
        string score = anomaly is { } told ? string.Create(CultureInfo.InvariantCulture, $"  anomaly {told.Score:F2}") : "";
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{stamp}{series}  surprise {Figures.Nats(surprise.Total),6} nats  tail {Figures.Probability(surprise.TailProbability),7}{score}  {blame}  next: {outlook}");
        bool strikes = surprise.TailProbability < Striking;
        console.Profile.Out.Writer.WriteLine(strikes && console.Profile.Capabilities.Ansi ? $"\e[1;31m{text}\e[0m" : text);
        console.Profile.Out.Writer.Flush();
    }

    /// <summary>One slice as a line of JSON.</summary>
    internal static void WriteJson(Stream output, FrameSchema schema, Slice slice, Surprise surprise, Belief[] next, Anomaly? anomaly = null) => JsonOutput.Write(output, indented: false, json =>
    {
        json.WriteStartObject();
        json.Stamp("time", schema.Time, slice.Time);
        if (slice.Series.Length > 0)
        {
            json.WriteString("series", slice.Series);
        }

        json.Figure("surprise", surprise.Total);
        json.Figure("tail", surprise.TailProbability);
        if (anomaly is { } told)
        {
            json.Figure("anomaly", told.Score);
        }

        json.WriteString("worst", surprise.Worst < 0 ? null : schema.Channels[surprise.Worst].Name);
        json.Object("channels", () =>
        {
            for (int c = 0; c < surprise.Channels.Count; c++)
            {
                json.Figure(schema.Channels[c].Name, surprise.Channels[c]);
            }
        });
        json.Object("next", () =>
        {
            foreach (Belief belief in next)
            {
                if (belief.Outcomes.Count > 0)
                {
                    json.WriteString(belief.Channel.Name, belief.Outcomes[0].Name);
                }
                else
                {
                    json.Figure(belief.Channel.Name, belief.Median);
                }
            }
        });
        json.WriteEndObject();
    });
}
