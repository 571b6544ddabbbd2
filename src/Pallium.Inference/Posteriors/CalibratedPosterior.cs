namespace Pallium.Inference;

/// <summary>A posterior whose quantiles are asked for at calibrated levels; all else is the model's own.</summary>
internal sealed class CalibratedPosterior(Posterior inner, Func<double, double> level) : Posterior(inner.Channel)
{
    public override double Mean => inner.Mean;

    public override double StandardDeviation => inner.StandardDeviation;

    public override IReadOnlyList<Outcome> Outcomes => inner.Outcomes;

    public override double Quantile(double p) => inner is SamplePosterior samples ? samples.QuantileBeyond(level(p)) : inner.Quantile(level(p));

    public override double Cdf(double x) => inner.Cdf(x);

    public override double LogProbability(double value) => inner.LogProbability(value);

    private protected override double Likeliest => inner.Outcomes.Count == 0 ? double.NaN : inner.Best;
}
