using System.Globalization;
using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>Multi-query associative recall: what layers keep of 4 to 64 pairs, beside the bytes they keep it in.</summary>
/// <remarks>
/// One model per layer and seed learns all numbers of pairs, as in the recipe of BASED (arXiv 2402.18668, appendix), and is tested on each; but few pairs first, the next number
/// once the last is learned. All at once, layers stay for thousands of updates at telling which values occur, and not which belongs to a key.
/// </remarks>
internal static class RecallExperiment
{
    private const string File = "recall";
    private const int TestSequences = 320;
    private static readonly TaskRecipe Usual = new(64, 2, 4000, 32, [0.005, 0.01]) { Draws = 2, Learned = 2, Looks = 40 };

    /// <summary>Pairs, the lengths learned, and the length tested: 64 to 512 tokens.</summary>
    private static readonly (int Pairs, int Least, int Most, int Test)[] Settings =
        [(4, 16, 64, 64), (8, 32, 128, 128), (16, 64, 128, 128), (32, 128, 256, 256), (64, 256, 256, 512)];

    public static void Run(Arguments arguments)
    {
        TaskRecipe recipe = Usual.Of(arguments);
        int vocabulary = arguments.Count("vocabulary", 256);
        double[] pairs = arguments.Numbers("pairs", Settings.Select(setting => (double)setting.Pairs));
        var settings = Settings.Where(setting => pairs.Contains(setting.Pairs)).Select(setting => (setting.Least, setting.Most, setting.Test, Task: new RecallTask(vocabulary, setting.Pairs))).ToList();
        if (settings.Count == 0)
        {
            throw new ExperimentException($"Option --pairs: expected some of {string.Join(",", Settings.Select(setting => setting.Pairs))}.");
        }

        string experiment = string.Create(CultureInfo.InvariantCulture, $"recall/{vocabulary}/{string.Join(',', settings.Select(setting => setting.Task.Pairs))}");
        IReadOnlyList<string> layers = TaskLayers.Of(arguments, TaskLayers.Recall(recipe.Width));
        var runs = new TaskRuns(File, recipe, arguments);
        runs.RunMissing(experiment, layers, [.. settings.Select(setting => Lesson(setting.Task, setting.Least, setting.Most, recipe.Batch))], (test, figures) =>
        {
            foreach ((_, _, int length, RecallTask task) in settings)
            {
                figures[FigureOf(task.Pairs)] = test.Scorer.Score(task, length, TestSequences, test.Rng.For(task.Pairs), test.Runner).Accuracy;
            }
        });
        TaskTable.Write(
            string.Create(CultureInfo.InvariantCulture, $"Recall with {vocabulary} tokens ({recipe}): % of the values told right, by pairs and length; state in bytes"),
            runs.Of(experiment),
            layers,
            [.. settings.Select(setting => ($"{setting.Task.Pairs} in {setting.Test}", FigureOf(setting.Task.Pairs), (Func<double, string>)TaskTable.Percent))]);
    }

    /// <summary>A lesson; few pairs ask for little in a sequence, so that an update takes more of them, 512 questions in all.</summary>
    private static TokenLesson Lesson(RecallTask task, int least, int most, int batch) => new(task, least, most)
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"{task.Pairs} pairs"),
        Sequences = Math.Max(batch, 512 / task.Pairs),
    };

    private static string FigureOf(int pairs) => string.Create(CultureInfo.InvariantCulture, $"accuracy_{pairs}");
}
