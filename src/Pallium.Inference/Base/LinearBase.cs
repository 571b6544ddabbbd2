using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The closed-form linear-Gaussian world model that lies under the network: it answers any question about the next slice.</summary>
/// <remarks>
/// <para>A slice y [D] (see <see cref="BaseData"/>) is a marginal mean, affine in the exogenous features, plus a deviation. The deviations of the
/// next slice are predicted from those of the past (<see cref="LinearStage"/>; among several look-backs the longest that the stream's
/// history fills); what is left is Gaussian. Where the past says more about the time of day than a mean over all days does, deviations are taken
/// from a constant mean, and only a slice without a past has one that depends on the features. Clamped coordinates condition the others through the covariance (<see cref="SliceGaussian"/>).</para>
/// <para>A state is one row of <see cref="StateSize"/> numbers, constant in size: the last deviations of every coordinate (a hidden
/// cell holds its conditional mean given what was seen), the covariance P of the last slice's deviations, per coordinate the time since it was
/// last seen, and three counters. What other channels tell about one that stays hidden is trusted less than P says: in answers its
/// variance moves from P towards what it would be without them, by the coordinate's doubt in [0, 1]. Once the seen channels of a
/// slice alone would tell more, the stream loses track of it, as it begins: from then on it follows from them by the marginal covariance.
/// The base never changes when it runs and may be shared by threads; states and <see cref="SliceGaussian"/>s belong to one.</para>
/// </remarks>
internal sealed partial class LinearBase
{
    private const int Counters = 3;

    /// <summary>Predicted deviations are held within this many times the largest one met in fitting, so that no iteration can run away.</summary>
    private const double LimitFactor = 4;
    private const double LargestDeviation = 1e6;

    private readonly double[] _weights;
    private readonly double[] _marginal;
    private readonly double[] _pastlessWeights;
    private readonly double[] _pastless;
    private readonly double[] _limits;
    private readonly double[] _featureMean;
    private readonly double[] _featureCovariance;
    private readonly double[] _doubt;
    private readonly bool _followsDynamics;
    private readonly LinearStage[] _stages;
    private readonly int _ring;

    private int FreshnessStart => (Coordinates * _ring) + (Coordinates * Coordinates);

    /// <summary>D, coordinates per slice.</summary>
    public int Coordinates { get; }

    /// <summary>E, numbers per slice that are always known.</summary>
    public int ExogenousCount { get; }

    /// <summary>The channels.</summary>
    public IReadOnlyList<BaseGroup> Groups { get; }

    /// <summary>Predictors from the past, longest look-back first; none for a table.</summary>
    public IReadOnlyList<LinearStage> Stages => _stages;

    /// <summary>Covariance of a slice's deviations when nothing of the past is known, [D, D].</summary>
    public ReadOnlySpan<double> MarginalCovariance => _marginal;

    /// <summary>Covariance of a slice of which no past is known but the features are, around <see cref="NoPast"/>'s mean, [D, D].</summary>
    public ReadOnlySpan<double> NoPastCovariance => _pastless;

    /// <summary>Numbers in a state; 0 for a table.</summary>
    public int StateSize => _ring == 0 ? 0 : (Coordinates * _ring) + (Coordinates * Coordinates) + Coordinates + Counters;

    /// <summary>A slice to be filled by <see cref="Predict"/> or <see cref="NoPast"/>.</summary>
    public SliceGaussian CreateSlice() => new(Coordinates);

    /// <summary>Makes <paramref name="state"/> that of a stream of which nothing has been seen.</summary>
    public void Begin(Span<double> state) => state[..StateSize].Clear();

    /// <summary>The distribution of a slice of which no past is known: mean and covariance given the features. O(D²) for each feature that is NaN, no allocation.</summary>
    /// <remarks>A feature that is NaN is averaged over, as spread over the learning part: it adds B C Bᵀ, with C the features' covariance and B their weights.</remarks>
    /// <param name="exogenous">[E]; NaN where a feature is not known.</param>
    /// <param name="slice">Takes mean and covariance; all clamps are taken back.</param>
    public void NoPast(ReadOnlySpan<double> exogenous, SliceGaussian slice)
    {
        AffineMean(_pastlessWeights, exogenous, slice.PriorMeanStore);
        _pastless.AsSpan().CopyTo(slice.PriorCovarianceStore);
        SliceKnowledge knowledge = SliceKnowledge.Features;
        for (int e = 0; e < ExogenousCount; e++)
        {
            if (double.IsNaN(exogenous[e]))
            {
                AddSpread(e, exogenous, slice);
                knowledge = SliceKnowledge.Timeless;
            }
        }

        slice.Begin(knowledge);
    }

    /// <summary>The distribution of the next slice given the past. No allocation.</summary>
    /// <param name="state">The stream's state, not changed.</param>
    /// <param name="exogenous">[E], of the slice to be predicted.</param>
    /// <param name="elapsed">Time since the last slice in median steps, not negative.</param>
    /// <param name="slice">Takes mean and covariance; all clamps are taken back.</param>
    public void Predict(ReadOnlySpan<double> state, ReadOnlySpan<double> exogenous, double elapsed, SliceGaussian slice)
    {
        Forecast(state, exogenous, elapsed, slice, doubting: true);
    }

    /// <summary>Takes in a slice: the state's next one. No allocation; no matrix work when everything is seen.</summary>
    /// <param name="state">The stream's state, advanced.</param>
    /// <param name="exogenous">[E], of this slice.</param>
    /// <param name="elapsed">Time since the slice before in median steps, not negative.</param>
    /// <param name="observed">[D]; NaN where a cell was not seen.</param>
    /// <param name="slice">Scratch; where something was hidden it returns the prediction, clamped to what was seen.</param>
    public void Update(Span<double> state, ReadOnlySpan<double> exogenous, double elapsed, ReadOnlySpan<double> observed, SliceGaussian slice)
    {
        if (_ring == 0)
        {
            return;
        }

        bool complete = true;
        foreach (double value in observed)
        {
            complete &= !double.IsNaN(value);
        }

        if (complete)
        {
            state.Slice(Coordinates * _ring, Coordinates * Coordinates).Clear();
            state.Slice(FreshnessStart, Coordinates).Fill(1);
            MarginalMean(exogenous, slice.Row);
            Push(state, observed, slice.Row, hidden: false);
        }
        else
        {
            UpdateWithHoles(state, exogenous, elapsed, observed, slice);
        }
    }

    /// <summary>Mean of the slices to come, by iterating the one-step mean. O(horizon·(D·L + p·D²)).</summary>
    /// <param name="state">The stream's state, not changed.</param>
    /// <param name="exogenous">[horizon, E].</param>
    /// <param name="means">[horizon, D], on return.</param>
    /// <param name="slice">Scratch.</param>
    public void Rollout(ReadOnlySpan<double> state, ReadOnlySpan<double> exogenous, Span<double> means, SliceGaussian slice)
    {
        double[] copy = state[..StateSize].ToArray();
        for (int h = 0; (h + 1) * Coordinates <= means.Length; h++)
        {
            ReadOnlySpan<double> features = exogenous.Slice(h * ExogenousCount, ExogenousCount);
            Span<double> mean = means.Slice(h * Coordinates, Coordinates);
            if (Stage(copy) is { } stage)
            {
                PredictMean(stage, copy, features, 1, slice);
                slice.PriorMean.CopyTo(mean);
                MarginalMean(features, slice.Row);
                Push(copy, mean, slice.Row, hidden: true);
            }
            else
            {
                AffineMean(_pastlessWeights, features, mean);
            }
        }
    }

    /// <summary>What deviations are taken from, affine in the exogenous features: m_j = a_j + Σ_e b_ej x_e; one that is NaN counts with its mean.</summary>
    public void MarginalMean(ReadOnlySpan<double> exogenous, Span<double> mean) => AffineMean(_weights, exogenous, mean);

    private void AffineMean(double[] weights, ReadOnlySpan<double> exogenous, Span<double> mean)
    {
        weights.AsSpan(0, Coordinates).CopyTo(mean);
        for (int e = 0; e < ExogenousCount; e++)
        {
            RowUpdate.AddScaled(double.IsNaN(exogenous[e]) ? _featureMean[e] : exogenous[e], weights.AsSpan((e + 1) * Coordinates, Coordinates), mean);
        }
    }

    private ReadOnlySpan<double> PastlessWeightsOf(int feature) => _pastlessWeights.AsSpan((feature + 1) * Coordinates, Coordinates);

    /// <summary>Adds b_e (Σ_f C_ef b_f)ᵀ, f over the features that are not known, to the prior covariance.</summary>
    private void AddSpread(int feature, ReadOnlySpan<double> exogenous, SliceGaussian slice)
    {
        Span<double> spread = slice.Row.AsSpan(0, Coordinates);
        spread.Clear();
        for (int f = 0; f < ExogenousCount; f++)
        {
            if (double.IsNaN(exogenous[f]))
            {
                RowUpdate.AddScaled(_featureCovariance[(feature * ExogenousCount) + f], PastlessWeightsOf(f), spread);
            }
        }

        ReadOnlySpan<double> weights = PastlessWeightsOf(feature);
        for (int i = 0; i < Coordinates; i++)
        {
            RowUpdate.AddScaled(weights[i], spread, slice.PriorCovarianceStore.AsSpan(i * Coordinates, Coordinates));
        }
    }

    private void Forecast(ReadOnlySpan<double> state, ReadOnlySpan<double> exogenous, double elapsed, SliceGaussian slice, bool doubting)
    {
        LinearStage? stage = Stage(state);
        if (stage is null)
        {
            NoPast(exogenous, slice);
            return;
        }

        MarginalRegression untracked = PredictMean(stage, state, exogenous, elapsed, slice);
        int hidden = Hidden(state, slice.Hidden);
        // The covariance store is free until the prior is complete.
        Span<double> uncertainty = slice.CovarianceStore;
        state.Slice(Coordinates * _ring, Coordinates * Coordinates).CopyTo(uncertainty);
        for (int h = 0; doubting && h < hidden; h++)
        {
            int j = slice.Hidden[h];
            uncertainty[(j * Coordinates) + j] = IsTracked(state, j) ? Doubted(state, j) : uncertainty[(j * Coordinates) + j];
        }

        Span<double> scratch = slice.Scratch.AsSpan(MarginalRegression.ScratchSize(Coordinates));
        stage.Spread(elapsed, uncertainty, slice.Hidden.AsSpan(0, hidden), slice.PriorCovarianceStore, scratch);
        untracked.Complete(slice.PriorCovarianceStore, Coordinates);
        slice.Begin(SliceKnowledge.Past);
    }

    /// <summary>The prior mean; coordinates that are not tracked follow from the others, as the returned regression says.</summary>
    private MarginalRegression PredictMean(LinearStage stage, ReadOnlySpan<double> state, ReadOnlySpan<double> exogenous, double elapsed, SliceGaussian slice)
    {
        Span<double> deviations = slice.Row;
        int position = (int)state[StateSize - Counters];
        stage.Predict(state[..(Coordinates * _ring)], position, deviations);
        if (elapsed > 1)
        {
            stage.Dynamics.DecayMean(elapsed - 1, deviations, slice.Scratch);
        }

        int last = (position - 1 + _ring) % _ring;
        for (int j = 0; j < Coordinates; j++)
        {
            double before = state[(j * _ring) + last];
            double next = elapsed < 1 ? before + (elapsed * (deviations[j] - before)) : deviations[j];
            deviations[j] = Limited(j, next);
        }

        Tracking tracking = Track(state, slice);
        MarginalRegression regression = RegressionOn(slice, tracking);
        for (int i = 0; i < tracking.Untracked; i++)
        {
            deviations[slice.Unknown[i]] = regression.Mean(i, deviations);
        }

        MarginalMean(exogenous, slice.PriorMeanStore);
        for (int j = 0; j < Coordinates; j++)
        {
            slice.PriorMeanStore[j] += deviations[j];
        }

        return regression;
    }

    private void Push(Span<double> state, ReadOnlySpan<double> values, ReadOnlySpan<double> marginalMean, bool hidden)
    {
        Span<double> counters = state.Slice(StateSize - Counters, Counters);
        int position = (int)counters[0];
        for (int j = 0; j < Coordinates; j++)
        {
            state[(j * _ring) + position] = Math.Clamp(values[j] - marginalMean[j], -LargestDeviation, LargestDeviation);
        }

        counters[0] = (position + 1) % _ring;
        counters[1] = Math.Min(counters[1] + 1, _ring);
        counters[2] = hidden ? 1 : 0;
    }

    /// <summary>The longest look-back that the slices seen so far fill; null when there is no past.</summary>
    private LinearStage? Stage(ReadOnlySpan<double> state)
    {
        if (_ring == 0)
        {
            return null;
        }

        double slices = state[StateSize - Counters + 1];
        foreach (LinearStage stage in _stages)
        {
            if (stage.Needs <= slices)
            {
                return slices == 0 ? null : stage;
            }
        }

        return slices == 0 ? null : _stages[^1];
    }
}
