using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pallium.Learning;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium learn</c>: learns a model from data, or goes on learning.</summary>
internal sealed class LearnVerb
{
    private readonly Argument<string[]> _files = new("DATA")
    {
        Description = "CSV with a header or JSON lines, plain or gzip; or MODEL DATA to go on learning; none with --curriculum.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _output = TypedOption.Text("-o", "MODEL", "The model file to write.", "--output");
    private readonly ColumnOptions _columns = new();
    private readonly Option<string?> _stack = TypedOption.Text("--stack", "TEXT", "The network, such as liquid(64), lstm(32)x2 or mamba(64)x2+attention(64,window=64), see pallium stacks; none leaves the closed-form base alone (default: liquid(64)).");
    private readonly Option<int?> _epochs = TypedOption.Whole("--epochs", "Times to go over the data at the most (default: as many as fit about a thousand updates).");
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<Precision?> _precision = TypedOption.Choice(
        "--precision", "single|double", "What the network computes in (default: single).", ("single", Precision.Single), ("double", Precision.Double));
    private readonly Option<int?> _growExperts = TypedOption.WholeOr(
        "--grow-experts", "To go on learning: add N experts (default: 1) to every mixture of experts for the new data; all weights there are stay as they are.", unstated: 1);

    private readonly Option<int?> _adapters = TypedOption.WholeOr(
        "--adapters", "To go on learning: put N adapters (default: 1) around every layer of the stack for the new data, below 1 % of the weights; all weights there are stay as they are.",
        unstated: 1);

    private readonly Option<string?> _curriculum = TypedOption.Text(
        "--curriculum", "FILE", "JSON that says which data files to learn from, in stages, with mixing weights and when to go on (docs/optimizers.md).");

    private readonly Option<WeightFormat?> _weights = TypedOption.Weights("Store the network's weights in fewer bits, and learn with them so rounded (default: as they are).");
    private readonly Option<double?> _testShare = TypedOption.Between(
        "--test-share", "SHARE", "The share at the end of every series that is kept as a test, never seen in learning (default: 0).", 0, 0.9);

    private LearnVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var learn = new LearnVerb();
        var verb = new Verb("learn", "Learn a world model from a file, or go on learning from more data.",
            ("pallium learn room.csv -o room.pallium", "learns a model of all columns"),
            ("pallium learn sales.csv -o sales.pallium --series shop --static city --known holiday", "many series, with inputs known beforehand"),
            ("pallium learn --curriculum stages.json -o room.pallium", "learns from several files in stages"),
            ("pallium learn room.pallium july.csv", "goes on learning, and writes back to room.pallium"),
            ("pallium learn room.pallium august.csv --grow-experts", "adds experts for what is new; the others stay as they are"),
            ("pallium learn room.pallium august.csv -o august.pallium --adapters", "learns less than 1 % of the weights, beside the others"))
        {
            learn._files, learn._output, learn._stack, learn._epochs, learn._seed, learn._threads, learn._precision, learn._weights, learn._growExperts, learn._adapters, learn._curriculum, learn._testShare,
        };
        learn._columns.AddTo(verb, hasFuture: true);
        verb.SetAction(learn.Run);
        return verb;
    }

    /// <summary>What was learned, as a table.</summary>
    internal static void WriteLearned(IAnsiConsole console, ModelSummary summary)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            BeliefText.Header("channel"), BeliefText.Header("kind"), BeliefText.Header("base loss").RightAligned(),
            BeliefText.Header("model loss").RightAligned(), BeliefText.Header("network share").RightAligned());
        foreach (ChannelContribution part in Contributions(summary))
        {
            table.AddRow(
                new Text(part.Channel.Header), new Text(Kind(part.Channel)), new Text(Figures.Score(part.BaseLoss)),
                new Text(Figures.Score(part.Loss)), new Text(Figures.Percent(part.NetworkShare)));
        }

        console.Write(table);
        console.MarkupLine("[grey]Losses are in nats per cell over random questions about the validation part.[/]");
    }

    /// <summary>One contribution per channel; older models of the base alone know of none.</summary>
    internal static IEnumerable<ChannelContribution> Contributions(ModelSummary summary) => summary.Schema.Channels.Select(channel =>
        summary.Contributions.FirstOrDefault(part => part.Channel.Name == channel.Name)
            ?? new ChannelContribution(channel, double.NaN, double.NaN, double.NaN, double.NaN));

    /// <summary>A channel's kind, with its number of categories.</summary>
    internal static string Kind(Channel channel)
    {
        string kind = channel.Kind.ToString().ToLowerInvariant();
        return channel.Kind == ChannelKind.Categorical ? $"{kind} ({channel.Categories.Count})" : kind;
    }

    /// <summary>Where learning was taken back, and how it ended.</summary>
    internal static void WriteRun(IAnsiConsole console, LearningRun run)
    {
        foreach (string stage in run.Stages ?? [])
        {
            console.WriteLine(stage);
        }

        foreach (string divergence in run.Divergences)
        {
            console.WriteLine($"Learning was taken back once: {divergence}");
        }

        if (run.Diverged)
        {
            console.WriteLine("It diverged too often to go on and ended early; the model has the best weights it had. Another --stack may do better.");
        }

        console.WriteLine(run.Steps == 0 ? "Nothing but the closed-form base was learned." : string.Create(CultureInfo.InvariantCulture,
            $"Validation loss {Figures.Score(run.BaseLoss)} by the base alone, {Figures.Score(run.Loss)} with the network (weights of update {run.BestStep:N0} of {run.Steps:N0})."));
    }

    private int Run(ParseResult parsed)
    {
        string[] files = parsed.GetValue(_files) ?? [];
        if (parsed.GetValue(_curriculum) is { } path)
        {
            return files.Length == 0 ? BeginInStages(parsed, path)
                : throw new InputException($"learn: found '{files[0]}' beside --curriculum, expected no data but those that {path} names.");
        }

        if (files.Length == 0)
        {
            throw new InputException("learn: found no data, expected a data file, such as pallium learn room.csv -o room.pallium.");
        }

        bool goesOn = ModelFile.IsModel(files[0]);
        int expected = goesOn ? 2 : 1;
        if (files.Length != expected)
        {
            throw new InputException(goesOn && files.Length < expected
                ? $"learn: found the model '{files[0]}' and no data, expected pallium learn {files[0]} MORE.csv."
                : $"learn: found '{files[expected]}' after '{files[expected - 1]}', expected one data file (several series lie in one file: --series).");
        }

        return goesOn ? GoOn(parsed, files[0], files[1]) : Begin(parsed, files[0]);
    }

    private int Begin(ParseResult parsed, string data)
    {
        RefuseAlone(parsed, data, _growExperts, _adapters);
        string output = Output(parsed, data, data);
        LearnOptions options = Learning(parsed, new LearnOptions());
        FrameOptions reading = _columns.Of(parsed);
        IAnsiConsole console = Terminal.Out();
        SayMemory(console, data);
        Frame frame = DataFile.Read(data, reading);
        return Finish(console, output, [frame], (progress, token) => WorldModel.Learn(frame, options, progress, token));
    }

    /// <summary>Learns from the files that a curriculum names, relative to its own folder; the first one's columns are all files' columns.</summary>
    private int BeginInStages(ParseResult parsed, string path)
    {
        RefuseAlone(parsed, path, _growExperts, _adapters);
        Curriculum curriculum = CurriculumFile.Read(path);
        string[] files = [.. curriculum.Sources.Select(source => Path.Combine(Path.GetDirectoryName(path) ?? "", source))];
        string output = Output(parsed, path, [path, .. files]);
        LearnOptions options = Learning(parsed, new LearnOptions());
        IAnsiConsole console = Terminal.Out();
        var frames = new Dictionary<string, Frame>();
        FrameOptions reading = _columns.Of(parsed);
        foreach ((string source, string file) in curriculum.Sources.Zip(files))
        {
            SayMemory(console, file);
            frames[source] = DataFile.Read(file, reading);
            reading = _columns.Of(parsed, frames[curriculum.Sources[0]].Schema);
        }

        return Finish(console, output, [.. frames.Values], (progress, token) => WorldModel.Learn(curriculum, frames, options, progress, token));
    }

    private string Output(ParseResult parsed, string example, params string[] inputs) => OutputPath.Check(
        parsed.GetValue(_output) ?? throw new InputException($"learn: found no option -o, expected -o MODEL, such as -o {Path.ChangeExtension(Path.GetFileName(example), ".pallium")}."), "-o", inputs);

    private static int Finish(IAnsiConsole console, string output, IReadOnlyList<Frame> frames, Func<IProgress<LearnProgress>, CancellationToken, WorldModel> learn)
    {
        var clock = Stopwatch.StartNew();
        using var interrupt = new Interrupt();
        WorldModel model = ProgressDisplay.Learn(progress => learn(progress, interrupt.Token));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Learned from {frames.Sum(frame => frame.RowCount):N0} slices of {frames[0].Channels.Count} channels in {clock.Elapsed.TotalSeconds:F1} s."));
        WriteLearned(console, model.Summary);
        WriteRun(console, model.Summary.Runs[^1]);
        return Save(console, model, output);
    }

    private int GoOn(ParseResult parsed, string path, string data)
    {
        RefuseFixed(parsed, [.. _columns.SettledByModel, _stack, _precision, _weights]);
        string output = OutputPath.Check(parsed.GetValue(_output) ?? path, "-o", data);
        WorldModel model = ModelFile.Load(path);
        LearnOptions options = Learning(parsed, new LearnOptions { Stack = model.Summary.Stack, Precision = model.Summary.Precision });
        IAnsiConsole console = Terminal.Out();
        SayMemory(console, data);
        Frame more = DataFile.Read(data, _columns.Of(parsed, model.Schema));
        using var interrupt = new Interrupt();
        Continuation result = ProgressDisplay.Learn(progress => model.LearnMore(more, options, progress, interrupt.Token));
        DataFile.Warn(result.Warnings);
        if (options.Adapters > 0 || options.GrowExperts > 0)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Learned {result.LearnedWeights:N0} of {result.Weights:N0} weights ({100.0 * result.LearnedWeights / result.Weights:F2} %); the others stay as they are, to the bit."));
        }

        console.WriteLine($"Loss on the new data: {Figures.Score(result.NewLossBefore)} before, {Figures.Score(result.NewLossAfter)} after (nats per cell).");
        console.WriteLine($"Loss on the earlier data: {Figures.Score(result.OldLossBefore)} before, {Figures.Score(result.OldLossAfter)} after.");
        if (ReferenceEquals(result.Model, model))
        {
            console.WriteLine("Learning more did not pay: the model stays as it was.");
            return output == path ? ExitCode.Success : Save(console, model, output);
        }

        WriteLearned(console, result.Model.Summary);
        return Save(console, result.Model, output);
    }

    private static int Save(IAnsiConsole console, WorldModel model, string output)
    {
        model.Save(output);
        console.WriteLine($"Wrote {output} ({Figures.Bytes(new FileInfo(output).Length)}).");
        if (!model.Summary.Runs[^1].Cancelled)
        {
            return ExitCode.Success;
        }

        Console.Error.WriteLine($"pallium: stopped before the end; {output} holds the best weights so far.");
        return ExitCode.Stopped;
    }

    private LearnOptions Learning(ParseResult parsed, LearnOptions defaults) => defaults with
    {
        Stack = parsed.GetValue(_stack) ?? defaults.Stack,
        Epochs = parsed.GetValue(_epochs),
        Seed = parsed.GetValue(_seed) ?? defaults.Seed,
        Threads = parsed.GetValue(_threads) ?? defaults.Threads,
        Precision = parsed.GetValue(_precision) ?? defaults.Precision,
        Weights = parsed.GetValue(_weights),
        TestShare = parsed.GetValue(_testShare) ?? defaults.TestShare,
        GrowExperts = parsed.GetValue(_growExperts) ?? 0,
        Adapters = parsed.GetValue(_adapters) ?? 0,
    };

    private static void RefuseAlone(ParseResult parsed, string data, params Option[] options)
    {
        Option? given = options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (given != null)
        {
            throw new InputException($"Option {given.Name}: found it beside the data '{data}' alone, expected a model before them: pallium learn MODEL {data} {given.Name}.");
        }
    }

    private static void RefuseFixed(ParseResult parsed, params Option[] options)
    {
        Option? given = options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (given != null)
        {
            throw new InputException($"Option {given.Name}: found it beside a model to go on learning, which keeps what it was learned with.");
        }
    }

    private static void SayMemory(IAnsiConsole console, string data)
    {
        if (MemoryNeed.Guess(data) is { Rows: > 0 } need)
        {
            console.WriteLine(need.Describe(data));
            long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            if (need.Bytes > available)
            {
                DataFile.Warn([$"this machine has {available >> 20:N0} MB of memory"]);
            }
        }
    }
}
