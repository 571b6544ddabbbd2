using System.CommandLine;
using System.Text;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium fill</c>: fills the holes of a file, row by row, from the past and the other cells of the row.</summary>
internal sealed class FillVerb
{
    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Argument<string> _holes = new("HOLES") { Description = "The data with holes (- is standard input)." };
    private readonly Option<string> _output = new("-o", "--output") { HelpName = "FILLED", Description = "The CSV file to write.", Required = true };
    private readonly ReadingOptions _reading = new();

    private FillVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var fill = new FillVerb();
        var verb = new Verb("fill", "Fill the holes of a file by their medians or likeliest categories; everything else stays as it is.",
            ("pallium fill room.pallium holes.csv -o filled.csv", "writes a copy of holes.csv without holes"))
        {
            fill._model, fill._holes, fill._output,
        };
        fill._reading.AddTo(verb);
        verb.SetAction(fill.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string output = OutputPath.Check(parsed.GetRequiredValue(_output), "-o");
        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model));
        using SliceReader reader = DataFile.Open(parsed.GetRequiredValue(_holes), model.Schema, _reading.Of(parsed, model.Schema));
        IReadOnlyList<string> aboutColumns = reader.Warnings;
        using var interrupt = new Interrupt();
        var filled = new long[model.Schema.Channels.Count];
        long slices = 0;
        AtomicFile.Write(output, stream => slices = Fill(model, reader, stream, filled, interrupt.Token));

        // Columns that the model does not have are written through, and missing ones are written filled: nothing to warn of.
        DataFile.Warn(reader.Warnings.Except(aboutColumns));
        WriteReport(Terminal.Out(), model.Schema, filled);
        Console.WriteLine($"Wrote {output}: {Figures.Count(slices)} rows, {Figures.Count(filled.Sum())} cells filled.");
        return ExitCode.Success;
    }

    private static long Fill(WorldModel model, SliceReader reader, Stream output, long[] filled, CancellationToken cancellation)
    {
        var sessions = new SeriesSessions(model);
        using var text = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        using var writer = new SliceWriter(text, reader);
        long slices = 0;
        while (reader.TryRead(out Slice? slice))
        {
            cancellation.ThrowIfCancellationRequested();
            Session session = sessions.Of(slice);
            double[] values = slice.Values;
            if (values.Any(double.IsNaN))
            {
                values = session.Fill(slice).Filled.Values;
                for (int c = 0; c < values.Length; c++)
                {
                    filled[c] += double.IsNaN(slice.Values[c]) && !double.IsNaN(values[c]) ? 1 : 0;
                }
            }

            writer.Write(slice, values);
            session.Advance(slice);
            slices++;
        }

        return slices;
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
