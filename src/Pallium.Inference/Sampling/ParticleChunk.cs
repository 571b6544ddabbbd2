using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Some of the sampler's streams, side by side: what one thread does with a slice.</summary>
/// <remarks>All streams of a chunk take a slice's cells in one order, drawn for chunk and slice: known cells first, then bounded ones, then the others.</remarks>
internal sealed class ParticleChunk
{
    private readonly IParticleModel _model;
    private readonly Lookahead _lookahead;
    private readonly RelationPlan _relations;
    private readonly SamplerOptions _options;
    private readonly Rng _noise;
    private readonly int _d;
    private readonly IParticleRows _rows;
    private readonly ChannelDraw _draw;
    private readonly CellBelief _belief = new();
    private readonly SharedCovariance _plain;
    private readonly SharedCovariance _guided;
    private readonly double[] _priorMeans;
    private readonly double[] _means;
    private readonly double[] _guidedMeans;
    private readonly double[] _coordinates;
    private readonly double[] _innovation;
    private readonly double[] _scratch;
    private readonly int[] _order;
    private int _first;
    private int _rowCount;
    private ChunkReport _report;

    /// <param name="model">What is sampled.</param>
    /// <param name="lookahead">What steers it.</param>
    /// <param name="relations">Relations between cells.</param>
    /// <param name="options">How.</param>
    public ParticleChunk(IParticleModel model, Lookahead lookahead, RelationPlan relations, SamplerOptions options)
    {
        (_model, _lookahead, _relations, _options) = (model, lookahead, relations, options);
        _noise = new Rng(options.Seed);
        _d = model.Layout.Coordinates;
        int most = options.ChunkSize;
        _rows = model.NewRows(most);
        _draw = new ChannelDraw(model.Layout);
        _plain = new SharedCovariance(_d);
        _guided = new SharedCovariance(_d);
        _priorMeans = new double[most * _d];
        _means = new double[most * _d];
        _guidedMeans = new double[most * _d];
        _coordinates = new double[most * _d];
        _innovation = new double[_d];
        _scratch = new double[2 * (lookahead.Count + 1)];
        _order = new int[model.Layout.Channels];
    }

    /// <summary>Encoded slices of the streams that were sampled last, [count, D]; NaN for holes.</summary>
    public ReadOnlySpan<double> Coordinates => _coordinates.AsSpan(0, _rowCount * _d);

    /// <summary>The order in which their cells were taken.</summary>
    public ReadOnlySpan<int> LastOrder => _order;

    /// <summary>Samples a slice for some streams.</summary>
    /// <param name="slice">Which.</param>
    /// <param name="first">Number of the first stream.</param>
    /// <param name="rows">The streams, at most <see cref="SamplerOptions.ChunkSize"/>; weighed, and advanced unless it is the last slice.</param>
    /// <param name="paths">Keeps values; null: nothing does.</param>
    /// <param name="kept">A path that all streams follow instead of drawing, in its order; weights are as if they had drawn it. Null: they draw.</param>
    /// <param name="densities">Is added the model's own log density of the slice, [count]; may be empty.</param>
    /// <returns>What became of the slice's known and bounded cells.</returns>
    public ChunkReport Sample(int slice, int first, StreamRows rows, SampledPaths? paths, KeptPath? kept = null, Span<double> densities = default)
    {
        Lookahead.Step step = _lookahead.At(slice);
        (_first, _rowCount, _report) = (first, rows.Count, new ChunkReport(null, null, 0));
        _rows.Begin(slice, _rowCount, rows.States, _means);
        _means.CopyTo(_priorMeans, 0);
        _coordinates.AsSpan().Fill(double.NaN);
        Steer(slice, step, rows);
        _plain.Reset(_model.Covariance(slice));
        _guided.Reset(step.IsActive ? step.Covariance : _model.Covariance(slice));
        CellPlan[] cells = _model.Slices[slice].Cells;
        bool last = slice == _model.Slices.Count - 1;
        bool hides = false;
        SetOrder(slice, cells, kept);
        foreach (int channel in _order)
        {
            bool idle = last && cells[channel].Role == CellRole.Drawn && !cells[channel].IsBounded && !Keeps(slice, channel) && !_relations.Reads(slice, channel);
            hides |= cells[channel].Role == CellRole.Hidden;
            if (cells[channel].Role != CellRole.Hidden && !idle)
            {
                Take(slice, channel, step.IsActive ? _guided : null, rows, paths, kept, densities);
            }
        }

        if (!last)
        {
            Advance(step, hides, rows);
            _rows.End(_coordinates, _means, rows.States);
        }

        return _report;
    }

    private bool Keeps(int slice, int channel) => _options.Keep?[slice][channel] ?? true;

    /// <summary>Weights for the cells that begin to steer or no longer do, and the slices' means given those that do.</summary>
    private void Steer(int slice, Lookahead.Step step, StreamRows rows)
    {
        int n = _lookahead.Count;
        Lookahead.Step? before = slice > 0 ? _lookahead.At(slice - 1) : null;
        for (int row = 0; row < _rowCount; row++)
        {
            ReadOnlySpan<double> own = rows.Ahead.Slice(row * n, n);
            Span<double> guided = _guidedMeans.AsSpan(row * _d, _d);
            if (before is { IsActive: true })
            {
                rows.LogWeights[row] -= before.LogAfter(own, _scratch);
            }

            if (step.IsActive)
            {
                rows.LogWeights[row] += step.LogBefore(own, _scratch);
                step.Guide(own, _means.AsSpan(row * _d, _d), guided);
            }
        }

        if (!step.IsActive)
        {
            _means.CopyTo(_guidedMeans, 0);
        }
    }

    /// <summary>The look-ahead takes in the slice. Coordinates that were not taken leave a spread, which ψ after the slice does not have.</summary>
    private void Advance(Lookahead.Step step, bool hides, StreamRows rows)
    {
        int n = _lookahead.Count;
        double[]? factor = hides && step.IsActive ? step.FactorWith(_plain.Values) : null;
        for (int row = 0; row < _rowCount && n > 0; row++)
        {
            for (int j = 0; j < _d; j++)
            {
                _innovation[j] = _means[(row * _d) + j] - _priorMeans[(row * _d) + j];
            }

            Span<double> own = rows.Ahead.Slice(row * n, n);
            step.Advance(_innovation, own);
            if (factor is not null)
            {
                rows.LogWeights[row] += step.LogAfter(own, _scratch) - step.LogDensity(factor, own, _scratch);
            }
        }
    }

    private void SetOrder(int slice, CellPlan[] cells, KeptPath? kept)
    {
        if (kept is not null)
        {
            kept.Order(slice).CopyTo(_order);
            return;
        }

        _noise.For("order").For(slice).For(_options.Replicates is null ? _options.ChunkOf(_first) : 0).Permutation(_order);
        if (_options.KnownFirst)
        {
            Array.Sort([.. _order.Select((channel, i) => (Rank(cells[channel]) * _order.Length) + i)], _order);
        }
    }

    private static int Rank(CellPlan cell) => cell.Role == CellRole.Known ? 0 : cell.IsBounded ? 1 : 2;

    /// <summary>Draws a channel's cell, or takes it as known or kept, weighs it, and conditions the slice on it.</summary>
    private void Take(int slice, int channel, SharedCovariance? guided, StreamRows rows, SampledPaths? paths, KeptPath? kept, Span<double> densities)
    {
        CellPlan cell = _model.Slices[slice].Cells[channel];
        _rows.Believe(channel, _plain, _means, _belief);
        _draw.Begin(channel, _plain, guided);
        Rng noise = _noise.For("paths").For(slice).For(channel);
        bool relates = _relations.Reads(slice, channel);
        bool keeps = Keeps(slice, channel);
        ReadOnlySpan<double> given = kept is null ? [] : kept.Coordinates(slice);
        double likeliest = double.NegativeInfinity;
        bool alive = false;
        for (int row = 0; row < _rowCount; row++)
        {
            Span<double> own = rows.Sums.Slice(row * _relations.Count, _relations.Count);
            int path = _first + row;
            CellBounds bounds = CellBounds.Of(cell, path);
            if (relates)
            {
                _relations.Narrow(slice, channel, own, ref bounds);
            }

            Rng rng = noise.For((_options.Replicates is int replicates ? path % replicates : path) / (_options.Antithetic ? 2 : 1));
            DrawnCell drawn = _draw.Take(
                _belief, row, bounds, ref rng, mirrored: _options.Antithetic && (path & 1) != 0, given, _means.AsSpan(row * _d, _d), _guidedMeans.AsSpan(row * _d, _d),
                _coordinates.AsSpan(row * _d, _d));
            rows.LogWeights[row] += drawn.LogWeight;
            alive |= rows.LogWeights[row] > double.NegativeInfinity;
            likeliest = Math.Max(likeliest, drawn.LogMass);
            if (!densities.IsEmpty)
            {
                densities[row] += _draw.LogDensity(_belief, row, bounds, drawn);
            }

            if (relates || keeps)
            {
                double value = _draw.Decode(drawn);
                paths?.Keep(slice, channel, path, value);
                if (relates)
                {
                    _relations.Add(slice, channel, value, own);
                }
            }
        }

        Clamp? clamp = cell.Clamp ?? _relations.Of(slice, channel);
        _report = _report.With(alive ? null : clamp, clamp, likeliest);
        _rows.Know(channel, _coordinates);
    }
}

/// <summary>What became of a slice's known and bounded cells.</summary>
/// <param name="Broken">The first clamp after which no stream had any weight; null: there was none.</param>
/// <param name="Unlikeliest">The clamp that even the stream which believed most in it held to be least likely; null: there was none.</param>
/// <param name="LogMass">log of that probability.</param>
internal readonly record struct ChunkReport(Clamp? Broken, Clamp? Unlikeliest, double LogMass)
{
    /// <summary>With one more cell.</summary>
    public ChunkReport With(Clamp? broken, Clamp? clamp, double logMass)
    {
        ChunkReport report = this with { Broken = Broken ?? broken };
        return clamp is not null && logMass < LogMass ? report with { Unlikeliest = clamp, LogMass = logMass } : report;
    }
}
