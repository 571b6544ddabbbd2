using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Working memory to predict and take in slices, and to measure surprise. Belongs to one thread; any stream of the model may use it.</summary>
internal sealed class SliceObserver
{
    /// <summary>How fast calibration follows what happens.</summary>
    private const double CalibrationGain = 0.03;

    private readonly WorldEngine _engine;
    private readonly SliceCore _core;
    private readonly SliceGaussian _gaussian;
    private readonly double[] _features;
    private readonly double[] _inputs;
    private readonly double[] _coordinates;
    private readonly double[] _elapsed = new double[1];
    private readonly bool[] _clamped;
    private readonly NetworkScratch? _scratch;
    private readonly QuestionBatch _questions;
    private readonly SliceDreams _dreams;
    private readonly double[] _nothing;

    public SliceObserver(WorldEngine engine)
    {
        _engine = engine;
        _core = engine.Core;
        _gaussian = _core.Base.CreateSlice();
        _features = new double[_core.Exogenous];
        _inputs = new double[_core.EncoderInputs];
        _coordinates = new double[_core.Layout.Coordinates];
        _clamped = new bool[_core.Layout.Channels];
        _scratch = engine.Network?.NewScratch();
        _questions = new QuestionBatch(engine);
        _dreams = new SliceDreams(engine);
        _nothing = new double[_core.Layout.Channels];
        _nothing.AsSpan().Fill(double.NaN);
    }

    /// <summary>The distributions of all channels of a slice at <paramref name="time"/> that are not clamped; null for those that are.</summary>
    /// <param name="state">The stream.</param>
    /// <param name="time">When; NaN, for a stream that has seen nothing: unknown.</param>
    /// <param name="values">One value per channel.</param>
    /// <param name="clamped">Which of them are known.</param>
    public CellPosterior?[] Answer(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<bool> clamped)
    {
        double elapsed = Begin(state, time, values);
        Clamp(clamped);
        _questions.Clear();
        _questions.Add(_gaussian, _coordinates, clamped, _features, elapsed);
        _questions.Answer(state.Network);
        var cells = new CellPosterior?[clamped.Length];
        for (int c = 0; c < cells.Length; c++)
        {
            cells[c] = clamped[c] ? null : _questions.Cell(0, c);
        }

        return cells;
    }

    /// <summary>Takes in a slice.</summary>
    public void Advance(StreamState state, double time, ReadOnlySpan<double> values)
    {
        double elapsed = Begin(state, time, values);
        _core.Observe(state.Core, _gaussian, _coordinates, _features, elapsed, _inputs);
        _elapsed[0] = elapsed;
        _engine.StepNetwork(_inputs, _elapsed, state.Network, _scratch);
        state.Time = time;
        state.Count++;
    }

    /// <summary>How surprising a slice is, before it is taken in.</summary>
    /// <param name="state">The stream; only its calibration changes.</param>
    /// <param name="time">When.</param>
    /// <param name="values">The slice.</param>
    /// <param name="rng">Draws the imagined slices that the tail probability is counted on.</param>
    /// <param name="imagined">How many of them.</param>
    public Surprise Measure(StreamState state, double time, ReadOnlySpan<double> values, Rng rng, int imagined)
    {
        int channels = values.Length;
        int[] observed = [.. Enumerable.Range(0, channels).Where(Observed(values))];
        Calibrate(state, time, values, observed, ref rng);
        var each = new double[channels];
        var expected = new double[channels];
        each.AsSpan().Fill(double.NaN);
        expected.AsSpan().Fill(double.NaN);
        foreach (int c in observed)
        {
            CellPosterior cell = GivenOthers(state, time, values, observed, c);
            each[c] = -cell.LogProbability(values[c]);
            expected[c] = ExpectedSurprise(cell, rng.For("expected").For(c));
        }

        double total = -LogJoint(state, time, values, observed);
        return new Surprise(total, each, TailProbability([.. Dream(state, time, observed, rng, imagined).LogProbabilities.Select(log => -log)], total)) { Expected = expected };
    }

    /// <summary>Slices drawn from the distribution of <see cref="LogJoint"/>, and their log probabilities.</summary>
    /// <param name="state">The stream.</param>
    /// <param name="time">When.</param>
    /// <param name="observed">The channels to draw; the others are NaN.</param>
    /// <param name="rng">Slice i is drawn by its stream i.</param>
    /// <param name="count">How many.</param>
    public (double[][] Slices, double[] LogProbabilities) Dream(StreamState state, double time, int[] observed, Rng rng, int count)
    {
        double elapsed = Begin(state, time, _nothing);
        return _dreams.Draw(_gaussian, _features, elapsed, state.Network, observed, rng, count);
    }

    /// <summary>How often so much surprise is to be expected, counted on imagined slices; beyond the largest of them by an exponential tail.</summary>
    /// <remarks>The tail's scale is the mean excess over the upper quartile, its maximum likelihood. Source: Pickands, Annals of Statistics 1975, with shape 0.</remarks>
    public static double TailProbability(double[] imagined, double surprise)
    {
        Array.Sort(imagined);
        int n = imagined.Length;
        int atLeast = n - Array.FindIndex(imagined, dream => dream >= surprise) is int count && count <= n ? count : 0;
        double empirical = (atLeast + 1.0) / (n + 1.0);
        int quartile = 3 * n / 4;
        if (atLeast > 0 || quartile >= n - 1)
        {
            return empirical;
        }

        double excess = 0;
        for (int i = quartile + 1; i < n; i++)
        {
            excess += (imagined[i] - imagined[quartile]) / (n - 1 - quartile);
        }

        return excess > 0 ? empirical * Elementary.Exp((imagined[^1] - surprise) / excess) : empirical;
    }

    private static double ExpectedSurprise(CellPosterior cell, Rng rng)
    {
        const int Draws = 16;
        double sum = 0;
        for (int i = 0; i < Draws; i++)
        {
            sum -= cell.LogProbability(cell.SampleRecorded(ref rng)) / Draws;
        }

        return sum;
    }

    /// <summary>log p of the observed cells by the chain rule, forwards and backwards, averaged as probabilities.</summary>
    public double LogJoint(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<int> observed)
    {
        return SliceDreams.Average(LogChain(state, time, values, observed), LogChain(state, time, values, SliceDreams.Backwards(observed)));
    }

    /// <summary>log p of the cells in <paramref name="order"/>, each given those before it and the past.</summary>
    public double LogChain(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<int> order) =>
        Reduction.Sum<double>(LogCells(state, time, values, order));

    /// <summary>The terms of <see cref="LogChain"/>, in order.</summary>
    public double[] LogCells(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<int> order)
    {
        double elapsed = Begin(state, time, values);
        _clamped.AsSpan().Clear();
        _questions.Clear();
        foreach (int c in order)
        {
            _questions.Add(_gaussian, _coordinates, _clamped, _features, elapsed, only: c);
            _core.Clamp(_gaussian, c, _coordinates);
            _clamped[c] = true;
        }

        _questions.Answer(state.Network);
        var cells = new double[order.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = _questions.Cell(i, order[i]).LogProbability(values[order[i]]);
        }

        return cells;
    }

    /// <summary>log p of one cell given the past and all other observed cells of the slice.</summary>
    public double LogProbabilityGivenOthers(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<int> observed, int channel) =>
        GivenOthers(state, time, values, observed, channel).LogProbability(values[channel]);

    private CellPosterior GivenOthers(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<int> observed, int channel)
    {
        double elapsed = Begin(state, time, values);
        _clamped.AsSpan().Clear();
        foreach (int c in observed)
        {
            _clamped[c] = c != channel;
        }

        Clamp(_clamped);
        _questions.Clear();
        _questions.Add(_gaussian, _coordinates, _clamped, _features, elapsed, only: channel);
        _questions.Answer(state.Network);
        return _questions.Cell(0, channel);
    }

    private void Calibrate(StreamState state, double time, ReadOnlySpan<double> values, ReadOnlySpan<int> observed, ref Rng rng)
    {
        if (state.Count == 0)
        {
            return;
        }

        _clamped.AsSpan().Clear();
        CellPosterior?[] next = Answer(state, time, values, _clamped);
        foreach (int c in observed)
        {
            state.Levels.Update(c, next[c]!.Rank(values[c], ref rng), CalibrationGain);
        }
    }

    private double Begin(StreamState state, double time, ReadOnlySpan<double> values)
    {
        double elapsed = _engine.Elapsed(state, time);
        _engine.WriteFeatures(state, time, _features);
        _core.Layout.Encode(values, _coordinates);
        if (double.IsNaN(time))
        {
            _core.PredictWithoutTime(_features, _gaussian);
        }
        else
        {
            _core.Predict(state.Core, _features, elapsed, _gaussian);
        }

        return elapsed;
    }

    private void Clamp(ReadOnlySpan<bool> clamped)
    {
        for (int c = 0; c < clamped.Length; c++)
        {
            if (clamped[c])
            {
                _core.Clamp(_gaussian, c, _coordinates);
            }
        }
    }

    private static Func<int, bool> Observed(ReadOnlySpan<double> values)
    {
        double[] copy = values.ToArray();
        return c => !double.IsNaN(copy[c]);
    }
}
