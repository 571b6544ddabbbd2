using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium sleep</c>: learns to answer in one pass what takes long.</summary>
internal sealed class SleepVerb
{
    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<string?> _replay = TypedOption.Text("--replay", "DATA", "Data to ask about, of which the last tenth judges (default: dreams alone, judged on what the model remembers).");
    private readonly ReadingOptions _reading = new();
    private readonly Option<int?> _rounds = TypedOption.Whole("--rounds", "Rounds at the most; it ends sooner where 20 do not get better (default 120).");
    private readonly Option<double?> _minutes = TypedOption.Between("--minutes", "M", "Minutes after which no further round is begun (default: no limit).", 0.01, 1e6);
    private readonly Option<int?> _effort = TypedOption.Whole("--effort", "Paths of the refined answers that are learned from (default 256).", least: 16);
    private readonly Option<int?> _horizon = TypedOption.Whole("--horizon", "Slices of the longest questions, up to 64 (default 12).", least: 2);
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<string?> _output = TypedOption.Text("-o", "MODEL", "The model file to write (default: back to MODEL).", "--output");
    private readonly Option<bool> _json = TypedOption.Json();

    private SleepVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var sleep = new SleepVerb();
        var verb = new Verb("sleep", "Let a model dream and replay, to answer in one pass what takes long; the model proper stays as it is.",
            ("pallium sleep room.pallium --replay room.csv", "learns from questions about data and dreams, and writes back to room.pallium if it pays"),
            ("pallium sleep room.pallium --minutes 5 -o rested.pallium", "dreams for five minutes"))
        {
            sleep._model, sleep._replay, sleep._rounds, sleep._minutes, sleep._effort, sleep._horizon, sleep._seed, sleep._threads, sleep._output, sleep._json,
        };
        sleep._reading.AddTo(verb);
        verb.SetAction(sleep.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(_model);
        string? data = parsed.GetValue(_replay);
        string output = OutputPath.Check(parsed.GetValue(_output) ?? path, "-o", data is null ? [] : [data]);
        WorldModel model = ModelFile.Load(path);
        Frame? replay = data is null ? null : DataFile.Read(data, _reading.Of(parsed, model.Schema));
        var defaults = new SleepOptions();
        var options = new SleepOptions
        {
            Rounds = parsed.GetValue(_rounds) ?? defaults.Rounds,
            Minutes = parsed.GetValue(_minutes),
            Effort = parsed.GetValue(_effort) ?? defaults.Effort,
            Horizon = parsed.GetValue(_horizon) ?? defaults.Horizon,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Threads = parsed.GetValue(_threads) ?? defaults.Threads,
        };
        using var interrupt = new Interrupt();
        SleepResult result = ProgressDisplay.Sleep(progress => model.Sleep(replay, options, progress, interrupt.Token));
        bool written = result.Kept || output != path;
        if (written)
        {
            result.Model.Save(output);
        }

        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(json => WriteJson(json, result));
        }
        else
        {
            WriteText(Terminal.Out(), result, output, written);
        }

        return interrupt.Token.IsCancellationRequested ? ExitCode.Stopped : ExitCode.Success;
    }

    /// <summary>Scores before and after, and what became of the model.</summary>
    internal static void WriteText(IAnsiConsole console, SleepResult result, string output, bool written)
    {
        SleepRecord record = result.Record;
        Table table = TextTable.Of(["questions"], "cells", "before", "after", "gain", "its error");
        foreach (SleepGroup group in record.Groups.Prepend(record.Overall))
        {
            table.AddTexts(
            [
                group.Name, Figures.Count(group.Cells), Figures.Score(group.Before), Figures.Score(group.After), Figures.Score(group.After - group.Before),
                Figures.Score(group.StandardError),
            ]);
        }

        console.Write(table);
        console.WriteLine($"Mean log probability of what was, nats per cell, of answers in one pass to held-out questions about {record.HeldOut}.");
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{record.Rounds} rounds ({record.Source}), refined with effort {record.Effort}, seed {record.Seed}."));
        console.WriteLine(result.Kept
            ? "The sleep paid: the new one-pass answers are kept."
            : "The sleep did not pay: the score did not rise by more than its error, or fell by more in a group; the model stays as it was.");
        console.WriteLine(written ? $"Wrote {output}." : $"{output} was not touched.");
    }

    /// <summary>The same as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, SleepResult result)
    {
        json.WriteStartObject();
        json.WriteBoolean("kept", result.Kept);
        WriteRecord(json, result.Record);
        json.WriteEndObject();
    }

    /// <summary>What is remembered of a sleep, as members of an object.</summary>
    internal static void WriteRecord(Utf8JsonWriter json, SleepRecord record)
    {
        json.WriteString("source", record.Source);
        json.WriteString("heldOut", record.HeldOut);
        json.WriteNumber("rounds", record.Rounds);
        json.WriteNumber("effort", record.Effort);
        json.WriteNumber("horizon", record.Horizon);
        json.WriteNumber("seed", record.Seed);
        json.Objects("groups", record.Groups.Prepend(record.Overall), group =>
        {
            json.WriteString("name", group.Name);
            json.WriteNumber("cells", group.Cells);
            json.Figure("before", group.Before);
            json.Figure("after", group.After);
            json.Figure("error", group.StandardError);
        });
    }
}
