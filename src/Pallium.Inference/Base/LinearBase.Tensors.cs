namespace Pallium.Inference;

/// <summary>A named array for saving: row-major, of the given shape.</summary>
internal readonly record struct BaseTensor(int[] Shape, double[] Values);

/// <content>Construction from plain arrays, saving, and the logits of discrete channels.</content>
internal sealed partial class LinearBase
{
    /// <summary>[<see cref="SliceKnowledge"/>][channel]; null for real channels.</summary>
    private readonly DiscreteCalibration?[][] _calibrations;

    /// <summary>A base from what <see cref="Tensors"/> gave.</summary>
    /// <param name="groups">The channels.</param>
    /// <param name="exogenousCount">E.</param>
    /// <param name="tensors">Named arrays; names and shapes are those of <see cref="Tensors"/>.</param>
    /// <exception cref="FormatException">A tensor is missing, has the wrong shape, or holds a number that is not finite.</exception>
    public LinearBase(IReadOnlyList<BaseGroup> groups, int exogenousCount, IReadOnlyDictionary<string, BaseTensor> tensors)
    {
        Groups = groups;
        ExogenousCount = exogenousCount;
        Coordinates = groups.Count == 0 ? 0 : groups[^1].Start + groups[^1].Count;
        int d = Coordinates;
        _weights = Take(tensors, "exogenous", exogenousCount + 1, d);
        _marginal = Take(tensors, "marginal", d, d);
        bool hasPastless = tensors.ContainsKey(PastlessWeightsName);
        _pastlessWeights = hasPastless ? Take(tensors, PastlessWeightsName, exogenousCount + 1, d) : _weights;
        _pastless = hasPastless ? Take(tensors, PastlessName, d, d) : _marginal;
        _limits = Take(tensors, "limits", d);
        _featureMean = Take(tensors, FeatureMeanName, exogenousCount);
        _featureCovariance = Take(tensors, FeatureCovarianceName, exogenousCount, exogenousCount);
        _doubt = Take(tensors, "doubt", d);
        _followsDynamics = Take(tensors, "dynamics", 1)[0] != 0;
        var stages = new List<LinearStage>();
        while (tensors.TryGetValue(StageName(stages.Count, "own"), out BaseTensor own))
        {
            int index = stages.Count;
            int lookback = own.Shape.Length == 2 ? own.Shape[1] : throw new FormatException($"The tensor {StageName(index, "own")} must have two dimensions.");
            int slices = tensors.TryGetValue(StageName(index, "cross"), out BaseTensor cross) && cross.Shape.Length == 3 ? cross.Shape[0] : 0;
            _ring = index == 0 ? Math.Max(lookback, slices) : _ring;
            if (Math.Max(lookback, slices) is var needs && (needs < 1 || needs > _ring))
            {
                throw new FormatException($"Stage {index} of the base looks back {needs} slices, where 1 to {_ring} were expected.");
            }

            double[] weights = Take(tensors, StageName(index, "own"), d, lookback);
            double[] all = slices == 0 ? [] : Take(tensors, StageName(index, "cross"), slices, d, d);
            stages.Add(new LinearStage(d, _ring, weights, all, Take(tensors, StageName(index, "innovation"), d, d), _marginal, _followsDynamics));
        }

        _stages = [.. stages];
        _calibrations = [.. Enumerable.Range(0, Situations).Select(_ => new DiscreteCalibration?[groups.Count])];
        for (int g = 0; g < groups.Count; g++)
        {
            if (groups[g].Kind != BaseKind.Real)
            {
                int width = CalibrationWidth(groups[g], d);
                double[] all = Take(tensors, CalibrationName(g), Situations, width);
                for (int s = 0; s < Situations; s++)
                {
                    _calibrations[s][g] = new DiscreteCalibration(groups[g].Classes, all[(s * width)..((s + 1) * width)]);
                }
            }
        }
    }

    /// <summary>Log probabilities of channel <paramref name="group"/>, which is discrete and not clamped, given the slice's clamps. O(n³), no allocation.</summary>
    /// <param name="slice">From <see cref="Predict"/> or <see cref="NoPast"/>, clamped as wanted.</param>
    /// <param name="group">Index in <see cref="Groups"/>.</param>
    /// <param name="logProbabilities">[classes], on return; a binary channel's 0 first.</param>
    public void LogProbabilities(SliceGaussian slice, int group, Span<double> logProbabilities)
    {
        // Beyond what the evidence itself takes of the scratch.
        Span<double> scratch = slice.Scratch.AsSpan((2 * Coordinates * Coordinates) + (3 * Coordinates));
        var evidence = new DiscreteEvidence(Groups[group], slice.Covariance, slice.PriorCovariance, Coordinates, slice.Scratch);
        LogProbabilities(slice.Knowledge, group, evidence, slice.Mean, slice.PriorMean, logProbabilities, scratch);
    }

    /// <summary>The same for one of many slices that share a covariance.</summary>
    /// <param name="knowledge">What the slices are predicted from.</param>
    /// <param name="group">Index in <see cref="Groups"/>.</param>
    /// <param name="evidence">Of the shared covariance.</param>
    /// <param name="mean">The slice's conditional means, [D].</param>
    /// <param name="priorMean">Its means before any clamp, [D].</param>
    /// <param name="logProbabilities">[classes], on return.</param>
    /// <param name="scratch">Classes + D numbers.</param>
    public void LogProbabilities(
        SliceKnowledge knowledge, int group, in DiscreteEvidence evidence, ReadOnlySpan<double> mean, ReadOnlySpan<double> priorMean, Span<double> logProbabilities,
        Span<double> scratch)
    {
        BaseGroup of = Groups[group];
        DiscreteEvidence.LogPrior(priorMean, of, logProbabilities);
        Span<double> scores = scratch[..of.Classes];
        evidence.Scores(mean, priorMean, scores);
        Span<double> inputs = scratch.Slice(of.Classes, DiscreteCalibration.InputsOf(of, Coordinates));
        DiscreteEvidence.Inputs(mean, of, inputs);
        _calibrations[(int)knowledge][group]!.Apply(logProbabilities, scores, inputs);
    }

    /// <summary>Everything fitted, by name: what the constructor takes.</summary>
    public Dictionary<string, BaseTensor> Tensors()
    {
        int d = Coordinates;
        var tensors = new Dictionary<string, BaseTensor>
        {
            ["exogenous"] = new([ExogenousCount + 1, d], _weights),
            ["marginal"] = new([d, d], _marginal),
            ["limits"] = new([d], _limits),
            [FeatureMeanName] = new([ExogenousCount], _featureMean),
            [FeatureCovarianceName] = new([ExogenousCount, ExogenousCount], _featureCovariance),
            ["doubt"] = new([d], _doubt),
            ["dynamics"] = new([1], [_followsDynamics ? 1 : 0]),
        };
        if (_pastlessWeights != _weights)
        {
            tensors[PastlessWeightsName] = new([ExogenousCount + 1, d], _pastlessWeights);
            tensors[PastlessName] = new([d, d], _pastless);
        }

        for (int s = 0; s < _stages.Length; s++)
        {
            LinearStage stage = _stages[s];
            tensors[StageName(s, "own")] = new([d, stage.Lookback], stage.Own);
            tensors[StageName(s, "cross")] = new([stage.CrossSlices, d, d], stage.Cross);
            tensors[StageName(s, "innovation")] = new([d, d], stage.Dynamics.Innovation.ToArray());
        }

        for (int g = 0; g < Groups.Count; g++)
        {
            if (Groups[g].Kind != BaseKind.Real)
            {
                tensors[CalibrationName(g)] = new([Situations, CalibrationWidth(Groups[g], d)], [.. _calibrations.SelectMany(own => own[g]!.Parameters.ToArray())]);
            }
        }

        return tensors;
    }

    /// <summary>Number of <see cref="SliceKnowledge"/> values, each with calibrations of its own.</summary>
    internal const int Situations = 3;

    /// <summary>Coefficients of the mean of a slice without a past, where they are not those that deviations are taken from.</summary>
    internal const string PastlessWeightsName = "pastless.exogenous";

    /// <summary>Covariance around that mean.</summary>
    internal const string PastlessName = "pastless.marginal";

    internal const string FeatureMeanName = "feature_mean";

    internal const string FeatureCovarianceName = "feature_covariance";

    internal static string StageName(int stage, string part) => $"stage{stage}.{part}";

    internal static string CalibrationName(int group) => $"calibration{group}";

    private static int CalibrationWidth(BaseGroup group, int coordinates) =>
        group.Classes + 2 + (group.Classes * DiscreteCalibration.InputsOf(group, coordinates));

    private static double[] Take(IReadOnlyDictionary<string, BaseTensor> tensors, string name, params ReadOnlySpan<int> shape)
    {
        if (!tensors.TryGetValue(name, out BaseTensor tensor))
        {
            throw new FormatException($"The base lacks its tensor {name}.");
        }

        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new FormatException($"The base's tensor {name} has shape [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape.ToArray())}].");
        }

        int count = 1;
        foreach (int size in shape)
        {
            count *= size;
        }

        if (tensor.Values.Length != count)
        {
            throw new FormatException($"The base's tensor {name} has {tensor.Values.Length} numbers, expected {count}.");
        }

        foreach (double value in tensor.Values)
        {
            if (!double.IsFinite(value))
            {
                throw new FormatException($"The base's tensor {name} holds a number that is not finite.");
            }
        }

        return tensor.Values;
    }
}
