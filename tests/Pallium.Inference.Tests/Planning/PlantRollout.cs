using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>A plant as its own model. As usual anything is done, all alike.</summary>
internal sealed class PlantRollout(Plant plant, double[] state, int slice, int horizon) : IRollout
{
    public IReadOnlyList<ActionRange> Actions { get; } = [plant.Action];

    public int Horizon => horizon;

    public void Costs(ReadOnlySpan<double> actions, int replicates, ulong seed, Span<double> costs, CancellationToken cancellation)
    {
        for (int i = 0; i < costs.Length; i++)
        {
            costs[i] = Cost(actions.Slice(i / replicates * horizon, horizon), i % replicates, seed);
        }
    }

    public void Usual(ulong seed, Span<double> actions, Span<double> costs, CancellationToken cancellation)
    {
        for (int i = 0; i < costs.Length; i++)
        {
            Rng rng = new Rng(seed).For("usual").For(i);
            Span<double> own = actions.Slice(i * horizon, horizon);
            foreach (ref double action in own)
            {
                action = plant.Action.Draw(ref rng);
            }

            costs[i] = Cost(own, i, seed);
        }
    }

    private double Cost(ReadOnlySpan<double> actions, int replicate, ulong seed)
    {
        Rng rng = new Rng(seed).For("noise").For(replicate / 2);
        Span<double> now = stackalloc double[plant.StateSize];
        state.CopyTo(now);
        double cost = 0;
        for (int h = 0; h < horizon; h++)
        {
            double noise = rng.Normal();
            cost += plant.Step(now, slice + h, actions[h], (replicate & 1) == 0 ? noise : -noise);
        }

        return cost;
    }
}
