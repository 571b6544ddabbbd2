using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The learned model rolled out: acted cells are known path by path, all others are drawn.</summary>
/// <remarks>Actions are no evidence: paths are not weighted by how likely the model held them to be.</remarks>
internal sealed class WorldRollout : IRollout
{
    private readonly WorldEngine _engine;
    private readonly StreamState _start;
    private readonly SlicePlan[] _slices;
    private readonly int[] _act;
    private readonly CellFunction _cost;
    private readonly double[] _seen;
    private readonly int _threads;
    private WorldParticles? _acted;
    private int _room;

    /// <param name="engine">The model.</param>
    /// <param name="start">Where it stands.</param>
    /// <param name="slices">Slices to come, with what is known of them.</param>
    /// <param name="act">Channels that are acted on.</param>
    /// <param name="ranges">What they may be.</param>
    /// <param name="cost">Of a slice: cells at offsets 0 and -1.</param>
    /// <param name="threads">Threads.</param>
    public WorldRollout(WorldEngine engine, StreamState start, SlicePlan[] slices, int[] act, IReadOnlyList<ActionRange> ranges, CellFunction cost, int threads)
    {
        (_engine, _start, _slices, _act, Actions, _cost, _threads) = (engine, start, slices, act, ranges, cost, threads);
        _seen = LastSeen.Values(engine, start);
    }

    public IReadOnlyList<ActionRange> Actions { get; }

    public int Horizon => _slices.Length;

    public void Costs(ReadOnlySpan<double> actions, int replicates, ulong seed, Span<double> costs, CancellationToken cancellation)
    {
        using SampledPaths paths = Sample(actions, replicates, costs.Length, seed, all: false, cancellation);
        costs.Clear();
        for (int h = 0; h < Horizon; h++)
        {
            AddCosts(paths, h, costs);
        }
    }

    public void Usual(ulong seed, Span<double> actions, Span<double> costs, CancellationToken cancellation)
    {
        using SampledPaths paths = Sample([], null, costs.Length, seed, all: false, cancellation);
        costs.Clear();
        for (int h = 0; h < Horizon; h++)
        {
            AddCosts(paths, h, costs);
            for (int a = 0; a < _act.Length; a++)
            {
                ReadOnlySpan<double> done = paths.Kept(h, _act[a]);
                for (int p = 0; p < done.Length; p++)
                {
                    actions[(((p * Horizon) + h) * _act.Length) + a] = done[p];
                }
            }
        }
    }

    /// <summary>Paths along one sequence, all channels kept; to be given back when they have been read.</summary>
    public SampledPaths Along(ReadOnlySpan<double> actions, int count, ulong seed, CancellationToken cancellation) =>
        Sample(actions, null, count, seed, all: true, cancellation);

    /// <summary>Adds what a slice costs on every path.</summary>
    public void AddCosts(SampledPaths paths, int slice, Span<double> costs)
    {
        var cells = new double[_cost.Cells.Count];
        for (int p = 0; p < costs.Length; p++)
        {
            for (int i = 0; i < cells.Length; i++)
            {
                CellAddress cell = _cost.Cells[i];
                int from = slice + cell.Offset;
                cells[i] = from < 0 ? _seen[cell.Channel] : paths.Kept(from, cell.Channel)[p];
            }

            costs[p] += _cost.Evaluate(cells);
        }
    }

    /// <summary>Paths along sequences of actions, <paramref name="replicates"/> each (null: all along one); without actions along none.</summary>
    private SampledPaths Sample(ReadOnlySpan<double> actions, int? replicates, int count, ulong seed, bool all, CancellationToken cancellation)
    {
        WorldParticles model = actions.Length == 0 ? new WorldParticles(_engine, _start, _slices) : Acted(count);
        for (int h = 0; h < Horizon && actions.Length > 0; h++)
        {
            for (int a = 0; a < _act.Length; a++)
            {
                double[] values = model.Slices[h].Cells[_act[a]].ByPath!;
                for (int p = 0; p < count; p++)
                {
                    values[p] = actions[((((replicates is int each ? p / each : 0) * Horizon) + h) * _act.Length) + a];
                }
            }
        }

        return ParticleSampler.Run(
            model, new SamplerOptions(count, seed) { Replicates = replicates, ResampleBelow = 0, Weighs = false, Threads = _threads, Keep = all ? null : Keep() }, cancellation);
    }

    /// <summary>The model with room for the actions of so many paths. What paths share does not depend on what they do, and is worked out once.</summary>
    private WorldParticles Acted(int count)
    {
        if (_acted is null || count > _room)
        {
            _room = count;
            SlicePlan[] slices = [.. _slices.Select(slice => slice with { Cells = [.. slice.Cells] })];
            foreach (SlicePlan slice in slices)
            {
                foreach (int channel in _act)
                {
                    slice.Cells[channel] = new CellPlan(CellRole.Drawn) { ByPath = new double[count] };
                }
            }

            _acted = new WorldParticles(_engine, _start, slices);
        }

        return _acted;
    }

    private bool[][] Keep()
    {
        bool[][] keep = [.. _slices.Select(slice => new bool[slice.Cells.Length])];
        for (int h = 0; h < Horizon; h++)
        {
            foreach (int channel in _act)
            {
                keep[h][channel] = true;
            }

            foreach (CellAddress cell in _cost.Cells.Where(cell => h + cell.Offset >= 0))
            {
                keep[h + cell.Offset][cell.Channel] = true;
            }
        }

        return keep;
    }
}
