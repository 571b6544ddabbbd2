using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary>Shows how far a long call has come: a bar on a terminal, now and then a line where standard error is redirected.</summary>
internal static class ProgressDisplay
{
    private const int TextWidth = 68;

    /// <summary>Told the share that is done, in [0, 1], and what is being done.</summary>
    public delegate void Report(double share, string text);

    /// <summary>Runs learning.</summary>
    public static T Learn<T>(Func<IProgress<LearnProgress>, T> work) =>
        Show(report => work(new Relay<LearnProgress>(progress => report(progress.Share, Describe(progress)))));

    /// <summary>Runs a sleep.</summary>
    public static T Sleep<T>(Func<IProgress<SleepProgress>, T> work) =>
        Show(report => work(new Relay<SleepProgress>(progress => report((double)progress.Round / progress.Rounds, Describe(progress)))));

    /// <summary>Runs a selection of channels.</summary>
    public static T Select<T>(Func<IProgress<SelectionProgress>, T> work) =>
        Show(report => work(new Relay<SelectionProgress>(progress => report(progress.Share, progress.Phase))));

    /// <summary>Runs a conversion.</summary>
    public static T Convert<T>(Func<IProgress<ConversionProgress>, T> work) =>
        Show(report => work(new Relay<ConversionProgress>(progress => report(progress.Share, Describe(progress)))));

    /// <summary>Runs work that tells only its share.</summary>
    public static T Share<T>(string text, Func<IProgress<double>, T> work) =>
        Show(report => work(new Relay<double>(share => report(share, text))));

    /// <summary>Runs one part of work that shows its own results between parts: nothing of the bar stays.</summary>
    public static T Part<T>(Func<Report, T> work) => Show(work, isPart: true);

    /// <summary>Phase, loss, rate and time left of learning.</summary>
    internal static string Describe(LearnProgress progress)
    {
        var culture = CultureInfo.InvariantCulture;
        string loss = double.IsNaN(progress.Loss) ? "" : string.Create(culture, $", loss {progress.Loss:F3}");
        string validation = double.IsNaN(progress.ValidationLoss) ? "" : string.Create(culture, $" (val {progress.ValidationLoss:F3})");
        string rate = progress.SlicesPerSecond > 0 ? string.Create(culture, $", {progress.SlicesPerSecond:N0} slices/s") : "";
        string left = progress.Left > TimeSpan.Zero ? string.Create(culture, $", {progress.Left:m\\:ss} left") : "";
        return progress.Phase + loss + validation + rate + left;
    }

    /// <summary>Phase, round and losses of a sleep.</summary>
    internal static string Describe(SleepProgress progress) => double.IsNaN(progress.Loss) ? progress.Phase : string.Create(
        CultureInfo.InvariantCulture, $"{progress.Phase}, round {progress.Round} of {progress.Rounds}, loss {progress.Loss:F3} (held out {progress.HeldOutLoss:F3})");

    /// <summary>Phase and loss of a conversion, the loss before it beside.</summary>
    internal static string Describe(ConversionProgress progress)
    {
        var culture = CultureInfo.InvariantCulture;
        return double.IsNaN(progress.Loss) ? progress.Phase
            : double.IsNaN(progress.TeacherLoss) ? string.Create(culture, $"{progress.Phase}, error {100 * progress.Loss:F1} %")
            : string.Create(culture, $"{progress.Phase}, val {progress.Loss:F3} ({progress.TeacherLoss:F3} before)");
    }

    private static T Show<T>(Func<Report, T> work, bool isPart = false)
    {
        IAnsiConsole console = Terminal.Error();
        return console.Profile.Capabilities.Interactive && !Console.IsErrorRedirected ? Bar(console, work, isPart) : Lines(work);
    }

    /// <summary>A bar that leaves room for the text beside it.</summary>
    private static T Bar<T>(IAnsiConsole console, Func<Report, T> work, bool clears) => console.Progress()
        .AutoClear(clears)
        .Columns(new ProgressBarColumn { Width = Math.Clamp(console.Profile.Width - TextWidth, 10, 40) }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context =>
        {
            ProgressTask task = context.AddTask("starting", maxValue: 1);
            T result = work((share, text) =>
            {
                task.Value = share;
                task.Description = Markup.Escape(text);
            });
            task.Value = 1;
            return result;
        });

    private static T Lines<T>(Func<Report, T> work)
    {
        const double SecondsBetween = 5;
        var clock = Stopwatch.StartNew();
        double shown = -SecondsBetween;
        return work((share, text) =>
        {
            double now = clock.Elapsed.TotalSeconds;
            if (now - shown >= SecondsBetween)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{100 * share,3:F0} %  {text}"));
                shown = now;
            }
        });
    }

    /// <summary>Passes reports on at once and in order.</summary>
    private sealed class Relay<T>(Action<T> handler) : IProgress<T>
    {
        public void Report(T value) => handler(value);
    }
}
