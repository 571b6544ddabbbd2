namespace Pallium.Inference;

/// <summary>Mean costs of sequences, and how many roll-outs they took.</summary>
internal sealed class MeanCosts(IRollout rollout, CancellationToken cancellation)
{
    /// <summary>What is rolled out.</summary>
    public IRollout Rollout => rollout;

    /// <summary>Roll-outs so far.</summary>
    public int Spent { get; private set; }

    /// <summary>Mean costs; ∞ where a cost is no finite number.</summary>
    /// <param name="sequences">[count, horizon, actions].</param>
    /// <param name="replicates">Roll-outs of each, even.</param>
    /// <param name="seed">Of the noise, common to all of them.</param>
    /// <param name="means">[count].</param>
    public void Of(ReadOnlySpan<double> sequences, int replicates, ulong seed, Span<double> means)
    {
        cancellation.ThrowIfCancellationRequested();
        var costs = new double[means.Length * replicates];
        rollout.Costs(sequences, replicates, seed, costs, cancellation);
        Spent += costs.Length;
        for (int k = 0; k < means.Length; k++)
        {
            double sum = 0;
            foreach (double cost in costs.AsSpan(k * replicates, replicates))
            {
                sum += cost;
            }

            means[k] = double.IsFinite(sum) ? sum / replicates : double.PositiveInfinity;
        }
    }

    /// <summary>What is done as usual, [count, horizon, actions].</summary>
    public double[] Usual(ulong seed, int count)
    {
        cancellation.ThrowIfCancellationRequested();
        var actions = new double[count * rollout.Horizon * rollout.Actions.Count];
        rollout.Usual(seed, actions, new double[count], cancellation);
        Spent += count;
        return actions;
    }
}
