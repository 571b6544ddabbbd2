using System.Globalization;
using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>Selective copying and induction, learned in sequences of up to 64 tokens and tested in up to 16 times as many.</summary>
internal static class CopyingExperiment
{
    private const string File = "copying";
    private const int TestSequences = 320;
    private static readonly TaskRecipe Usual = new(64, 2, 3000, 32, [0.003]);
    private static readonly int[] TestLengths = [64, 128, 256, 512, 1024];

    public static void Run(Arguments arguments)
    {
        TaskRecipe recipe = Usual.Of(arguments);
        int longest = TestLengths[0];
        int copied = arguments.Count("copied", 16);
        IReadOnlyList<string> layers = TaskLayers.Of(arguments, TaskLayers.Families(recipe.Width));
        var runs = new TaskRuns(File, recipe, arguments);
        (string Name, TokenLesson Lesson)[] tasks =
        [
            (string.Create(CultureInfo.InvariantCulture, $"copying/{copied}"), new(new SelectiveCopyTask(copied: copied), Math.Min(2 * copied, longest), longest)),
            ("induction", new(new InductionTask(), longest / 4, longest)),
        ];
        string[] wanted = arguments.Text("tasks", "copying;induction").Split(';');
        foreach ((string name, TokenLesson lesson) in tasks.Where(task => wanted.Contains(task.Name.Split('/')[0])))
        {
            runs.RunMissing(name, layers, [lesson], (test, figures) =>
            {
                foreach (int length in TestLengths)
                {
                    figures[FigureOf(length)] = test.Scorer.Score(lesson.Task, length, TestSequences, test.Rng.For(length), test.Runner).Accuracy;
                }
            });
            TaskTable.Write(
                string.Create(CultureInfo.InvariantCulture, $"{name} ({recipe}): learned in {lesson.Least} to {lesson.Most} tokens, % of the answers right by length"),
                runs.Of(name),
                layers,
                [.. TestLengths.Select(length => (string.Create(CultureInfo.InvariantCulture, $"{length}"), FigureOf(length), (Func<double, string>)TaskTable.Percent))]);
        }
    }

    private static string FigureOf(int length) => string.Create(CultureInfo.InvariantCulture, $"accuracy_{length}");
}
