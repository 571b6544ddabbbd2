namespace Pallium.Inference;

/// <summary>What planning needs of a model: what sequences of actions cost, time and again under fresh noise. The learned model is one such model, a simulator another.</summary>
internal interface IRollout
{
    /// <summary>What is acted on, and within which bounds.</summary>
    IReadOnlyList<ActionRange> Actions { get; }

    /// <summary>Slices of a sequence.</summary>
    int Horizon { get; }

    /// <summary>Rolls sequences of actions out.</summary>
    /// <param name="actions">[sequences, horizon, actions].</param>
    /// <param name="replicates">How often each is rolled out, even: in antithetic pairs, whose noise is opposite.</param>
    /// <param name="seed">Of the noise. Replicate m has the same noise in every sequence, so that they differ by what they do.</param>
    /// <param name="costs">Receives what each roll-out costs in all its slices, [sequences, replicates].</param>
    /// <param name="cancellation">Stops it.</param>
    void Costs(ReadOnlySpan<double> actions, int replicates, ulong seed, Span<double> costs, CancellationToken cancellation);

    /// <summary>Rolls out what would be done without a plan.</summary>
    /// <param name="seed">Of actions and noise, which is that of sequences rolled out with the same seed.</param>
    /// <param name="actions">Receives what was done, [roll-outs, horizon, actions].</param>
    /// <param name="costs">Receives what that cost, [roll-outs], an even number.</param>
    /// <param name="cancellation">Stops it.</param>
    void Usual(ulong seed, Span<double> actions, Span<double> costs, CancellationToken cancellation);
}
