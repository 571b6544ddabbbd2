using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Some of the sampler's streams, side by side: what one thread does with a slice.</summary>
/// <remarks>All streams of a chunk take a slice's cells in one order, drawn for chunk and slice: known cells first, then bounded ones, then the others.</remarks>
internal sealed class ParticleChunk
{
    /// <summary>Streams of a chunk.</summary>
    public const int Size = 128;

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
        _rows = model.NewRows(Size);
        _draw = new ChannelDraw(model.Layout);
        _plain = new SharedCovariance(_d);
        _guided = new SharedCovariance(_d);
        _priorMeans = new double[Size * _d];
        _means = new double[Size * _d];
        _guidedMeans = new double[Size * _d];
        _coordinates = new double[Size * _d];
        _innovation = new double[_d];
        _scratch = new double[2 * (lookahead.Count + 1)];
        _order = new int[model.Layout.Channels];
    }

    /// <summary>Samples a slice for the chunk's streams.</summary>
    /// <param name="slice">Which.</param>
    /// <param name="first">Number of the first stream, a multiple of <see cref="Size"/>.</param>
    /// <param name="states">[count, StateSize], advanced unless it is the last slice.</param>
    /// <param name="ahead">μ of the look-ahead, [count, cells], advanced.</param>
    /// <param name="sums">What the relations' cells so far add up to, [count, relations], advanced.</param>
    /// <param name="logWeights">[count], added to.</param>
    /// <param name="paths">Keeps values.</param>
    /// <returns>What became of the slice's known and bounded cells.</returns>
    public ChunkReport Sample(
        int slice, int first, Span<double> states, Span<double> ahead, Span<double> sums, Span<double> logWeights, SampledPaths paths)
    {
        Lookahead.Step step = _lookahead.At(slice);
        (_first, _rowCount, _report) = (first, logWeights.Length, new ChunkReport(null, null, 0));
        _rows.Begin(slice, _rowCount, states, _means);
        _means.CopyTo(_priorMeans, 0);
        _coordinates.AsSpan().Fill(double.NaN);
        Steer(slice, step, ahead, logWeights);
        _plain.Reset(_model.Covariance(slice));
        _guided.Reset(step.IsActive ? step.Covariance : _model.Covariance(slice));
        CellPlan[] cells = _model.Slices[slice].Cells;
        bool last = slice == _model.Slices.Count - 1;
        bool hides = false;
        foreach (int channel in Order(slice, cells))
        {
            bool idle = last && cells[channel].Role == CellRole.Drawn && !cells[channel].IsBounded && !paths.Keeps(slice, channel) && !_relations.Reads(slice, channel);
            hides |= cells[channel].Role == CellRole.Hidden;
            if (cells[channel].Role != CellRole.Hidden && !idle)
            {
                Take(slice, channel, cells[channel], step.IsActive ? _guided : null, sums, logWeights, paths);
            }
        }

        if (!last)
        {
            Advance(step, hides, ahead, logWeights);
            _rows.End(_coordinates, _means, states);
        }

        return _report;
    }

    /// <summary>Weights for the cells that begin to steer or no longer do, and the slices' means given those that do.</summary>
    private void Steer(int slice, Lookahead.Step step, ReadOnlySpan<double> ahead, Span<double> logWeights)
    {
        int n = _lookahead.Count;
        Lookahead.Step? before = slice > 0 ? _lookahead.At(slice - 1) : null;
        for (int row = 0; row < _rowCount; row++)
        {
            ReadOnlySpan<double> own = ahead.Slice(row * n, n);
            Span<double> guided = _guidedMeans.AsSpan(row * _d, _d);
            if (before is { IsActive: true })
            {
                logWeights[row] -= before.LogAfter(own, _scratch);
            }

            if (step.IsActive)
            {
                logWeights[row] += step.LogBefore(own, _scratch);
                step.Guide(own, _means.AsSpan(row * _d, _d), guided);
            }
        }

        if (!step.IsActive)
        {
            _means.CopyTo(_guidedMeans, 0);
        }
    }

    /// <summary>The look-ahead takes in the slice. Coordinates that were not taken leave a spread, which ψ after the slice does not have.</summary>
    private void Advance(Lookahead.Step step, bool hides, Span<double> ahead, Span<double> logWeights)
    {
        int n = _lookahead.Count;
        double[]? factor = hides && step.IsActive ? step.FactorWith(_plain.Values) : null;
        for (int row = 0; row < _rowCount && n > 0; row++)
        {
            for (int j = 0; j < _d; j++)
            {
                _innovation[j] = _means[(row * _d) + j] - _priorMeans[(row * _d) + j];
            }

            Span<double> own = ahead.Slice(row * n, n);
            step.Advance(_innovation, own);
            if (factor is not null)
            {
                logWeights[row] += step.LogAfter(own, _scratch) - step.LogDensity(factor, own, _scratch);
            }
        }
    }

    private ReadOnlySpan<int> Order(int slice, CellPlan[] cells)
    {
        _noise.For("order").For(slice).For(_options.Replicates is null ? _first / Size : 0).Permutation(_order);
        if (_options.KnownFirst)
        {
            Array.Sort([.. _order.Select((channel, i) => (Rank(cells[channel]) * _order.Length) + i)], _order);
        }

        return _order;
    }

    private static int Rank(CellPlan cell) => cell.Role == CellRole.Known ? 0 : cell.IsBounded ? 1 : 2;

    /// <summary>Draws a channel's cell, or takes it as known, weighs it, and conditions the slice on it.</summary>
    private void Take(int slice, int channel, CellPlan cell, SharedCovariance? guided, Span<double> sums, Span<double> logWeights, SampledPaths paths)
    {
        _rows.Believe(channel, _plain, _means, _belief);
        _draw.Begin(channel, _plain, guided);
        Rng noise = _noise.For("paths").For(slice).For(channel);
        bool relates = _relations.Reads(slice, channel);
        bool keeps = paths.Keeps(slice, channel);
        double likeliest = double.NegativeInfinity;
        bool alive = false;
        for (int row = 0; row < _rowCount; row++)
        {
            Span<double> own = sums.Slice(row * _relations.Count, _relations.Count);
            CellBounds bounds = CellBounds.Of(cell, _first + row);
            if (relates)
            {
                _relations.Narrow(slice, channel, own, ref bounds);
            }

            int path = _first + row;
            Rng rng = noise.For((_options.Replicates is int replicates ? path % replicates : path) / (_options.Antithetic ? 2 : 1));
            DrawnCell drawn = _draw.Take(
                _belief, row, bounds, ref rng, mirrored: _options.Antithetic && (row & 1) != 0, _means.AsSpan(row * _d, _d), _guidedMeans.AsSpan(row * _d, _d),
                _coordinates.AsSpan(row * _d, _d));
            logWeights[row] += drawn.LogWeight;
            alive |= logWeights[row] > double.NegativeInfinity;
            likeliest = Math.Max(likeliest, drawn.LogMass);
            if (relates || keeps)
            {
                double value = _draw.Decode(drawn);
                paths.Keep(slice, channel, _first + row, value);
                _relations.Add(slice, channel, value, relates ? own : []);
            }
        }

        _report = _report.With(alive ? null : cell.Clamp ?? _relations.Of(slice, channel), cell.Clamp ?? _relations.Of(slice, channel), likeliest);
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
