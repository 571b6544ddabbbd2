using System.CommandLine;

namespace Pallium.Cli;

/// <summary><c>pallium infer</c>: any cells of any slices from any others.</summary>
internal sealed class InferVerb
{
    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();
    private readonly Option<string[]> _given = TypedOption.Texts(
        "--given", "CLAMP", "What is known: 'co2@+6=1200', 'window@+1..+6=open', 'temp@+12 in 21..23', 'wind<3', 'a@+1 - b@+2 <= 4'; repeat it for more.");
    private readonly Option<string[]> _infer = TypedOption.Texts(
        "--infer", "CELL", "A cell that is asked for, or those of several slices: co2, co2@+3, co2@-40..-20, co2@+6h; repeat it for more (default: all of the next slice that are not given).");
    private readonly Option<string[]> _event = TypedOption.Texts("--event", "EXPRESSION", "An event whose probability is asked for: 'occupancy@+3>0 and weather=rain'; repeat it for more.");
    private readonly Option<string?> _after = TypedOption.Text("--after", "DATA", "The history before the next slice (default: none is known; - is standard input).");
    private readonly Option<int?> _effort = TypedOption.Whole(
        "--effort", "Samples to draw (default 1024; none where one pass says all, as for values of the next slice); 0: one pass in any case.", least: 0);
    private readonly Option<double?> _tolerance = TypedOption.Positive(
        "--tolerance", "X", "Stop drawing when the error of every mean and event is below so many standard deviations of it; --effort is then the most that is spent.");
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads (default: all cores); the answer does not depend on it.");
    private readonly Option<double?> _every = TypedOption.Every();
    private readonly Option<string?> _future = TypedOption.Future();
    private readonly Option<string?> _samples = TypedOption.Text("--samples", "FILE", "Write joint samples of the asked cells: CSV, or JSON lines for a name that ends with .jsonl.");
    private readonly Option<double[]?> _quantiles = TypedOption.Shares("--quantiles", "0.05,0.5,0.95", "Quantiles to print besides.");
    private readonly Option<long?> _memoryCap = TypedOption.Bytes("--memory-cap", "Memory that the answer may take (default 2GB).");
    private readonly Option<bool> _json = TypedOption.Json();

    private InferVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var infer = new InferVerb();
        var verb = new Verb("infer", "Infer any cells of any slices from any others.",
            ("pallium infer room.pallium --given co2=900 --given light=450 --infer occupied", "what is known of one cell, given two"),
            ("pallium infer room.pallium --after room.csv --given co2=1200 --infer temperature --json", "given the past as well, as JSON"),
            ("pallium infer room.pallium --after room.csv --given co2@+6=1200 --infer occupancy@+1..+6 --effort 2000", "what leads to a value six slices ahead"),
            ("pallium infer room.pallium --after room.csv --infer co2@-40..-20 --samples co2.csv", "what it was, given before and after, with joint samples"))
        {
            infer._model, infer._given, infer._infer, infer._event, infer._after, infer._effort, infer._tolerance, infer._seed, infer._threads,
            infer._every, infer._future, infer._samples, infer._quantiles, infer._memoryCap, infer._json, infer._expertMemory,
        };
        infer._reading.AddTo(verb);
        verb.SetAction(infer.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string modelPath = parsed.GetRequiredValue(_model);
        string? samples = parsed.GetValue(_samples) is string path ? OutputPath.Check(path, "--samples", modelPath) : null;
        if (samples != null && parsed.GetValue(_effort) == 0)
        {
            throw new InputException("Option --samples: found it beside --effort 0, which draws none, expected an effort above 0.");
        }

        WorldModel model = ModelFile.Load(modelPath, parsed.GetValue(_expertMemory));
        FrameSchema schema = _reading.Zoned(parsed, model.Schema);
        try
        {
            return Run(parsed, model, schema, samples);
        }
        catch (ContradictionException contradiction) when (parsed.GetValue(_json))
        {
            // A program reads what contradicts; the sentence and the exit code stay those of any mistake.
            JsonOutput.Write(json => AnswerJson.Write(json, schema, contradiction));
            throw;
        }
    }

    private int Run(ParseResult parsed, WorldModel model, FrameSchema schema, string? samples)
    {
        QuestionText text = Text(parsed, schema);
        History history = Read(parsed, model, text);
        IReadOnlyList<Slice>? future = parsed.GetValue(_future) is string plan ? FutureFile.Read(plan, _reading.Of(parsed, model.Schema)) : null;
        var times = new SliceTimes(schema, history.Times, parsed.GetValue(_every), [.. (future ?? []).Select(slice => slice.Time)]);
        Question question = Complete(text.Resolve(times), schema);
        history = history.Keep(1 - FirstOffset(question));

        using var interrupt = new Interrupt();
        Answer answer = history.Before.Answer(history.Since, question, Options(parsed, future), interrupt.Token);
        DataFile.Warn(answer.Warnings);
        AskedCell[] cells = AskedCell.Of(schema, question, answer, times, parsed.GetValue(_quantiles) ?? []);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(json => AnswerJson.Write(json, schema, question, answer, cells));
        }
        else
        {
            AnswerText.Write(Terminal.Out(), schema, question, answer, cells);
        }

        if (samples != null)
        {
            SampleFile.Write(samples, schema, question.Asked, answer.Samples);
            Console.Error.WriteLine($"Wrote {samples}.");
        }

        return ExitCode.Success;
    }

    private QuestionText Text(ParseResult parsed, FrameSchema schema)
    {
        var text = new QuestionText(schema);
        foreach (string given in parsed.GetValue(_given)!)
        {
            text.Given(given, "Option --given");
        }

        foreach (string asked in parsed.GetValue(_infer)!)
        {
            text.Infer(asked, "Option --infer");
        }

        foreach (string happening in parsed.GetValue(_event)!)
        {
            text.Event(happening, "Option --event");
        }

        return text;
    }

    private History Read(ParseResult parsed, WorldModel model, QuestionText text)
    {
        if (parsed.GetValue(_after) is not string after)
        {
            return new History(model.Begin(text.Statics), []);
        }

        int given = text.Statics.ToList().FindIndex(value => !double.IsNaN(value));
        return given < 0 ? History.Read(model, after, _reading.Of(parsed, model.Schema), text.Reach)
            : throw new InputException($"Option --given: found the static column '{model.Schema.Statics[given].Name}' beside --after, expected it in those data alone.");
    }

    private AnswerOptions Options(ParseResult parsed, IReadOnlyList<Slice>? future)
    {
        AnswerOptions defaults = new();
        return defaults with
        {
            Effort = parsed.GetValue(_effort) ?? defaults.Effort,
            Tolerance = parsed.GetValue(_tolerance),
            Every = parsed.GetValue(_every),
            Future = future,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Threads = parsed.GetValue(_threads),
            Samples = parsed.GetValue(_samples) != null,
            MemoryCap = parsed.GetValue(_memoryCap) ?? defaults.MemoryCap,
        };
    }

    /// <summary>Where nothing is asked for: all of the next slice that is not given.</summary>
    private static Question Complete(Question question, FrameSchema schema)
    {
        if (question.Asked.Count > 0 || question.Events.Count > 0)
        {
            return question;
        }

        IEnumerable<CellAddress> fixedCells = question.Clamps.Where(clamp => !clamp.IsRelation && clamp.IsEquality).Select(clamp => clamp.Cell);
        CellAddress[] asked = [.. Enumerable.Range(0, schema.Channels.Count).Select(c => new CellAddress(c, 1)).Except(fixedCells)];
        return asked.Length > 0 ? question with { Asked = asked } : throw new InputException("Option --given: found all cells of the next slice, expected one less, or --infer.");
    }

    private static int FirstOffset(Question question) => question.Asked
        .Concat(question.Events.SelectMany(happening => happening.Cells))
        .Concat(question.Clamps.SelectMany(clamp => clamp.Terms.Select(term => term.Cell)))
        .Min(cell => cell.Offset);
}
