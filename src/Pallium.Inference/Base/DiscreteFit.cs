using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Calibrates the discrete channels of a fitted base on training slices with random clamp sets, for each <see cref="SliceKnowledge"/>.</summary>
internal sealed class DiscreteFit
{
    private const int Examples = 3000;
    private readonly BaseData _data;
    private readonly LinearBase _base;
    private readonly SliceGaussian _slice;
    private readonly double[] _timeless;
    private readonly int[] _order;
    private Rng _rng;

    /// <summary>Prepares to calibrate <paramref name="fitted"/>.</summary>
    public DiscreteFit(BaseData data, LinearBase fitted, ulong seed)
    {
        _data = data;
        _base = fitted;
        _slice = fitted.CreateSlice();
        _timeless = new double[data.ExogenousCount];
        _order = new int[data.Groups.Count];
        _rng = new Rng(seed).For("base calibration");
    }

    /// <summary>A base with the calibration in place.</summary>
    public LinearBase Run()
    {
        int[] discrete = [.. Enumerable.Range(0, _data.Groups.Count).Where(g => _data.Groups[g].Kind != BaseKind.Real)];
        if (discrete.Length == 0)
        {
            return _base;
        }

        Dictionary<string, BaseTensor> tensors = _base.Tensors();
        Sample[][] samples = [.. discrete.Select(g => Enumerable.Range(0, LinearBase.Situations).Select(_ => new Sample(_data.Groups[g], _data.Coordinates)).ToArray())];
        Collect(discrete, samples);
        for (int i = 0; i < discrete.Length; i++)
        {
            double[] all = [.. samples[i].SelectMany(sample => sample.Fit())];
            tensors[LinearBase.CalibrationName(discrete[i])] = new([LinearBase.Situations, all.Length / LinearBase.Situations], all);
        }

        return new LinearBase(_data.Groups, _data.ExogenousCount, tensors);
    }

    private void Collect(int[] discrete, Sample[][] samples)
    {
        int d = _data.Coordinates;
        int e = _data.ExogenousCount;
        int rows = _data.Series.Sum(series => series.Length);
        double share = Math.Min(1, (double)Examples / Math.Max(rows, 1));
        double[] state = new double[_base.StateSize];
        foreach (BaseSeries series in _data.Series)
        {
            _base.Begin(state);
            for (int t = 0; t < series.Length; t++)
            {
                ReadOnlySpan<double> values = series.Values.AsSpan(t * d, d);
                ReadOnlySpan<double> features = series.Exogenous.AsSpan(t * e, e);
                if (_rng.Uniform() < share)
                {
                    features.CopyTo(_timeless);
                    _timeless.AsSpan(0, _data.TimeFeatures).Fill(double.NaN);
                    for (int i = 0; i < discrete.Length; i++)
                    {
                        if (_data.TimeFeatures > 0)
                        {
                            _base.NoPast(_timeless, _slice);
                            Add(discrete[i], values, samples[i]);
                        }

                        _base.NoPast(features, _slice);
                        Add(discrete[i], values, samples[i]);
                        _base.Predict(state, features, series.Elapsed[t], _slice);
                        if (_slice.HasPast)
                        {
                            Add(discrete[i], values, samples[i]);
                        }
                    }
                }

                _base.Update(state, features, series.Elapsed[t], values, _slice);
            }
        }
    }

    /// <summary>Clamps a random set of the other channels and records what the slice then says.</summary>
    private void Add(int group, ReadOnlySpan<double> values, Sample[] samples)
    {
        BaseGroup target = _data.Groups[group];
        int observed = target.Kind == BaseKind.Binary ? (values[target.Start] > 0.5 ? 1 : 0) : Largest(values.Slice(target.Start, target.Count));
        if (double.IsNaN(values[target.Start]))
        {
            return;
        }

        int size = _rng.Below(_order.Length);
        _rng.Permutation(_order);
        foreach (int other in _order)
        {
            BaseGroup clamp = _data.Groups[other];
            if (size > 0 && other != group)
            {
                size--;
                if (!double.IsNaN(values[clamp.Start]))
                {
                    _slice.Clamp(clamp, values.Slice(clamp.Start, clamp.Count));
                }
            }
        }

        samples[(int)_slice.Knowledge].Add(_slice, observed);
    }

    private static int Largest(ReadOnlySpan<double> values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
        {
            largest = values[i] > values[largest] ? i : largest;
        }

        return largest;
    }

    /// <summary>What was seen of one channel.</summary>
    private sealed class Sample(BaseGroup group, int coordinates)
    {
        private readonly List<double> _inputs = [];
        private readonly double[] _means = new double[DiscreteCalibration.InputsOf(group, coordinates)];
        private readonly List<double> _logPriors = [];
        private readonly List<double> _scores = [];
        private readonly List<int> _classes = [];
        private readonly double[] _buffer = new double[group.Classes];

        public void Add(SliceGaussian slice, int observed)
        {
            DiscreteEvidence.LogPrior(slice, group, _buffer);
            _logPriors.AddRange(_buffer);
            DiscreteEvidence.Scores(slice, group, _buffer);
            _scores.AddRange(_buffer);
            DiscreteEvidence.Inputs(slice.Mean, group, _means);
            _inputs.AddRange(_means);
            _classes.Add(observed);
        }

        public double[] Fit()
        {
            var calibration = new DiscreteCalibration(group.Classes, _means.Length);
            calibration.Fit(_logPriors.ToArray(), _scores.ToArray(), _inputs.ToArray(), _classes.ToArray());
            return calibration.Parameters.ToArray();
        }
    }
}
