using System.Globalization;
using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>State tracking: parity and sums modulo 3, learned in up to 10 symbols, streamed for 10,000, with the automaton that was learned; permutations of five things.</summary>
internal static class TrackingExperiment
{
    private const string File = "tracking";
    private const int WindowSequences = 320;
    private static readonly TaskRecipe Usual = new(32, 1, 2000, 64, [0.005]) { Convolves = false };

    /// <summary>The tasks, the longest sequence learned, and whether their automata are small enough to be read out.</summary>
    private static readonly (string Name, Automaton Automaton, int Longest, ExtractionOptions? Extraction)[] Tasks =
    [
        ("parity", Automaton.Sum(2), 10, new ExtractionOptions { Length = 9, Continuation = 6 }),
        ("mod3", Automaton.Sum(3), 10, new ExtractionOptions { Length = 6, Continuation = 4 }),
        ("s5", PermutationGroup.Compose(PermutationGroup.All(5)), 64, null),
        ("s5-exchanges", PermutationGroup.Compose(PermutationGroup.Exchanges(5)), 64, null),
        ("a5", PermutationGroup.Compose(PermutationGroup.Even(5)), 64, null),
        ("z60", Automaton.Sum(60), 64, null),
    ];

    public static void Run(Arguments arguments)
    {
        TaskRecipe recipe = Usual.Of(arguments);
        int streams = arguments.Count("streams", 1000);
        int length = arguments.Count("length", 10_000);
        string[] wanted = arguments.Text("tasks", "parity;mod3;s5").Split(';');
        if (wanted.Except(Tasks.Select(task => task.Name)).FirstOrDefault() is { } unknown)
        {
            throw new ExperimentException($"Option --tasks: found '{unknown}', expected some of {string.Join(";", Tasks.Select(task => task.Name))}.");
        }

        IReadOnlyList<string> layers = TaskLayers.Of(arguments, TaskLayers.Tracking(recipe.Width));
        var runs = new TaskRuns(File, recipe, arguments);
        foreach ((string name, Automaton automaton, int longest, ExtractionOptions? extraction) in Tasks.Where(task => wanted.Contains(task.Name)))
        {
            var task = new AutomatonTask(automaton);
            runs.RunMissing(name, layers, [new TokenLesson(new AutomatonTask(automaton, hasRuns: extraction is not null), 1, longest)], (test, figures) =>
            {
                TokenScore window = test.Scorer.Score(task, longest, WindowSequences, test.Rng.For("window"), test.Runner);
                figures["accuracy"] = window.Accuracy;
                figures["flawless"] = window.Flawless;
                if (extraction is null)
                {
                    figures["accuracy_4x"] = test.Scorer.Score(task, 4 * longest, WindowSequences, test.Rng.For("longer"), test.Runner).Accuracy;
                    return;
                }

                TokenScore stream = test.Scorer.Stream(task, length, streams, test.Rng.For("stream"), test.Runner);
                figures["stream_accuracy"] = stream.Accuracy;
                figures["stream_flawless"] = stream.Flawless;
                Extract(test.Model, automaton, extraction, figures);
            });
            Write(name, longest, string.Create(CultureInfo.InvariantCulture, $"{streams:N0} streams of {length:N0}"), recipe, runs, layers, extraction is not null);
        }
    }

    private static void Extract(TokenModel<float> model, Automaton automaton, ExtractionOptions options, Dictionary<string, double> figures)
    {
        ExtractedAutomaton found = AutomatonExtraction.Extract(model, options);
        figures["clusters"] = found.Clusters;
        figures["consistency"] = found.Consistency;
        figures["states"] = found.Machine?.States ?? 0;
        figures["same_automaton"] = found.Machine is { } machine && machine.AnswersLike(automaton) ? 1 : 0;
        Console.Error.WriteLine(found.Machine is { States: < 10 } small
            ? $"  automaton of {found.Clusters} clusters:\n{small}"
            : $"  {found.Clusters} clusters, {(found.Machine is null ? "and the longest strings lead to new ones: no automaton" : "too many to print")}");
    }

    private static void Write(string name, int longest, string streamed, TaskRecipe recipe, TaskRuns runs, IReadOnlyList<string> layers, bool isStreamed)
    {
        (string, string, Func<double, string>)[] window = [($"{longest} symbols, %", "accuracy", TaskTable.Percent), ("sequences without a mistake, %", "flawless", TaskTable.Percent)];
        TaskTable.Write(
            $"{name} ({recipe}): learned in 1 to {longest} symbols",
            runs.Of(name),
            layers,
            isStreamed
                ? [.. window, ($"{streamed}, %", "stream_accuracy", TaskTable.Percent), ("streams without a mistake, %", "stream_flawless", TaskTable.Percent),
                    ("clusters", "clusters", TaskTable.Number), ("consistent, %", "consistency", TaskTable.Percent), ("states", "states", TaskTable.Number),
                    ("the true automaton, % of seeds", "same_automaton", TaskTable.Percent)]
                : [.. window, ($"{4 * longest} symbols, %", "accuracy_4x", TaskTable.Percent)]);
    }
}
