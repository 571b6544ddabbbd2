using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium fill</c>: fills the holes of a file from the other cells of the row and from what came before and after.</summary>
internal sealed class FillVerb
{
    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Argument<string> _holes = new("HOLES") { Description = "The data with holes (- is standard input)." };
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILLED", Description = "The CSV file to write.", Required = true };
    private readonly Option<int?> _effort = TypedOption.Whole("--effort", "Sampled paths, by which the network too knows what came after a hole (default 0: one pass, in which the base alone does).", least: 0);
    private readonly Option<double?> _interval = TypedOption.Between(
        "--interval", "P", "Add columns for the ends of the central interval that holds this share (categories: the probability).", 0.01, 0.99);
    private readonly Option<ulong?> _seed = TypedOption.Seed("Seed of the sampled paths (default 1).");
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();

    private FillVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var fill = new FillVerb();
        var verb = new Verb("fill", "Fill the holes of a file by their medians or likeliest categories; everything else stays as it is.",
            ("pallium fill room.pallium holes.csv -o filled.csv", "writes a copy of holes.csv without holes"),
            ("pallium fill room.pallium holes.csv -o filled.csv --effort 500 --interval 0.9", "by sampled paths, with the ends of 90 % intervals"))
        {
            fill._model, fill._holes, fill._output, fill._effort, fill._interval, fill._seed, fill._threads, fill._expertMemory,
        };
        fill._reading.AddTo(verb);
        verb.SetAction(fill.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string output = OutputPath.Check(parsed.GetRequiredValue(_output), "-o");
        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model), parsed.GetValue(_expertMemory));
        using SliceReader reader = DataFile.Open(parsed.GetRequiredValue(_holes), model.Schema, _reading.Of(parsed, model.Schema));
        IReadOnlyList<string> aboutColumns = reader.Warnings;
        using var interrupt = new Interrupt();
        var filled = new long[model.Schema.Channels.Count];
        long slices = 0;
        var options = new FillOptions { Effort = parsed.GetValue(_effort) ?? 0, Seed = parsed.GetValue(_seed) ?? 1, Threads = parsed.GetValue(_threads) };
        double? interval = parsed.GetValue(_interval);
        AtomicFile.Write(output, stream => slices = Fill(model, reader, stream, options, interval, filled, interrupt.Token));

        // Columns that the model does not have are written through, and missing ones are written filled: nothing to warn of.
        DataFile.Warn(reader.Warnings.Except(aboutColumns));
        WriteReport(Terminal.Out(), model.Schema, filled);
        Console.WriteLine($"Wrote {output}: {Figures.Count(slices)} rows, {Figures.Count(filled.Sum())} cells filled.");
        return ExitCode.Success;
    }

    private static long Fill(
        WorldModel model, SliceReader reader, Stream output, FillOptions options, double? interval, long[] filled, CancellationToken cancellation)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        using var writer = new SliceWriter(text, reader, interval is null ? null : ExtraColumns(model.Schema));
        var filler = new HoleFiller(model, options);
        long slices = 0;
        void Write(IEnumerable<FilledSlice> finished)
        {
            foreach (FilledSlice done in finished)
            {
                writer.Write(done.Slice, done.Values, interval is double share ? Extra(model.Schema, done, share) : null);
                for (int c = 0; c < filled.Length; c++)
                {
                    filled[c] += done.Posteriors[c] is not null && !double.IsNaN(done.Values[c]) ? 1 : 0;
                }

                slices++;
            }
        }

        while (reader.TryRead(out Slice? slice))
        {
            cancellation.ThrowIfCancellationRequested();
            Write(filler.Add(slice, cancellation));
        }

        Write(filler.Complete(cancellation));
        return slices;
    }

    private static string[] ExtraColumns(FrameSchema schema) =>
    [
        .. schema.Channels.SelectMany(channel => channel.IsNumeric
            ? new[] { (channel with { Name = channel.Name + " low" }).Header, (channel with { Name = channel.Name + " high" }).Header }
            : [channel.Name + " probability"]),
    ];

    /// <summary>Ends of the interval of every hole, or the probability of the category that fills it; empty where there was no hole.</summary>
    private static List<string> Extra(FrameSchema schema, FilledSlice done, double share)
    {
        var texts = new List<string>();
        for (int c = 0; c < schema.Channels.Count; c++)
        {
            Channel channel = schema.Channels[c];
            if (done.Posteriors[c] is not { } posterior)
            {
                texts.AddRange(Enumerable.Repeat("", channel.IsNumeric ? 2 : 1));
            }
            else if (channel.IsNumeric)
            {
                Interval interval = posterior.Interval(share);
                texts.AddRange([channel.Format(interval.Low), channel.Format(interval.High)]);
            }
            else
            {
                texts.Add(posterior.Outcomes[0].Probability.ToString("0.####", CultureInfo.InvariantCulture));
            }
        }

        return texts;
    }

    private static void WriteReport(IAnsiConsole console, FrameSchema schema, long[] filled)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns(BeliefText.Header("channel"), BeliefText.Header("cells filled").RightAligned());
        for (int c = 0; c < filled.Length; c++)
        {
            table.AddRow(new Text(schema.Channels[c].Header), new Text(Figures.Count(filled[c])));
        }

        console.Write(table);
    }
}
