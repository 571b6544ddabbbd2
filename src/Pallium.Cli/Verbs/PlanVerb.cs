using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium plan</c>: what to do in the slices to come, so that they cost least.</summary>
internal sealed class PlanVerb
{
    private const double Level = 0.9;
    private static readonly PlanOptions Defaults = new() { Cost = new CellFunction("", [], _ => 0), Act = [] };

    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();
    private readonly Option<string> _after = new("--after") { HelpName = "DATA", Description = "The history to plan after (- is standard input).", Required = true };
    private readonly Option<string> _cost = new("--cost")
    {
        HelpName = "EXPRESSION",
        Description = "What a slice costs: '(temperature-21)^2 + 0.1*heating'; a cell with @-1 is that of the slice before.",
        Required = true,
    };

    private readonly Option<string[]> _act = TypedOption.Texts("--act", "NAME", "A channel that is acted on; repeat it for more.");
    private readonly Option<string[]> _range = TypedOption.Texts("--range", "NAME=LOW..HIGH", "What an acted channel may be (default: the range met in learning); repeat it for more.");
    private readonly Option<int?> _horizon = TypedOption.Whole("--horizon", $"Slices to plan (default {Defaults.Horizon}).");
    private readonly Option<int?> _effort = TypedOption.Whole("--effort", $"Roll-outs of all sequences together (default {Defaults.Effort}).");
    private readonly Option<double?> _temperature = TypedOption.Positive(
        "--temperature", "T", "Weigh sequences by exp(-cost/T) and average them (default: lower T as far as the search goes, and take the best).");
    private readonly Option<double?> _every = TypedOption.Every();
    private readonly Option<string?> _future = TypedOption.Future();
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads (default: all cores); the plan does not depend on it.");
    private readonly Option<bool> _json = TypedOption.Json();

    private PlanVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var plan = new PlanVerb();
        var verb = new Verb("plan", "Plan what to do in the slices to come, so that they cost least.",
            ("pallium plan room.pallium --after room.csv --cost '(temperature-21)^2+0.1*heating' --act heating --horizon 12", "heats as little as keeps 21 degrees"),
            ("pallium plan tank.pallium --after tank.csv --cost 'level>3' --act pump --effort 20000 --json", "searches longer, as JSON"))
        {
            plan._model, plan._after, plan._cost, plan._act, plan._range, plan._horizon, plan._effort, plan._temperature, plan._every, plan._future, plan._seed,
            plan._threads, plan._json, plan._expertMemory,
        };
        plan._reading.AddTo(verb);
        verb.SetAction(plan.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model), parsed.GetValue(_expertMemory));
        FrameSchema schema = model.Schema;
        CellFunction cost = CellExpression.Parse(parsed.GetRequiredValue(_cost), schema, "Option --cost").BindAt(0);
        string[] act = [.. parsed.GetValue(_act)!.Select(name => schema.Channels[ChannelNames.Require(schema, name, "Option --act")].Name)];
        var ranges = new Dictionary<string, Interval>();
        foreach (string text in parsed.GetValue(_range)!)
        {
            (string name, Interval range) = Range(text, schema);
            ranges[name] = range;
        }

        History history = History.Read(model, parsed.GetRequiredValue(_after), _reading.Of(parsed, schema), QuestionReach.None);
        using var interrupt = new Interrupt();
        Plan plan = history.Before.Plan(
            Defaults with
            {
                Cost = cost,
                Act = act,
                Ranges = ranges,
                Horizon = parsed.GetValue(_horizon) ?? Defaults.Horizon,
                Effort = parsed.GetValue(_effort) ?? Defaults.Effort,
                Temperature = parsed.GetValue(_temperature),
                Every = parsed.GetValue(_every),
                Future = parsed.GetValue(_future) is string future ? FutureFile.Read(future, _reading.Of(parsed, schema)) : null,
                Seed = parsed.GetValue(_seed) ?? Defaults.Seed,
                Threads = parsed.GetValue(_threads),
            },
            interrupt.Token);
        DataFile.Warn(plan.Warnings);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(json => WriteJson(json, schema, plan, cost.Text));
        }
        else
        {
            WriteText(Terminal.Out(), schema, plan, cost.Text);
        }

        return ExitCode.Success;
    }

    private static (string Name, Interval Range) Range(string text, FrameSchema schema)
    {
        int equals = text.LastIndexOf('=');
        string[] ends = text[(equals + 1)..].Split("..");
        return equals > 0 && ends.Length == 2
            && double.TryParse(ends[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double low)
            && double.TryParse(ends[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double high)
            ? (schema.Channels[ChannelNames.Require(schema, text[..equals].Trim(), "Option --range")].Name, new Interval(low, high))
            : throw new InputException($"Option --range: found '{text}', expected NAME=LOW..HIGH, such as heating=0..1.");
    }

    private static Belief[] Expected(IReadOnlyList<Posterior> slice) => [.. slice.Select(cell => Belief.Of(cell, [Level]))];

    private static void WriteText(IAnsiConsole console, FrameSchema schema, Plan plan, string cost)
    {
        Belief[][] cells = [.. plan.Cells.Select(Expected)];
        console.MarkupLine(Markup.Escape($"{plan.Times.Count} slices that cost least by {cost}: what to do, and what is then expected (median and {100 * Level:0} % interval)"));

        // What is done first, then what comes of it.
        Channel[] channels = [.. plan.Act, .. schema.Channels.Except(plan.Act)];
        int[] index = [.. channels.Select(channel => schema.IndexOf(channel.Name))];
        BeliefText.WriteTable(console, schema.Time, plan.Times, channels, (row, c) =>
            c < plan.Act.Count ? Figures.Value(channels[c], plan.Actions[row][c]) : BeliefText.Short(cells[row][index[c]], Level));
        console.WriteLine();
        static string Told(double cost, double error) => $"{Figures.Score(cost)} ± {Figures.Score(error)}";
        console.WriteLine(
            $"Expected cost {Told(plan.Cost, plan.StandardError)}; doing as usual {Told(plan.UsualCost, plan.UsualError)}; difference {Told(plan.Difference, plan.DifferenceError)} ({plan.Effort} roll-outs)");
    }

    private static void WriteJson(Utf8JsonWriter json, FrameSchema schema, Plan plan, string cost)
    {
        json.WriteStartObject();
        json.WriteString("expression", cost);
        json.Figure("cost", plan.Cost);
        json.Figure("standardError", plan.StandardError);
        json.Figure("usualCost", plan.UsualCost);
        json.Figure("usualError", plan.UsualError);
        json.Figure("difference", plan.Difference);
        json.Figure("differenceError", plan.DifferenceError);
        json.WriteBoolean("better", plan.IsBetter);
        json.Figure("temperature", plan.Temperature);
        json.WriteNumber("effort", plan.Effort);
        json.Objects("slices", Enumerable.Range(0, plan.Times.Count), h =>
        {
            json.WriteNumber("step", h + 1);
            json.Stamp("time", schema.Time, plan.Times[h]);
            json.Figure("cost", plan.Costs[h]);
            json.Object("actions", () =>
            {
                for (int a = 0; a < plan.Act.Count; a++)
                {
                    json.Value(plan.Act[a].Name, plan.Act[a], plan.Actions[h][a]);
                }
            });
            json.Object("channels", () =>
            {
                foreach (Belief belief in Expected(plan.Cells[h]).Where(belief => !plan.Act.Contains(belief.Channel)))
                {
                    json.Belief(belief);
                }
            });
        });
        json.WriteEndObject();
    }
}
