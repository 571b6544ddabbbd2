using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Learning a world model's network by truncated back-propagation through time.</summary>
/// <remarks>
/// Rows work through segments drawn at random from the learning part; the state carries from window to window within a segment. A
/// share of the segments begins from the learned start state, the others after a burn-in without loss.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class WorldTask<T> : ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int RowsPerChunk = 16;
    public const int WindowSteps = 32;
    private const int WindowsPerSegment = 4;
    private const int BurnIn = 16;
    private const double FreshShare = 0.3;

    private readonly SliceCore _core;
    private readonly SliceNetwork<T> _network;
    private readonly IReadOnlyList<EncodedSeries> _series;
    private double[] _stretchWeights;
    private readonly IReadOnlyList<Stretch> _stretches;
    private readonly IReadOnlyList<ValidationSet<T>> _validation;
    private readonly Rng _rng;
    private readonly Worker[] _workers;
    private double _ahead;

    /// <summary>What counts, tenfold, of a validation loss that rises above its limit.</summary>
    private const double Penalty = 10;

    /// <summary>A task of <paramref name="chunks"/> times 16 rows.</summary>
    /// <param name="core">Encoding and base.</param>
    /// <param name="network">What is learned.</param>
    /// <param name="series">All series.</param>
    /// <param name="stretches">What of them is learned from.</param>
    /// <param name="validation">Held-back questions; their losses count equally.</param>
    /// <param name="chunks">Chunks per step.</param>
    /// <param name="rng">Draws segments, hiding and questions.</param>
    public WorldTask(
        SliceCore core, SliceNetwork<T> network, IReadOnlyList<EncodedSeries> series, IReadOnlyList<Stretch> stretches,
        IReadOnlyList<ValidationSet<T>> validation, int chunks, Rng rng)
    {
        _core = core;
        _network = network;
        _series = series;
        _stretches = stretches;
        _stretchWeights = [.. stretches.Select(stretch => (double)stretch.Length)];
        _validation = validation;
        _rng = rng;
        _workers = [.. Enumerable.Range(0, chunks).Select(chunk => new Worker(this, chunk))];
    }

    /// <summary>Loss of each validation set above which it counts tenfold: what must not be lost.</summary>
    public IReadOnlyList<double> Limits { get; init; } = [];

    /// <summary>When which source is drawn from, each with a validation set of its own; null: stretches are drawn by their lengths.</summary>
    public CurriculumCourse? Course { get; init; }

    /// <summary>The source of every stretch, where there is a course.</summary>
    public IReadOnlyList<int> SourceOfStretch { get; init; } = [];

    public ParameterSet<T> Parameters => _network.Parameters;

    public int Chunks => _workers.Length;

    public int SlicesPerStep => _workers.Length * RowsPerChunk * WindowSteps;

    public void Refresh() => _network.Refresh();

    public void Begin(long step, double ahead)
    {
        _ahead = ahead;
        if (Course is not null && (Course.Begin(step) || step == 0))
        {
            Mix();
        }
    }

    public ChunkLoss Learn(long step, int chunk, Gradients<T> gradients) => _workers[chunk].Learn(step, gradients);

    public double Validate(ChunkRunner runner)
    {
        double sum = 0;
        var losses = new double[_validation.Count];
        for (int i = 0; i < _validation.Count; i++)
        {
            double loss = _validation[i].Loss(runner);
            losses[i] = loss;
            sum += loss + (i < Limits.Count ? Penalty * Math.Max(0, loss - Limits[i]) : 0);
        }

        if (Course is not null && Course.Validated(losses))
        {
            Mix();
        }

        return sum / _validation.Count;
    }

    /// <summary>Weighs the stretches as the present stage says: a source by its weight, a stretch within it by its length.</summary>
    private void Mix()
    {
        var lengths = new double[Course!.Weights.Count];
        for (int i = 0; i < _stretches.Count; i++)
        {
            lengths[SourceOfStretch[i]] += _stretches[i].Length;
        }

        _stretchWeights = [.. _stretches.Select((stretch, i) => Course.Weights[SourceOfStretch[i]] * stretch.Length / lengths[SourceOfStretch[i]])];
    }

    /// <summary>One chunk's rows.</summary>
    private sealed class Worker
    {
        private readonly WorldTask<T> _task;
        private readonly int _firstRow;
        private readonly QuestionMaker _maker;
        private readonly WindowChunk<T> _chunk;
        private readonly Row[] _rows;
        private readonly double[] _burnInInputs;
        private readonly T[] _stepInput;
        private readonly T[] _stepScratch;
        private readonly T[] _elapsed = new T[1];

        public Worker(WorldTask<T> task, int chunk)
        {
            SliceCore core = task._core;
            _task = task;
            _firstRow = chunk * RowsPerChunk;
            _maker = new QuestionMaker(core);
            _chunk = new WindowChunk<T>(core, task._network, WindowSteps, RowsPerChunk);
            _rows = [.. Enumerable.Range(0, RowsPerChunk).Select(_ => new Row(core))];
            _burnInInputs = new double[BurnIn * core.EncoderInputs];
            _stepInput = new T[core.EncoderInputs];
            _stepScratch = new T[task._network.Trunk.StepScratch(1)];
        }

        public ChunkLoss Learn(long step, Gradients<T> gradients)
        {
            long segment = step / WindowsPerSegment;
            _chunk.Clear();
            for (int r = 0; r < RowsPerChunk; r++)
            {
                Row row = _rows[r];
                Rng rng = _task._rng.For(step).For(_firstRow + r);
                if (step % WindowsPerSegment == 0 || row.End == 0)
                {
                    Rng draw = _task._rng.For("segment").For(segment).For(_firstRow + r);
                    BeginSegment(row, r, ref draw);
                }

                EncodedSeries series = _task._series[row.Series];
                for (int t = 0; t < WindowSteps && row.Next < row.End; t++, row.Next++)
                {
                    _maker.Ask(series, row.Next, row.State, row.Hiding, (t * RowsPerChunk) + r, _chunk.Window, _chunk.Targets, ref rng);
                }
            }

            _chunk.Window.Learning = new(_task._rng.For("noise").For(step), _firstRow, _task._ahead);
            return new ChunkLoss(_chunk.Learn(gradients), _chunk.Targets.Cells);
        }

        private void BeginSegment(Row row, int r, ref Rng rng)
        {
            Stretch stretch = _task._stretches[rng.Categorical(_task._stretchWeights)];
            int length = Math.Min(stretch.Length, WindowSteps * WindowsPerSegment);
            row.Series = stretch.Series;
            row.Next = stretch.From + rng.Below(stretch.Length - length + 1);
            row.End = row.Next + length;
            row.Hiding.Begin(ref rng);
            SliceCore core = _task._core;
            core.Start(row.State);
            bool fresh = row.Next == stretch.From || rng.Uniform() < FreshShare;
            _chunk.Window.FreshRows[r] = fresh;
            if (!fresh)
            {
                BurnInTrunk(row, r, stretch.From);
            }
            else
            {
                _chunk.Window.LastOutputs.AsSpan(r * _task._network.Trunk.Outputs, _task._network.Trunk.Outputs).Clear();
            }
        }

        private void BurnInTrunk(Row row, int r, int earliest)
        {
            SliceCore core = _task._core;
            SliceNetwork<T> network = _task._network;
            EncodedSeries series = _task._series[row.Series];
            int from = Math.Max(earliest, row.Next - BurnIn);
            int history = Math.Max(earliest, from - core.LongestLook);
            _maker.WarmUp(series, history, from, row.State, []);
            _maker.WarmUp(series, from, row.Next, row.State, _burnInInputs);
            Span<T> state = _chunk.Window.States.AsSpan(r * network.Trunk.StateSize, network.Trunk.StateSize);
            Span<T> output = _chunk.Window.LastOutputs.AsSpan(r * network.Trunk.Outputs, network.Trunk.Outputs);
            network.StartState.CopyTo(state);
            for (int i = from; i < row.Next; i++)
            {
                ReadOnlySpan<double> input = _burnInInputs.AsSpan((i - from) * core.EncoderInputs, core.EncoderInputs);
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<double, T>(input, _stepInput);
                _elapsed[0] = T.CreateTruncating(series.Elapsed[i]);
                network.Trunk.Step(_stepInput, _elapsed, state, output, _stepScratch);
            }
        }

        private sealed class Row(SliceCore core)
        {
            public double[] State { get; } = new double[core.StateSize];

            public Hiding Hiding { get; } = new(core.Layout.Channels);

            public int Series { get; set; }

            public int Next { get; set; }

            public int End { get; set; }
        }
    }
}
