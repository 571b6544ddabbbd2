using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium inspect</c>: what a model is made of and how it was learned.</summary>
internal static class InspectVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> model = TypedOption.Model();
        Option<bool> asJson = TypedOption.Json();
        var verb = new Verb("inspect", "Show a model's channels, stack, parameters, cost per slice and learning record.",
            ("pallium inspect room.pallium", "what the model knows, what it costs, how it was learned"))
        {
            model, asJson,
        };
        verb.SetAction(parsed =>
        {
            ModelSummary summary = ModelFile.Load(parsed.GetRequiredValue(model)).Summary;
            if (parsed.GetValue(asJson))
            {
                JsonOutput.Write(json => WriteJson(json, summary));
            }
            else
            {
                WriteText(Terminal.Out(), summary);
            }

            return ExitCode.Success;
        });
        return verb;
    }

    /// <summary>The summary as tables.</summary>
    internal static void WriteText(IAnsiConsole console, ModelSummary summary)
    {
        WriteChannels(console, summary);
        FrameSchema schema = summary.Schema;
        var facts = new Table().NoBorder().HideHeaders().AddColumns("", "");
        Fact("time", Time(schema));
        if (schema.SeriesColumn != null)
        {
            Fact("series", $"named by the column '{schema.SeriesColumn}'");
        }

        if (schema.Statics.Count > 0)
        {
            Fact("static inputs", string.Join(", ", schema.Statics.Select(column => column.Header)));
        }

        if (summary.ClockPeriods.Count > 0)
        {
            Fact("clock inputs", "phase of " + string.Join(", ", summary.ClockPeriods.Select(Duration.Describe)));
        }

        Fact("stack", summary.NetworkParameters == 0 ? $"{summary.Stack}: the base alone"
            : $"{summary.Stack}, {(summary.Precision == Precision.Single ? "single" : "double")} precision");
        Fact("base", $"linear in the own last {Plural(summary.Lags.Own, "value")} and in all channels over {Plural(summary.Lags.Cross, "slice")}");
        Fact("parameters", $"{Figures.Count(summary.NetworkParameters)} in the network, {Figures.Count(summary.BaseParameters)} in the base");
        if (summary.Weights is { } weights)
        {
            Fact("weights", $"stored as {weights}{(weights.Product is null ? "" : ", linear maps of the trunk multiply by L-Mul")}, {Figures.Bytes(summary.StoredBytes)}: " + (summary.Quantization is { } measured
                ? $"on {measured.Source} {Figures.Score(measured.LogLossBefore)} before, {Figures.Score(measured.LogLossAfter)} after rounding (nats per cell); {LossText.Losses(measured)}"
                : "learned so rounded"));
        }

        (long inBase, long inTrunk, long inHead) = summary.MultiplyAdds;
        Fact("cost per slice", $"{Figures.Count(inBase + inTrunk + inHead)} multiply-adds (base {Figures.Count(inBase)}, trunk {Figures.Count(inTrunk)}, "
            + $"head {Figures.Count(inHead)} per question), {Figures.Bytes(summary.WeightBytes)} of parameters read");
        Fact("state", $"{Figures.Bytes(summary.StateBytes)} per stream");
        if (summary.Sleep is { } sleep)
        {
            Fact("slept", string.Create(CultureInfo.InvariantCulture, $"{sleep.Rounds} rounds ({sleep.Source}): one-pass answers {Figures.Score(sleep.Overall.Before)} before, ")
                + $"{Figures.Score(sleep.Overall.After)} after (log score, nats per cell)");
        }

        console.Write(facts);
        console.WriteLine();
        WriteRuns(console, summary);

        static string Plural(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";

        void Fact(string name, string value) => facts.AddRow(new Text(name), new Text(value));
    }

    /// <summary>The summary as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, ModelSummary summary)
    {
        json.WriteStartObject();
        json.WriteString("stack", summary.Stack);
        json.WriteString("precision", summary.Precision == Precision.Single ? "single" : "double");
        json.Object("time", () =>
        {
            json.WriteString("kind", summary.Schema.IsTable ? "table" : summary.Schema.Time.Kind.ToString().ToLowerInvariant());
            json.WriteString("column", summary.Schema.Time.Column);
            json.WriteString("unit", summary.Schema.Time.Kind == TimeKind.Date ? "s" : summary.Schema.Time.Unit);
            json.WriteString("zone", summary.Schema.Time.Zone);
            json.Figure("step", summary.Schema.Time.Step);
        });
        json.WriteString("series", summary.Schema.SeriesColumn);
        json.Objects("channels", LearnVerb.Contributions(summary), part =>
        {
            WriteColumn(json, part.Channel);
            json.WriteBoolean("known", part.Channel.Known);
            json.Figure("baseLoss", part.BaseLoss);
            json.Figure("loss", part.Loss);
            json.Figure("networkShare", part.NetworkShare);
            json.Figure("meanShare", part.MeanShare);
        });
        json.Objects("statics", summary.Schema.Statics, column => WriteColumn(json, column));
        json.WriteStartArray("clockPeriods");
        foreach (double period in summary.ClockPeriods)
        {
            json.WriteNumberValue(period);
        }

        json.WriteEndArray();
        json.WriteNumber("networkParameters", summary.NetworkParameters);
        json.WriteNumber("baseParameters", summary.BaseParameters);
        json.Object("lags", () =>
        {
            json.WriteNumber("own", summary.Lags.Own);
            json.WriteNumber("cross", summary.Lags.Cross);
        });
        json.Object("multiplyAdds", () =>
        {
            json.WriteNumber("base", summary.MultiplyAdds.Base);
            json.WriteNumber("trunk", summary.MultiplyAdds.Trunk);
            json.WriteNumber("head", summary.MultiplyAdds.Head);
        });
        json.WriteString("weights", summary.Weights?.Name);
        json.WriteNumber("storedBytes", summary.StoredBytes);
        if (summary.Quantization is { } measured)
        {
            json.Object("quantization", () => QuantizeVerb.WriteRecord(json, measured));
        }
        else
        {
            json.WriteNull("quantization");
        }

        json.WriteNumber("weightBytes", summary.WeightBytes);
        json.WriteNumber("stateBytes", summary.StateBytes);
        json.Objects("runs", summary.Runs, run => WriteRun(json, run));
        if (summary.Sleep is { } sleep)
        {
            json.Object("sleep", () => SleepVerb.WriteRecord(json, sleep));
        }
        else
        {
            json.WriteNull("sleep");
        }

        json.WriteEndObject();
    }

    private static void WriteColumn(Utf8JsonWriter json, Channel column)
    {
        json.WriteString("name", column.Name);
        json.WriteString("kind", column.Kind.ToString().ToLowerInvariant());
        json.WriteString("unit", column.Unit);
        json.Figure("resolution", column.Resolution);
        json.Texts("categories", column.Categories);
    }

    private static void WriteRun(Utf8JsonWriter json, LearningRun run)
    {
        json.WriteString("source", run.Source);
        json.WriteNumber("slices", run.Slices);
        json.WriteNumber("steps", run.Steps);
        json.WriteNumber("bestStep", run.BestStep);
        json.Figure("baseLoss", run.BaseLoss);
        json.Figure("loss", run.Loss);
        json.WriteNumber("seed", run.Seed);
        json.WriteBoolean("cancelled", run.Cancelled);
        json.WriteBoolean("diverged", run.Diverged);
        json.Texts("divergences", run.Divergences);
    }

    private static void WriteChannels(IAnsiConsole console, ModelSummary summary)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            BeliefText.Header("channel"), BeliefText.Header("kind"), BeliefText.Header("unit"), BeliefText.Header("step").RightAligned(),
            BeliefText.Header("base loss").RightAligned(), BeliefText.Header("model loss").RightAligned(),
            BeliefText.Header("network share").RightAligned(), BeliefText.Header("of its mean").RightAligned());
        foreach (ChannelContribution part in LearnVerb.Contributions(summary))
        {
            Channel channel = part.Channel;
            table.AddRow(
                new Text(channel.Name), new Text(channel.Categories.Count > 0 ? string.Join(" | ", channel.Categories) : LearnVerb.Kind(channel)),
                new Text(channel.Unit ?? ""), new Text(channel.IsNumeric ? channel.Resolution.ToString("0.######", CultureInfo.InvariantCulture) : ""),
                new Text(Figures.Score(part.BaseLoss)), new Text(Figures.Score(part.Loss)),
                new Text(Figures.Percent(part.NetworkShare)), new Text(Figures.Percent(part.MeanShare)));
        }

        console.Write(table);
        console.MarkupLine("[grey]Losses are in nats per cell over random questions about the validation part.[/]");
        console.WriteLine();
    }

    private static void WriteRuns(IAnsiConsole console, ModelSummary summary)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            BeliefText.Header("learned from"), BeliefText.Header("slices").RightAligned(), BeliefText.Header("updates (best)").RightAligned(),
            BeliefText.Header("base loss").RightAligned(), BeliefText.Header("loss").RightAligned(), BeliefText.Header("seed").RightAligned(), BeliefText.Header("remarks"));
        foreach (LearningRun run in summary.Runs)
        {
            string[] remarks = [.. run.Divergences, .. run.Diverged ? ["given up: it diverged too often"] : Array.Empty<string>(), .. run.Cancelled ? ["stopped before its end"] : Array.Empty<string>()];
            table.AddRow(
                new Text(run.Source), new Text(Figures.Count(run.Slices)), new Text($"{Figures.Count(run.Steps)} ({Figures.Count(run.BestStep)})"),
                new Text(Figures.Score(run.BaseLoss)), new Text(Figures.Score(run.Loss)),
                new Text(run.Seed.ToString(CultureInfo.InvariantCulture)), new Text(string.Join("; ", remarks)));
        }

        console.Write(table);
    }

    private static string Time(FrameSchema schema)
    {
        TimeAxis time = schema.Time;
        return schema.IsTable ? "none: rows are independent" : time.Kind switch
        {
            TimeKind.Date => $"dates in the column '{time.Column}', {time.Zone ?? "UTC"}, median step {Duration.Describe(time.Step)}",
            TimeKind.Number => string.Create(CultureInfo.InvariantCulture, $"numbers in the column '{time.Column}', median step {time.Step:R} {time.Unit}").TrimEnd(),
            _ => "none: rows are equal steps",
        };
    }
}
