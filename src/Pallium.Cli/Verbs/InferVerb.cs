using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium infer</c>: any cells of the next slice from any others.</summary>
internal sealed class InferVerb
{
    private static readonly double[] Shares = [0.5, 0.9];

    private readonly Argument<string> _model = TypedOption.Model();
    private readonly ReadingOptions _reading = new();
    private readonly Option<string[]> _given = TypedOption.Texts("--given", "NAME=VALUE", "A known cell; repeat it for more. Names that contain @ = < > , stand in quotes: '\"a=b\"=1'.");
    private readonly Option<string[]> _infer = TypedOption.Texts("--infer", "NAME", "A cell that is asked for; repeat it for more (default: all that are not given).");
    private readonly Option<string?> _after = TypedOption.Text("--after", "DATA", "The history before the slice (default: none is known; - is standard input).");
    private readonly Option<bool> _json = TypedOption.Json();

    private InferVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var infer = new InferVerb();
        var verb = new Verb("infer", "Infer any cells of the next slice from any others.",
            ("pallium infer room.pallium --given co2=900 --given light=450 --infer occupied", "what is known of one cell, given two"),
            ("pallium infer room.pallium --after room.csv --given co2=1200 --infer temperature --json", "given the past as well, as JSON"))
        {
            infer._model, infer._given, infer._infer, infer._after, infer._json,
        };
        infer._reading.AddTo(verb);
        verb.SetAction(infer.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        (string Name, string Value)[] given = [.. parsed.GetValue(_given)!.Select(text => CellText.ParseAssignment(text, "--given"))];
        string[] asked = [.. parsed.GetValue(_infer)!.Select(text => CellText.ParseName(text, "--infer"))];
        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model));
        FrameSchema schema = model.Schema;
        double[] statics = Statics(schema, given);
        given = [.. given.Where(cell => ChannelNames.Find(schema.Statics, cell.Name) < 0)
            .Select(cell => (schema.Channels[ChannelNames.Require(schema, cell.Name, "Option --given")].Name, cell.Value))];
        asked = asked.Length > 0 ? [.. asked.Select(name => schema.Channels[ChannelNames.Require(schema, name, "Option --infer")].Name)]
            : [.. schema.Channels.Select(channel => channel.Name).Except(given.Select(cell => cell.Name))];

        Session session = parsed.GetValue(_after) is string after
            ? History.Read(model, after, _reading.Of(parsed, schema)).Session : model.Begin(statics);
        Query? query = null;
        foreach ((string name, string value) in given)
        {
            query = query == null ? session.Given(name, value) : query.Given(name, value);
        }

        IReadOnlyList<Posterior> answers = query?.Infer(asked) ?? [.. asked.Select(session.Infer)];
        Belief[] beliefs = [.. answers.Select(answer => Belief.Of(answer, Shares))];
        if (parsed.GetValue(_json))
        {
            WriteJson(given, beliefs);
        }
        else
        {
            WriteText(Terminal.Out(), beliefs);
        }

        return ExitCode.Success;
    }

    /// <summary>The static columns among what is given.</summary>
    private static double[] Statics(FrameSchema schema, (string Name, string Value)[] given)
    {
        double[] statics = [.. Enumerable.Repeat(double.NaN, schema.Statics.Count)];
        foreach ((string name, string value) in given)
        {
            int column = ChannelNames.Find(schema.Statics, name);
            if (column >= 0)
            {
                statics[column] = StaticValue(schema.Statics[column], value);
            }
        }

        return statics;
    }

    private static double StaticValue(Channel column, string text)
    {
        int category = column.Categories.ToList().IndexOf(text);
        bool number = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);
        return category >= 0 ? category
            : number && column.Kind != ChannelKind.Categorical ? value
            : throw new InputException($"Option --given: found {column.Name}={text}, expected "
                + (column.Categories.Count > 0 ? $"one of {string.Join(", ", column.Categories)}." : "a number."));
    }

    private static void WriteText(IAnsiConsole console, Belief[] beliefs)
    {
        foreach (Belief belief in beliefs)
        {
            BeliefText.Write(console, belief);
        }
    }

    private static void WriteJson((string Name, string Value)[] given, Belief[] beliefs) => JsonOutput.Write(json =>
    {
        json.WriteStartObject();
        json.Object("given", () =>
        {
            foreach ((string name, string value) in given)
            {
                json.WriteString(name, value);
            }
        });
        json.Object("answers", () =>
        {
            foreach (Belief belief in beliefs)
            {
                json.Belief(belief);
            }
        });
        json.WriteEndObject();
    });
}
