using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Turns slices into questions for learning: a random clamp set, what the head reads, and what the answer was.</summary>
/// <remarks>
/// Of the n observed channels s are clamped, s uniform on 0..n-1 and members uniform; the loss of the others counts n/(n-s) times, so that
/// its expectation is the mean over orders of the chain rule. A share of the questions is asked without a past, some of them without the time.
/// One object belongs to one thread.
/// </remarks>
internal sealed class QuestionMaker(SliceCore core)
{
    private const double ShareWithoutPast = 0.2;

    /// <summary>Share of those without a past that do not know their time either.</summary>
    private const double ShareWithoutTime = 0.5;

    private readonly SliceLayout _layout = core.Layout;
    private readonly SliceGaussian _gaussian = core.Base.CreateSlice();
    private readonly SliceGaussian _withoutPast = core.Base.CreateSlice();
    private readonly double[] _visible = new double[core.Layout.Coordinates];
    private readonly double[] _exogenous = new double[core.Exogenous];
    private readonly double[] _features = new double[core.HeadFeatures];
    private readonly double[] _inputs = new double[core.EncoderInputs];
    private readonly bool[] _clamped = new bool[core.Layout.Channels];
    private readonly int[] _observed = new int[core.Layout.Channels];
    private readonly int[] _order = new int[core.Layout.Channels];

    /// <summary>Advances a stream over slices without asking anything, so that learning can begin in the middle of a series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="from">First slice.</param>
    /// <param name="to">Slice after the last.</param>
    /// <param name="state">Core state, advanced.</param>
    /// <param name="inputs">Receives the trunk's inputs of each slice, [to - from, encoder inputs]; empty: not wanted.</param>
    public void WarmUp(EncodedSeries series, int from, int to, Span<double> state, Span<double> inputs)
    {
        for (int i = from; i < to; i++)
        {
            core.Predict(state, series.FeaturesOf(i), series.Elapsed[i], _gaussian);
            Span<double> target = inputs.IsEmpty ? _inputs : inputs.Slice((i - from) * core.EncoderInputs, core.EncoderInputs);
            core.Observe(state, _gaussian, series.CoordinatesOf(i), series.FeaturesOf(i), series.Elapsed[i], target);
        }
    }

    /// <summary>Asks a random question about one slice, then shows the slice to the stream.</summary>
    /// <param name="series">The series.</param>
    /// <param name="index">Which slice.</param>
    /// <param name="state">Core state, advanced.</param>
    /// <param name="hiding">What the trunk does not see; null: it sees everything.</param>
    /// <param name="row">Row of the window, time-major.</param>
    /// <param name="window">Receives inputs and features.</param>
    /// <param name="targets">Receives what was.</param>
    /// <param name="rng">Draws the question.</param>
    public void Ask<T>(
        EncodedSeries series, int index, Span<double> state, Hiding? hiding, int row, SliceWindow<T> window, SliceTargets targets, ref Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<double> features = series.FeaturesOf(index);
        ReadOnlySpan<double> coordinates = series.CoordinatesOf(index);
        double elapsed = series.Elapsed[index];
        core.Predict(state, features, elapsed, _gaussian);
        bool withoutPast = rng.Uniform() < ShareWithoutPast || !_gaussian.HasPast;
        SliceGaussian question = _gaussian;
        features.CopyTo(_exogenous);
        if (withoutPast)
        {
            AskWithoutPast(ref rng);
            question = _withoutPast;
        }

        window.WithoutPast[row] = withoutPast;
        int observed = DrawClamps(series.Source.Row(index), ref rng, out int clamped);
        for (int c = 0; c < _clamped.Length; c++)
        {
            if (_clamped[c])
            {
                core.Clamp(question, c, coordinates);
            }
        }

        // What a question without a past is asked with, too.
        double asked = withoutPast ? 1 : elapsed;
        core.Features(question, coordinates, _clamped, _exogenous, asked, _features);
        Write(_features, window.HeadFeatures.AsSpan(row * core.HeadFeatures));
        double weight = observed > clamped ? (double)observed / (observed - clamped) : 0;
        for (int i = clamped; i < observed; i++)
        {
            Target(question, series, index, _observed[_order[i]], weight, row, targets);
        }

        targets.Cells += observed;
        coordinates.CopyTo(_visible);
        hiding?.Apply(_layout, _visible, ref rng);
        _gaussian.Release();
        core.Observe(state, _gaussian, _visible, features, elapsed, _inputs);
        Write(_inputs, window.EncoderInputs.AsSpan(row * core.EncoderInputs));
        window.Elapsed[row] = T.CreateTruncating(elapsed);
    }

    private void AskWithoutPast(ref Rng rng)
    {
        if (core.HasClock && rng.Uniform() < ShareWithoutTime)
        {
            core.PredictWithoutTime(_exogenous, _withoutPast);
        }
        else
        {
            core.PredictWithoutPast(_exogenous, _withoutPast);
        }
    }

    private int DrawClamps(ReadOnlySpan<double> values, ref Rng rng, out int clamped)
    {
        int observed = 0;
        for (int c = 0; c < values.Length; c++)
        {
            if (!double.IsNaN(values[c]))
            {
                _observed[observed++] = c;
            }
        }

        rng.Permutation(_order.AsSpan(0, observed));
        clamped = observed > 0 ? rng.Below(observed) : 0;
        _clamped.AsSpan().Clear();
        for (int i = 0; i < clamped; i++)
        {
            _clamped[_observed[_order[i]]] = true;
        }

        return observed;
    }

    private void Target(SliceGaussian question, EncodedSeries series, int index, int channel, double weight, int row, SliceTargets targets)
    {
        double value = series.Source.Row(index)[channel];
        int discrete = _layout.DiscreteOf(channel);
        if (discrete >= 0)
        {
            SliceVariable variable = _layout.Variables[discrete];
            int cell = targets.Index(row, discrete);
            targets.Weights[cell] = weight;
            targets.Outcomes[cell] = _layout.OutcomeOf(channel, value);
            core.Logits(question, variable, targets.BaseLogits.AsSpan((row * _layout.DiscreteOutputs) + variable.Output, variable.Outcomes));
        }

        int real = _layout.RealOf(channel);
        if (real >= 0 && (discrete < 0 || value > 0))
        {
            targets.Ask(row, _layout.Variables[real], value, core.StandardOf(question, _layout.Variables[real]), weight);
        }
    }

    private static void Write<T>(ReadOnlySpan<double> from, Span<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(from, into);
}
