using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary>What changing a model costs, and whether that is allowed.</summary>
internal static class LossText
{
    /// <summary>The largest loss allowed where nothing is said.</summary>
    public const double DefaultTolerance = 0.01;

    /// <summary><c>--tolerance</c>.</summary>
    public static Option<double?> Tolerance() => TypedOption.Share(
        "--tolerance", "The largest loss: nothing is written where cells become less likely, or errors of forecasts larger, by more (default: 1%).");

    /// <summary>Scores of every channel, and both losses.</summary>
    public static void Write(IAnsiConsole console, Evaluation before, Evaluation after, MeasuredLoss loss, double tolerance)
    {
        Table table = TextTable.Of(["channel", "score"], "before", "after");
        foreach ((ChannelEvaluation old, ChannelEvaluation now) in before.Channels.Zip(after.Channels))
        {
            table.AddTexts(old.Channel.Header, "nats per cell", Precise(old.LogLoss), Precise(now.LogLoss));
            table.AddTexts("", old.Channel.IsNumeric ? "RMSE" : "Brier", Precise(Error(old)), Precise(Error(now)));
        }

        console.Write(table);
        console.WriteLine($"Measured on {loss.Source}, given the past: cells of the next slice, and forecasts up to {before.Horizon} slices ahead.");
        console.WriteLine($"On average over channels: {Losses(loss)}; {Share(tolerance)} of either is allowed.");
    }

    /// <summary>Writes a changed model if its loss is allowed, tells what was measured, and gives the exit code.</summary>
    public static int Conclude(WorldModel changed, MeasuredLoss loss, double tolerance, string output, bool isJson, Action<Utf8JsonWriter> writeJson, Action<IAnsiConsole> writeText)
    {
        bool isWithin = loss.Loss <= tolerance;
        if (isWithin)
        {
            changed.Save(output);
        }

        if (isJson)
        {
            JsonOutput.Write(writeJson);
        }
        else
        {
            writeText(Terminal.Out());
        }

        if (isWithin)
        {
            return ExitCode.Success;
        }

        Console.Error.WriteLine($"pallium: the loss of quality is {Share(loss.Loss)}, and {Share(tolerance)} was allowed; {output} was not written.");
        return ExitCode.Failure;
    }

    /// <summary>Both losses in words.</summary>
    public static string Losses(MeasuredLoss loss)
    {
        string likelihood = $"cells {Share(Math.Abs(loss.LikelihoodLoss))} {(loss.LikelihoodLoss < 0 ? "more" : "less")} likely";
        return double.IsNaN(loss.ErrorIncrease) ? likelihood
            : $"{likelihood}, errors {Share(Math.Abs(loss.ErrorIncrease))} {(loss.ErrorIncrease < 0 ? "smaller" : "larger")}";
    }

    /// <summary>The measure, as members of an object.</summary>
    public static void WriteLoss(Utf8JsonWriter json, MeasuredLoss loss)
    {
        json.WriteString("source", loss.Source);
        json.Figure("logLossBefore", loss.LogLossBefore);
        json.Figure("logLossAfter", loss.LogLossAfter);
        json.Figure("likelihoodLoss", loss.LikelihoodLoss);
        json.Figure("errorIncrease", loss.ErrorIncrease);
        json.Figure("loss", loss.Loss);
    }

    /// <summary>Scores of every channel, as a member of an object.</summary>
    public static void WriteChannels(Utf8JsonWriter json, Evaluation before, Evaluation after)
    {
        json.Object("channels", () =>
        {
            foreach ((ChannelEvaluation old, ChannelEvaluation now) in before.Channels.Zip(after.Channels))
            {
                json.Object(old.Channel.Name, () =>
                {
                    Pair("logLoss", old.LogLoss, now.LogLoss);
                    Pair("error", old.Model.Error, now.Model.Error);
                    Pair("crps", old.Model.Crps, now.Model.Crps);
                });
            }
        });

        void Pair(string name, double old, double now) => json.Object(name, () =>
        {
            json.Figure("before", old);
            json.Figure("after", now);
        });
    }

    /// <summary>Three decimals of a percent: what is compared here differs by less than what other verbs show.</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.###} %");

    private static double Error(ChannelEvaluation channel) => channel.Channel.IsNumeric ? channel.Model.Error : channel.Model.Crps;

    private static string Precise(double value) => double.IsFinite(value) ? value.ToString("F4", CultureInfo.InvariantCulture) : "-";
}
