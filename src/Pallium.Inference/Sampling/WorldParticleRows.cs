using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Some streams of a learned model, slice by slice: see <see cref="WorldParticles"/>.</summary>
internal sealed class WorldParticleRows : IParticleRows
{
    private readonly WorldParticles _model;
    private readonly WorldEngine _engine;
    private readonly SliceCore _core;
    private readonly SliceLayout _layout;
    private readonly IHeadRows? _head;
    private readonly NetworkScratch? _scratch;
    private readonly double[] _network;
    private readonly double[] _prior;
    private readonly double[] _moves;
    private readonly double[] _response;
    private readonly double[] _elapsed;
    private readonly double[] _inputs;
    private readonly double[] _sharedFeatures;
    private readonly double[] _values;
    private readonly double[] _logits;
    private readonly double[] _real;
    private readonly double[] _discrete;
    private readonly double[] _evidence;
    private readonly double[] _rowScratch;
    private readonly int[] _open;
    private readonly bool[] _known;
    private SharedSlice _slice;
    private int _index;
    private int _rows;
    private bool _usesHead;

    public WorldParticleRows(WorldParticles model, int most)
    {
        _model = model;
        _engine = model.Engine;
        _core = _engine.Core;
        _layout = _core.Layout;
        _slice = model.Shared(0);
        int d = _layout.Coordinates;
        _head = _engine.Network?.NewHeadRows(most);
        _scratch = _engine.Network?.NewScratch();
        _network = new double[most * model.NetworkSize];
        _prior = new double[most * d];
        _moves = new double[d];
        _response = new double[d];
        _elapsed = new double[most];
        _inputs = new double[most * _core.EncoderInputs];
        _sharedFeatures = new double[_core.HeadFeatures];
        _values = new double[most * (d + _layout.DiscreteOutputs)];
        _logits = new double[most * _layout.DiscreteOutputs];
        _real = new double[most * 3 * _layout.Components];
        _discrete = new double[most * Math.Max(1, _layout.DiscreteOutputs)];
        _evidence = new double[1 + _layout.Variables.Where(variable => variable.IsDiscrete).Select(variable => DiscreteEvidence.ScratchSize(variable.Group)).DefaultIfEmpty().Max()];
        _rowScratch = new double[d + Math.Max(2, _layout.DiscreteOutputs)];
        _open = new int[d + _layout.DiscreteOutputs];
        _known = new bool[_layout.Channels];
    }

    public void Begin(int slice, int rows, ReadOnlySpan<double> states, Span<double> means)
    {
        (_index, _rows, _slice) = (slice, rows, _model.Shared(slice));
        int d = _layout.Coordinates;
        _moves.AsSpan().Clear();
        _known.AsSpan().Clear();
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<double> differences = states.Slice((row * _model.StateSize) + _model.DifferencesStart, d * _model.Slices.Count);
            _slice.Response?.Predict(differences, _model.Slices.Count, slice, _moves, _response);
            for (int j = 0; j < d; j++)
            {
                double deviation = _slice.Mean[j] - _slice.MarginalMean[j] + _moves[j];
                means[(row * d) + j] = _slice.Response is null ? _slice.Mean[j] : _slice.MarginalMean[j] + _core.Base.Limited(j, deviation);
            }
        }

        means[..(rows * d)].CopyTo(_prior);
        _usesHead = _head is not null && _engine.Shares.Uses(_slice.Ahead);
        if (_usesHead)
        {
            GatherNetwork(states);
            _head!.Begin(rows, _network);
        }
    }

    public void Believe(int channel, SharedCovariance covariance, ReadOnlySpan<double> means, CellBelief belief)
    {
        int discrete = _layout.DiscreteOf(channel);
        int real = _layout.RealOf(channel);
        bool network = _usesHead && _slice.Ahead <= _engine.Shares.Horizon[channel];
        bool mixes = network && real >= 0 && _engine.Shares.Network[real] > 0;
        bool counts = network && discrete >= 0 && _engine.Shares.Network[discrete] > 0;
        belief.Shape(_rows, discrete < 0 ? 0 : _layout.Variables[discrete].Outcomes, real < 0 ? 0 : mixes ? _layout.Components + 1 : 1);
        (int Start, int Count) wantedReal = mixes ? (_layout.Variables[real].Output, 3 * _layout.Components) : default;
        (int Start, int Count) wantedDiscrete = counts ? (_layout.Variables[discrete].Output, _layout.Variables[discrete].Outcomes) : default;
        if (mixes || counts)
        {
            AskHead(covariance, means, wantedReal, wantedDiscrete);
        }
        else if (discrete >= 0)
        {
            Logits(_layout.Variables[discrete], covariance, means);
        }

        int d = _layout.Coordinates;
        for (int row = 0; row < _rows; row++)
        {
            if (discrete >= 0)
            {
                SliceVariable variable = _layout.Variables[discrete];
                MixtureSpan.BlendOutcomes(
                    LogitsOf(row, variable), _discrete.AsSpan(row * wantedDiscrete.Count, wantedDiscrete.Count), _engine.Shares.Network[discrete], belief.Probabilities(row));
            }

            if (real >= 0)
            {
                SliceVariable variable = _layout.Variables[real];
                Standard standard = _core.StandardOf(means.Slice(row * d, d), covariance.Values, variable);
                belief.Mixture(row).Blend(
                    standard, _real.AsSpan(row * wantedReal.Count, wantedReal.Count), mixes ? _engine.Shares.Network[real] : 0, _engine.Shares.Mean[real]);
            }
        }
    }

    public void Know(int channel, ReadOnlySpan<double> coordinates)
    {
        _known[channel] = true;
        if (!_usesHead)
        {
            return;
        }

        (int values, int means, _, _, _) = _core.FeaturePlaces;
        foreach (SliceVariable variable in _layout.Variables)
        {
            if (variable.Channel == channel)
            {
                // A known coordinate enters twice: as a value, and as a conditional mean.
                Gather(coordinates, variable, _values);
                _head!.Know(values + variable.Coordinate, variable.Coordinates, _values);
                _head.Know(means + variable.Coordinate, variable.Coordinates, _values);
            }
        }
    }

    public void End(ReadOnlySpan<double> coordinates, ReadOnlySpan<double> means, Span<double> states)
    {
        int d = _layout.Coordinates;
        int width = _core.EncoderInputs;
        bool hasCome = _index < _model.Come;
        for (int row = 0; row < _rows; row++)
        {
            Span<double> state = states.Slice(row * _model.StateSize, _model.StateSize);
            ReadOnlySpan<double> own = coordinates.Slice(row * d, d);
            if (hasCome)
            {
                _model.Seen(_index).CopyTo(state);
            }
            else
            {
                _core.TakeIn(
                    state.Slice(_model.MemoryStart, _core.MemorySize), _prior.AsSpan(row * d, d), _slice.Covariance, own, _slice.Features, _slice.Elapsed,
                    _inputs.AsSpan(row * width, width));
            }

            Span<double> differences = state[_model.DifferencesStart..];
            for (int j = 0; j < d; j++)
            {
                double taken = double.IsNaN(own[j]) ? means[(row * d) + j] : own[j];
                differences[(j * _model.Slices.Count) + _index] = taken - _slice.Taken[j];
            }
        }

        bool more = _index + 1 < _model.Slices.Count;
        if (_engine.Network is null || hasCome || !more || !_engine.Shares.Uses(_model.Shared(_index + 1).Ahead))
        {
            return;
        }

        GatherNetwork(states);
        _elapsed.AsSpan(0, _rows).Fill(_slice.Elapsed);
        _engine.StepNetwork(
            _inputs.AsSpan(0, _rows * width), _elapsed.AsSpan(0, _rows), _network.AsSpan(0, _rows * _model.NetworkSize), _scratch);
        for (int row = 0; row < _rows; row++)
        {
            _network.AsSpan(row * _model.NetworkSize, _model.NetworkSize).CopyTo(states[(row * _model.StateSize)..]);
        }
    }

    private void GatherNetwork(ReadOnlySpan<double> states)
    {
        for (int row = 0; row < _rows; row++)
        {
            states.Slice(row * _model.StateSize, _model.NetworkSize).CopyTo(_network.AsSpan(row * _model.NetworkSize));
        }
    }

    private void AskHead(SharedCovariance covariance, ReadOnlySpan<double> means, (int Start, int Count) real, (int Start, int Count) discrete)
    {
        (_, int meansAt, int scalesAt, int maskAt, int logitsAt) = _core.FeaturePlaces;
        int open = 0;
        _sharedFeatures.AsSpan().Clear();
        _slice.Features.CopyTo(_sharedFeatures, 0);
        _sharedFeatures[_core.Exogenous] = Elementary.Log1p(_slice.Elapsed);
        for (int c = 0; c < _known.Length; c++)
        {
            _sharedFeatures[maskAt + c] = _known[c] ? 1 : 0;
        }

        foreach (SliceVariable variable in _layout.Variables)
        {
            if (_known[variable.Channel])
            {
                continue;
            }

            for (int i = variable.Coordinate; i < variable.Coordinate + variable.Coordinates; i++)
            {
                _sharedFeatures[scalesAt + i] = SliceCore.ScaleFeature(covariance.Variance(i));
                _open[open++] = meansAt + i;
            }

            for (int k = 0; k < variable.Outcomes; k++)
            {
                _open[open++] = logitsAt + variable.Output + k;
            }

            if (variable.IsDiscrete)
            {
                Logits(variable, covariance, means);
            }
        }

        int at = 0;
        foreach (SliceVariable variable in _layout.Variables)
        {
            if (!_known[variable.Channel])
            {
                GatherOpen(variable, means, at, open);
                at += variable.Coordinates + variable.Outcomes;
            }
        }

        _head!.Answer(_sharedFeatures, _open.AsSpan(0, open), _values, real, discrete, _real, _discrete);
    }

    /// <summary>Conditional means and logits of an open variable into columns <paramref name="at"/> of the head's row features.</summary>
    private void GatherOpen(SliceVariable variable, ReadOnlySpan<double> means, int at, int open)
    {
        int d = _layout.Coordinates;
        for (int row = 0; row < _rows; row++)
        {
            Span<double> target = _values.AsSpan((row * open) + at);
            for (int i = 0; i < variable.Coordinates; i++)
            {
                double mean = means[(row * d) + variable.Coordinate + i];
                target[i] = variable.IsDiscrete ? mean : SliceCore.Squash(mean);
            }

            for (int k = 0; k < variable.Outcomes; k++)
            {
                target[variable.Coordinates + k] = SliceCore.Squash(LogitsOf(row, variable)[k]);
            }
        }
    }

    private void Gather(ReadOnlySpan<double> coordinates, SliceVariable variable, Span<double> into)
    {
        int d = _layout.Coordinates;
        for (int row = 0; row < _rows; row++)
        {
            for (int i = 0; i < variable.Coordinates; i++)
            {
                double value = coordinates[(row * d) + variable.Coordinate + i];
                into[(row * variable.Coordinates) + i] = variable.IsDiscrete ? value : SliceCore.Squash(value);
            }
        }
    }

    private void Logits(SliceVariable variable, SharedCovariance covariance, ReadOnlySpan<double> means)
    {
        int d = _layout.Coordinates;
        var evidence = new DiscreteEvidence(variable.Group, covariance.Values, _slice.Covariance, d, _evidence);
        for (int row = 0; row < _rows; row++)
        {
            _core.Base.LogProbabilities(
                _slice.Knowledge, variable.Index, evidence, means.Slice(row * d, d), _prior.AsSpan(row * d, d), LogitsOf(row, variable), _rowScratch);
        }
    }

    private Span<double> LogitsOf(int row, SliceVariable variable) => _logits.AsSpan((row * _layout.DiscreteOutputs) + variable.Output, variable.Outcomes);
}
