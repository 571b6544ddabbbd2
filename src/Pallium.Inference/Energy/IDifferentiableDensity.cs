namespace Pallium.Inference;

/// <summary>A density of free coordinates that can be followed uphill: what <see cref="MetropolisLangevin"/> needs to know.</summary>
internal interface IDifferentiableDensity
{
    /// <summary>Free coordinates.</summary>
    int Dimension { get; }

    /// <summary>log p(x) up to a constant, in nats, and its gradient. Called from one thread.</summary>
    /// <param name="x">[dimension].</param>
    /// <param name="gradient">∂ log p/∂x, [dimension], overwritten; not read where the log density is -∞.</param>
    /// <returns>log p(x) + constant; -∞ where x is impossible.</returns>
    double LogDensity(ReadOnlySpan<double> x, Span<double> gradient);
}
