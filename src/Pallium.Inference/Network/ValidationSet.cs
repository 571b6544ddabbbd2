using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Fixed questions about the part held back, made once: the base under them does not change while the network learns.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ValidationSet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Scored = 64;
    private const int BurnIn = 32;
    private const int RowsPerChunk = 16;
    private const int MostRows = 64;

    private readonly List<WindowChunk<T>> _chunks = [];
    private readonly double[] _losses;

    /// <summary>Questions about slices <paramref name="parts"/> of the series, to a network or (null) to the base alone; earlier slices are history.</summary>
    public ValidationSet(SliceCore core, SliceNetwork<T>? network, IReadOnlyList<EncodedSeries> series, IReadOnlyList<Stretch> parts, Rng rng)
    {
        var pieces = new List<Stretch>();
        foreach ((int s, int from, int to) in parts)
        {
            for (int start = from; start < to; start += Scored)
            {
                pieces.Add(new Stretch(s, start, Math.Min(start + Scored, to)));
            }
        }

        // Evenly spread pieces where there are more than are affordable at every look.
        int rows = Math.Min(MostRows, pieces.Count);
        pieces = [.. Enumerable.Range(0, rows).Select(i => pieces[(int)((long)i * pieces.Count / rows)])];
        var maker = new QuestionMaker(core);
        for (int first = 0; first < rows; first += RowsPerChunk)
        {
            int count = Math.Min(RowsPerChunk, rows - first);
            var chunk = new WindowChunk<T>(core, network, BurnIn + Scored, count);
            chunk.Clear();
            for (int row = 0; row < count; row++)
            {
                Fill(core, maker, series, pieces[first + row], chunk, row, rng.For(first + row));
            }

            _chunks.Add(chunk);
        }

        _losses = new double[_chunks.Count];
        Cells = _chunks.Sum(chunk => chunk.Targets.Cells);
    }

    /// <summary>Observed cells.</summary>
    public double Cells { get; }

    public IReadOnlyList<WindowChunk<T>> Chunks => _chunks;

    /// <summary>Nats per cell.</summary>
    public double Loss(ChunkRunner runner)
    {
        runner.Run(_chunks.Count, i => _losses[i] = _chunks[i].Evaluate());
        double sum = 0;
        foreach (double loss in _losses)
        {
            sum += loss;
        }

        return Cells > 0 ? sum / Cells : 0;
    }

    /// <summary>The trunk's auxiliary losses, each summed over all slices.</summary>
    public double[] AuxiliaryLosses(ChunkRunner runner)
    {
        var losses = new double[_chunks.Count][];
        runner.Run(_chunks.Count, i => losses[i] = _chunks[i].EvaluateAuxiliary());
        return losses.Aggregate((sum, chunk) => [.. sum.Zip(chunk, (a, b) => a + b)]);
    }

    private static void Fill(
        SliceCore core, QuestionMaker maker, IReadOnlyList<EncodedSeries> all, Stretch piece, WindowChunk<T> chunk, int row, Rng rng)
    {
        EncodedSeries series = all[piece.Series];
        var state = new double[core.StateSize];
        core.Start(state);
        int burnIn = Math.Min(BurnIn, piece.From);
        int history = Math.Max(0, piece.From - burnIn - core.LongestLook);
        maker.WarmUp(series, history, piece.From - burnIn, state, []);
        chunk.Window.FreshRows[row] = true;
        int rows = chunk.Window.Rows;
        for (int t = 0; t < burnIn + (piece.To - piece.From); t++)
        {
            int index = piece.From - burnIn + t;
            int at = (t * rows) + row;
            double cells = chunk.Targets.Cells;
            maker.Ask(series, index, state, null, at, chunk.Window, chunk.Targets, ref rng);
            if (index < piece.From)
            {
                chunk.Targets.Cells = cells;
                for (int v = 0; v < core.Layout.Variables.Length; v++)
                {
                    chunk.Targets.Weights[chunk.Targets.Index(at, v)] = 0;
                }
            }
        }
    }
}
