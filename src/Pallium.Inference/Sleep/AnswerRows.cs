using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One question as the answer network reads it, slice by slice, and the one-pass answers that it starts from.</summary>
/// <remarks>
/// The backward trunk reads slices from the last known one to the one after the asked slice, per slice [known coordinates; which channels are
/// known; exogenous features; log(1+dt)]. The head reads [what the model's trunk says of the slices before; the head features of
/// <see cref="SliceCore.Features"/>, the base knowing all other slices; log of how far ahead; how far the last value seen and the next one known of each
/// coordinate lie from the base's mean, in its deviations].
/// </remarks>
internal sealed class AnswerRows
{
    /// <summary>Deviation below which a coordinate counts as known.</summary>
    private const double LeastDeviation = 1e-4;

    private readonly WorldEngine _engine;
    private readonly SliceCore _core;
    private readonly QuestionBatch _questions;
    private readonly int _lastKnown;
    private readonly double[] _coordinates;

    /// <param name="engine">The model.</param>
    /// <param name="slices">What is known.</param>
    public AnswerRows(WorldEngine engine, IReadOnlyList<SlicePlan> slices)
    {
        (_engine, _core, Slices) = (engine, engine.Core, slices);
        _questions = new QuestionBatch(engine);
        _lastKnown = Enumerable.Range(0, slices.Count).LastOrDefault(h => Array.Exists(slices[h].Cells, cell => cell.Role == CellRole.Known), -1);
        SliceLayout layout = _core.Layout;
        _coordinates = new double[slices.Count * layout.Coordinates];
        for (int h = 0; h < slices.Count; h++)
        {
            layout.Encode([.. slices[h].Cells.Select(cell => cell.Value)], _coordinates.AsSpan(h * layout.Coordinates, layout.Coordinates));
        }

        Before = new CellPosterior?[slices.Count][];
        Counts = new bool[slices.Count];
        Elapsed = new double[slices.Count];
        Inputs = new double[slices.Count * EncoderInputs(_core)];
        Features = new double[slices.Count * HeadFeatures(engine)];
        Standards = new Standard[slices.Count * layout.Variables.Length];
        Logits = new double[slices.Count * layout.DiscreteOutputs];
    }

    public IReadOnlyList<SlicePlan> Slices { get; }

    public SliceLayout Layout => _core.Layout;

    /// <summary>The answers of model and base, [slices][channels]; null where nothing was asked, and for known cells.</summary>
    public CellPosterior?[]?[] Before { get; }

    /// <summary>Slices for which there is something to add: asked, and not simply the next one after all that is known.</summary>
    public bool[] Counts { get; }

    /// <summary>Time since the slice before, in median steps, [slices].</summary>
    public double[] Elapsed { get; }

    /// <summary>What the backward trunk reads, [slices, <see cref="EncoderInputs"/>].</summary>
    public double[] Inputs { get; }

    /// <summary>What the head reads, [slices, <see cref="HeadFeatures"/>].</summary>
    public double[] Features { get; }

    /// <summary>The base's distribution of each real variable given all that is known, [slices, variables].</summary>
    public Standard[] Standards { get; }

    /// <summary>Its logits of the discrete ones, [slices, discrete outputs].</summary>
    public double[] Logits { get; }

    /// <summary>Numbers that the backward trunk reads of a slice.</summary>
    public static int EncoderInputs(SliceCore core) => core.Layout.Coordinates + core.Layout.Channels + core.Exogenous + 1;

    /// <summary>Numbers that the answer head reads of a slice besides the backward trunk's.</summary>
    public static int HeadFeatures(WorldEngine engine) => (engine.Network?.Outputs ?? 0) + engine.Core.HeadFeatures + 1 + (2 * engine.Core.Layout.Coordinates);

    /// <summary>Whether anything is known of slices after slice <paramref name="h"/>.</summary>
    public bool HasLater(int h) => h < _lastKnown;

    /// <summary>The step at which the backward trunk's summary of what comes after slice <paramref name="h"/> is at hand; where nothing is known, one without any.</summary>
    public int StepOf(int h) => h <= _lastKnown ? _lastKnown - h : h;

    /// <summary>Asks about the slice at which a walk stands.</summary>
    public void Ask(OnePassWalk walk)
    {
        walk.Ask();
        int h = walk.Index;
        _questions.Clear();
        _questions.Add(walk.Gaussian, walk.Coordinates, walk.Known, walk.Features, walk.Elapsed);
        _questions.Answer(walk.State.Network, walk.Ahead);
        Before[h] = [.. walk.Known.Select((known, c) => known ? null : _questions.Cell(0, c, walk.Ahead))];
        Counts[h] = walk.Ahead > 1 || HasLater(h);
        int outputs = _engine.Network?.Outputs ?? 0;
        Span<double> features = Features.AsSpan(h * HeadFeatures(_engine), HeadFeatures(_engine));
        walk.State.Network.AsSpan(walk.State.Network.Length - outputs).CopyTo(features);
        _core.Features(walk.Gaussian, walk.Coordinates, walk.Known, walk.Features, walk.Elapsed, features[outputs..]);
        Span<double> own = features[(outputs + _core.HeadFeatures)..];
        own[0] = Elementary.Log((double)walk.Ahead);
        WriteNeighbours(walk, own[1..]);
        foreach (SliceVariable variable in _core.Layout.Variables)
        {
            if (walk.Known[variable.Channel])
            {
                continue;
            }

            if (variable.IsDiscrete)
            {
                _core.Logits(walk.Gaussian, variable, LogitsOf(h, variable));
            }
            else
            {
                Standards[(h * _core.Layout.Variables.Length) + variable.Index] = _core.StandardOf(walk.Gaussian, variable);
            }
        }
    }

    /// <summary>Writes what the backward trunk reads, once all is asked.</summary>
    /// <param name="start">The stream before the first slice.</param>
    public void Encode(StreamState start)
    {
        SliceLayout layout = _core.Layout;
        for (int h = 0; h <= _lastKnown; h++)
        {
            CellPlan[] cells = Slices[h].Cells;
            double before = h == 0 ? start.Time : Slices[h - 1].Time;
            Elapsed[h] = double.IsNaN(before) || double.IsNaN(Slices[h].Time) ? 1 : (Slices[h].Time - before) / _engine.Schema.Time.Step;
            ReadOnlySpan<double> coordinates = _coordinates.AsSpan(h * layout.Coordinates, layout.Coordinates);
            Span<double> inputs = Inputs.AsSpan(h * EncoderInputs(_core), EncoderInputs(_core));
            foreach (SliceVariable variable in layout.Variables)
            {
                bool known = cells[variable.Channel].Role == CellRole.Known;
                inputs[layout.Coordinates + variable.Channel] = known ? 1 : 0;
                for (int i = variable.Coordinate; known && i < variable.Coordinate + variable.Coordinates; i++)
                {
                    inputs[i] = variable.IsDiscrete ? coordinates[i] : SliceCore.Squash(coordinates[i]);
                }
            }

            _engine.WriteFeatures(start, Slices[h].Time, inputs.Slice(layout.Coordinates + layout.Channels, _core.Exogenous));
            inputs[^1] = Elementary.Log1p(Elapsed[h]);
        }
    }

    /// <summary>The last values seen and the next ones known, in deviations of the base from its mean; zero where there is none, or nothing is open.</summary>
    private void WriteNeighbours(OnePassWalk walk, Span<double> target)
    {
        int d = _core.Layout.Coordinates;
        ReadOnlySpan<double> seen = walk.State.Core.AsSpan(_core.Base.StateSize, d);
        for (int i = 0; i < d; i++)
        {
            double deviation = Math.Sqrt(walk.Gaussian.Variance(i));
            double next = double.NaN;
            for (int h = walk.Index + 1; h <= _lastKnown && double.IsNaN(next); h++)
            {
                next = _coordinates[(h * d) + i];
            }

            target[i] = deviation > LeastDeviation ? SliceCore.Squash((seen[i] - walk.Gaussian.Mean[i]) / deviation) : 0;
            target[d + i] = deviation > LeastDeviation && !double.IsNaN(next) ? SliceCore.Squash((next - walk.Gaussian.Mean[i]) / deviation) : 0;
        }
    }

    /// <summary>The logits of a discrete variable.</summary>
    public Span<double> LogitsOf(int h, SliceVariable variable) => Logits.AsSpan((h * _core.Layout.DiscreteOutputs) + variable.Output, variable.Outcomes);

    /// <summary>The distribution of a real variable.</summary>
    public Standard StandardOf(int h, SliceVariable variable) => Standards[(h * _core.Layout.Variables.Length) + variable.Index];
}
