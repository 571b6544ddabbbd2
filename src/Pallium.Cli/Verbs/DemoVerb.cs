using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium demo</c>: learns four years of weather but for the last, and answers four kinds of questions about that one.</summary>
internal sealed class DemoVerb
{
    private const string ModelPath = "demo.pallium";
    private const string PlotPath = "demo.svg";
    private const string Sample = "samples/seattle-weather.csv";
    private const double Level = 0.9;
    private const int Horizon = 14;
    private const int HoleDay = 124;
    private const int AskedDay = 308;
    private const int SurprisingDays = 5;

    private readonly IAnsiConsole _console = Terminal.Out();
    private readonly WorldModel _model;
    private readonly Session _lastYear;
    private readonly Frame _past;
    private readonly List<Slice> _days;

    private DemoVerb(WorldModel model, Frame past, Frame heldOut)
    {
        _model = model;
        _past = past;
        _lastYear = model.After(past);
        _days = [.. heldOut.Series[0].Slices()];
    }

    private IReadOnlyList<Channel> Channels => _model.Schema.Channels;

    private TimeAxis Time => _model.Schema.Time;

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var verb = new Verb("demo", "Learn the weather of Seattle in a minute, and ask the model four kinds of questions.",
            ("pallium demo", $"leaves {ModelPath} and {PlotPath} in the current folder"));
        verb.SetAction(_ => Run());
        return verb;
    }

    private static int Run()
    {
        string data = Path.Combine(AppContext.BaseDirectory, Sample);
        Frame frame = DataFile.Read(data, new FrameOptions());
        DateTime end = DateTime.UnixEpoch.AddSeconds(frame.Series[0].Times[^1] + frame.Time.Step);
        (Frame past, Frame heldOut) = frame.SplitAt((end.AddYears(-1) - DateTime.UnixEpoch).TotalSeconds);
        WorldModel? model = Learn(past, heldOut);
        if (model == null)
        {
            return ExitCode.Stopped;
        }

        var demo = new DemoVerb(model, past, heldOut);
        demo.Forecast();
        demo.Fill();
        demo.Infer();
        demo.Surprise();
        demo.SayWhatNext();
        return ExitCode.Success;
    }

    /// <summary>Learns and saves; null where the user stopped it.</summary>
    private static WorldModel? Learn(Frame past, Frame heldOut)
    {
        IAnsiConsole console = Terminal.Out();
        TimeAxis time = past.Time;
        Series last = heldOut.Series[0];
        console.MarkupLine("[bold]The daily weather of Seattle[/]: " + Markup.Escape(string.Join(", ", past.Channels.Select(channel => channel.Header))));
        console.WriteLine($"Learning from {Figures.Count(past.RowCount)} days; the last year, {time.Format(last.Times[0])} to {time.Format(last.Times[^1])}, is held out.");
        var clock = Stopwatch.StartNew();
        using var interrupt = new Interrupt();
        WorldModel model = ProgressDisplay.Learn(progress => WorldModel.Learn(past, progress: progress, cancellation: interrupt.Token));
        model.Save(ModelPath);
        if (model.Summary.Runs[^1].Cancelled)
        {
            Console.Error.WriteLine($"pallium: stopped before the end; {ModelPath} holds the best weights so far.");
            return null;
        }

        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Learned in {clock.Elapsed.TotalSeconds:F1} s."));
        LearnVerb.WriteLearned(console, model.Summary);
        return model;
    }

    private void Forecast()
    {
        Ask(1, $"What will the next {Horizon} days be like?");
        Forecast forecast = _lastYear.Forecast(Horizon);
        Slice[] history = [.. _past.Series[^1].Slices()];
        string title = $"Seattle: {Horizon} days after {Time.Format(history[^1].Time)}";
        var picture = new ForecastPicture(
            title, Time, [.. history.TakeLast(ForecastPicture.HistoryFor(Horizon))], forecast.Times, ForecastVerb.Beliefs(forecast, Level))
        {
            Truth = [.. _days.Take(Horizon)],
        };
        TerminalFan.Write(_console, picture);
        AtomicFile.Write(PlotPath, stream => FanPlot.Write(stream, picture));
        _console.WriteLine($"The same as a picture: {PlotPath}");
    }

    private void Fill()
    {
        Slice day = _days[HoleDay];
        Ask(2, $"What stood in the holes of {Time.Format(day.Time)}?");
        Session session = _lastYear.Fork();
        foreach (Slice before in _days.Take(HoleDay))
        {
            session.Advance(before);
        }

        int[] blanked = [Channel("temp_max"), Channel("weather")];
        double[] values = [.. day.Values];
        Array.ForEach(blanked, c => values[c] = double.NaN);
        IReadOnlyList<Posterior?> answers = session.Fill(day with { Values = values }).Posteriors;
        _console.WriteLine($"The model knows the days before, and of the day itself {Known(day, blanked)}.");
        WriteAnswers(day, [.. blanked.Select(c => answers[c]!)]);
    }

    private void Infer()
    {
        Slice day = _days[AskedDay];
        int[] asked = [Channel("weather"), Channel("temp_max")];
        int[] given = [Channel("precipitation"), Channel("temp_min")];
        Ask(3, $"What goes with {string.Join(" and ", given.Select(c => Cell(day, c)))}, on any day?");
        Query query = _model.Given(Channels[given[0]].Name, day.Values[given[0]]).Given(Channels[given[1]].Name, day.Values[given[1]]);
        _console.WriteLine("The model knows neither the date nor the days before.");
        WriteAnswers(day, query.Infer(asked.Select(c => Channels[c].Name)));
    }

    private void Surprise()
    {
        Ask(4, "Which days of the held-out year were the most surprising, and what about them?");
        Session session = _lastYear.Fork();
        var all = new List<(Slice Day, Surprise Surprise, IReadOnlyList<Posterior> Expected)>();
        foreach (Slice day in _days)
        {
            IReadOnlyList<Posterior> expected = session.Next();
            all.Add((day, session.Observe(day), expected));
        }

        Table table = new Table().Border(TableBorder.Rounded).AddColumns(
            BeliefText.Header("day"), BeliefText.Header("surprise, nats").RightAligned(), BeliefText.Header("how rare").RightAligned(),
            BeliefText.Header("to blame"), BeliefText.Header("expected"));
        foreach ((Slice day, Surprise surprise, IReadOnlyList<Posterior> expected) in all.OrderByDescending(entry => entry.Surprise.Total).Take(SurprisingDays))
        {
            table.AddRow(
                new Text(Time.Format(day.Time)), new Text(Figures.Nats(surprise.Total)), new Text(Figures.Probability(surprise.TailProbability)),
                new Text($"{Cell(day, surprise.Worst)} ({Figures.Nats(surprise.Channels[surprise.Worst])} nats)"),
                new Text(BeliefText.Short(Belief.Of(expected[surprise.Worst], [Level]), Level)));
        }

        _console.Write(table);
    }

    private void SayWhatNext()
    {
        string sample = File.Exists(Sample) ? Sample : Path.Combine(AppContext.BaseDirectory, Sample);
        _console.WriteLine();
        _console.MarkupLine($"[bold]Next[/]: the model is in {ModelPath}. Try");
        foreach (string line in (ReadOnlySpan<string>)
            [
                $"inspect {ModelPath}",
                $"infer {ModelPath} --given precipitation=12 --given wind=6 --infer weather --infer temp_max",
                $"forecast {ModelPath} --after {sample} --horizon 30 --plot forecast.svg",
                $"watch {ModelPath} < {sample}",
                $"learn {sample} -o weather.pallium",
            ])
        {
            _console.Profile.Out.Writer.WriteLine($"  pallium {line}");
        }

        _console.MarkupLine("[grey](from the source tree, pallium is: dotnet run -c Release --project src/Pallium.Cli --)[/]");
    }

    private void Ask(int number, string question)
    {
        _console.WriteLine();
        _console.Write(new Rule($"[bold]{number}. {Markup.Escape(question)}[/]") { Justification = Justify.Left });
    }

    /// <summary>Answers beside the truth.</summary>
    private void WriteAnswers(Slice truth, IReadOnlyList<Posterior> answers)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns(BeliefText.Header("channel"), BeliefText.Header($"answer ({100 * Level:0} % interval)"), BeliefText.Header("truth"));
        foreach (Posterior answer in answers)
        {
            int c = Channel(answer.Channel.Name);
            table.AddRow(
                new Text(answer.Channel.Header), new Text(BeliefText.Short(Belief.Of(answer, [Level]), Level)),
                new Text(Figures.Value(answer.Channel, truth.Values[c])));
        }

        _console.Write(table);
    }

    private string Known(Slice day, int[] blanked) =>
        string.Join(", ", Enumerable.Range(0, Channels.Count).Except(blanked).Select(c => Cell(day, c)));

    /// <summary>A cell as a person says it: <c>wind 3.4 m/s</c>.</summary>
    private string Cell(Slice day, int channel) =>
        $"{Channels[channel].Name} {Figures.Value(Channels[channel], day.Values[channel])} {Channels[channel].Unit}".TrimEnd();

    private int Channel(string name) => _model.Schema.IndexOf(name);
}
