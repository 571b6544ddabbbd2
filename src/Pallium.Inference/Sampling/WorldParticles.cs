using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A learned model as the sampler sees it.</summary>
/// <remarks>
/// One stream, the guide, is led through the slices by the base itself, along its conditional means. It gives covariances and
/// all bookkeeping; the other streams only carry how their slices differ from the guide's, to which predictions respond linearly. A state is
/// [network | last seen coordinates | ages | differences, coordinate by coordinate].
/// </remarks>
internal sealed class WorldParticles : IParticleModel
{
    private readonly StreamState _start;
    private readonly SharedSlice[] _shared;
    private readonly double[] _freeMeans;
    private readonly double[][] _impulses;
    private readonly double[] _nothing;
    private readonly Lazy<double[][]> _seen;

    /// <summary>Leads the guide through the slices.</summary>
    /// <param name="engine">The model.</param>
    /// <param name="start">The stream before the first slice.</param>
    /// <param name="slices">What becomes of the cells.</param>
    /// <param name="reach">Slices over which <see cref="Response"/> is known.</param>
    public WorldParticles(WorldEngine engine, StreamState start, IReadOnlyList<SlicePlan> slices, int reach = Lookahead.Reach)
    {
        Engine = engine;
        Slices = slices;
        _start = start;
        NetworkSize = engine.Network?.StateSize ?? 0;
        LinearBase linear = engine.Core.Base;
        int d = engine.Core.Layout.Coordinates;
        _shared = new SharedSlice[slices.Count];
        double[] guide = start.Core[..linear.StateSize];
        SliceGaussian gaussian = linear.CreateSlice();
        SliceGaussian scratch = linear.CreateSlice();
        int ahead = 1;
        double last = start.Time;
        for (int h = 0; h < slices.Count; h++)
        {
            double elapsed = engine.Schema.IsTable || double.IsNaN(last) || double.IsNaN(slices[h].Time) ? 1 : (slices[h].Time - last) / engine.Schema.Time.Step;
            _shared[h] = new SharedSlice(engine, start, slices[h], elapsed, ahead, guide, gaussian, scratch);
            last = slices[h].Time;
            ahead = slices[h].IsMostlyKnown ? 1 : ahead + 1;
        }

        double[] features = [.. _shared.SelectMany(shared => shared.Features)];
        _freeMeans = new double[slices.Count * d];
        linear.Rollout(start.Core, features, _freeMeans, gaussian);
        _impulses = slices.Count > 1 && _shared[1].Response is { } response ? response.Impulses(Math.Min(slices.Count - 1, reach)) : [];
        _nothing = new double[d * d];
        Come = slices.TakeWhile(slice => slice.HasCome).Count();
        _seen = new Lazy<double[][]>(See);
    }

    public WorldEngine Engine { get; }

    public SliceLayout Layout => Engine.Core.Layout;

    public IReadOnlyList<SlicePlan> Slices { get; }

    public int StateSize => MemoryStart + Engine.Core.MemorySize + (Layout.Coordinates * Slices.Count);

    /// <summary>Numbers of the network's state.</summary>
    public int NetworkSize { get; }

    /// <summary>Where a state keeps what was last seen.</summary>
    public int MemoryStart => NetworkSize;

    /// <summary>Where it keeps differences, slices of a coordinate side by side.</summary>
    public int DifferencesStart => MemoryStart + Engine.Core.MemorySize;

    public void Start(Span<double> state)
    {
        state.Clear();
        _start.Network.CopyTo(state);
        _start.Core.AsSpan(Engine.Core.Base.StateSize).CopyTo(state[MemoryStart..]);
    }

    public ReadOnlySpan<double> Covariance(int slice) => _shared[slice].Covariance;

    public ReadOnlySpan<double> FreeMean(int slice) => _freeMeans.AsSpan(slice * Layout.Coordinates, Layout.Coordinates);

    public ReadOnlySpan<double> Response(int slice, int ahead) => ahead < _impulses.Length ? _impulses[ahead] : _nothing;

    /// <summary>How many slices have come (<see cref="SlicePlan.HasCome"/>): the first ones.</summary>
    public int Come { get; }

    /// <summary>What every state holds after a slice that has come, network and memory, up to <see cref="DifferencesStart"/>.</summary>
    public ReadOnlySpan<double> Seen(int slice) => _seen.Value[slice];

    /// <summary>What all streams share about a slice.</summary>
    public SharedSlice Shared(int slice) => _shared[slice];

    public IParticleRows NewRows(int most) => new WorldParticleRows(this, most);

    private double[][] See()
    {
        var observer = new SliceObserver(Engine);
        StreamState state = _start.Copy();
        var seen = new double[Come][];
        for (int h = 0; h < Come; h++)
        {
            observer.Advance(state, Slices[h].Time, Slices[h].Values);
            seen[h] = [.. state.Network, .. state.Core.AsSpan(Engine.Core.Base.StateSize)];
        }

        return seen;
    }
}
