using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Langevin refinement with Metropolis correction (MALA): many chains that start from a proposal's draws.</summary>
/// <remarks>
/// x' = x + ½ε²·P·∇log p(x) + ε·P^½·n, accepted with min(1, p(x')q(x|x')/(p(x)q(x'|x))), so that p is left exactly as it is whatever the step.
/// P is diagonal: the variances of the starts. log ε follows the acceptance (Robbins-Monro, t^(-0.6)) in the warm-up only. Chain c draws from stream c. A bad gradient costs acceptance, never
/// correctness. Source: Roberts and Tweedie, Bernoulli 2, 1996; as refinement of a proposal: Strauss and Oliva, NeurIPS 2021 (ACE).
/// </remarks>
internal static class MetropolisLangevin
{
    private const double Decay = 0.6;

    /// <summary>Runs the chains.</summary>
    /// <param name="density">What is sampled.</param>
    /// <param name="starts">Draws of the proposal, [chains][dimension], at least two, with a finite log density.</param>
    /// <param name="options">How long.</param>
    /// <param name="rng">Same stream, same bits.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">A start is impossible under the density.</exception>
    public static LangevinResult Run(
        IDifferentiableDensity density, double[][] starts, LangevinOptions options, Rng rng, CancellationToken cancellation = default)
    {
        double[] deviations = Deviations(starts, density.Dimension);
        Chain[] chains = [.. starts.Select((start, c) => new Chain(density, start, deviations, rng.For(c)))];
        double logStep = Elementary.Log(1.65) - (Elementary.Log((double)density.Dimension) / 6);
        for (int t = 0; t < options.WarmUp; t++)
        {
            double acceptance = Advance(chains, logStep, cancellation);
            logStep += (acceptance - options.Acceptance) * Elementary.Pow(t + 1, -Decay) * 2;
        }

        double total = 0;
        double[][][] kept = [.. chains.Select(_ => new double[options.Steps][])];
        for (int t = 0; t < options.Steps; t++)
        {
            total += Advance(chains, logStep, cancellation);
            for (int c = 0; c < chains.Length; c++)
            {
                kept[c][t] = [.. chains[c].State];
            }
        }

        var worth = Enumerable.Range(0, density.Dimension)
            .Select(i => ChainDiagnostics.Of([.. kept.Select(chain => chain.Select(x => x[i]).ToArray())])).ToArray();
        return new LangevinResult(kept)
        {
            Acceptance = total / options.Steps,
            StepSize = Elementary.Exp(logStep),
            EffectiveSampleSizes = [.. worth.Select(w => w.EffectiveSampleSize)],
            StandardErrors = [.. worth.Select(w => w.StandardError)],
            ScaleReductions = [.. worth.Select(w => w.PotentialScaleReduction)],
        };
    }

    /// <summary>One step of every chain; returns their mean probability of acceptance.</summary>
    private static double Advance(Chain[] chains, double logStep, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        double step = Elementary.Exp(logStep);
        double sum = 0;
        foreach (Chain chain in chains)
        {
            sum += chain.Step(step);
        }

        return sum / chains.Length;
    }

    private static double[] Deviations(double[][] starts, int dimension)
    {
        var deviations = new double[dimension];
        for (int i = 0; i < dimension; i++)
        {
            double mean = starts.Sum(x => x[i]) / starts.Length;
            double variance = starts.Sum(x => (x[i] - mean) * (x[i] - mean)) / Math.Max(1, starts.Length - 1);
            deviations[i] = variance > 0 ? Math.Sqrt(variance) : 1;
        }

        return deviations;
    }

    /// <summary>One chain, in units of the deviations: y = x/P^½, so that the step reads y' = y + ½ε²·∇ + ε·n.</summary>
    private sealed class Chain
    {
        private readonly IDifferentiableDensity _density;
        private readonly double[] _deviations;
        private readonly double[] _noise;
        private double[] _gradient;
        private double[] _proposed;
        private double[] _proposedGradient;
        private double _log;
        private Rng _rng;

        public Chain(IDifferentiableDensity density, double[] start, double[] deviations, Rng rng)
        {
            int n = density.Dimension;
            _density = density;
            _deviations = deviations;
            _rng = rng;
            State = [.. start];
            _gradient = new double[n];
            _noise = new double[n];
            _proposed = new double[n];
            _proposedGradient = new double[n];
            _log = density.LogDensity(State, _gradient);
            if (!double.IsFinite(_log))
            {
                throw new ArgumentException($"A chain starts where the log density is {_log}; starts must be possible.", nameof(start));
            }
        }

        public double[] State { get; private set; }

        /// <summary>Proposes a state, takes it or not, and returns the probability of taking it.</summary>
        public double Step(double step)
        {
            double half = 0.5 * step * step;
            double forward = 0;
            for (int i = 0; i < State.Length; i++)
            {
                _noise[i] = _rng.Normal();
                double p = _deviations[i];
                _proposed[i] = State[i] + (half * p * p * _gradient[i]) + (step * p * _noise[i]);
                forward += _noise[i] * _noise[i];
            }

            double log = _density.LogDensity(_proposed, _proposedGradient);
            double u = _rng.Uniform();
            if (!double.IsFinite(log))
            {
                return 0;
            }

            double backward = 0;
            for (int i = 0; i < State.Length; i++)
            {
                double p = _deviations[i];
                double needed = (State[i] - _proposed[i] - (half * p * p * _proposedGradient[i])) / (step * p);
                backward += needed * needed;
            }

            double ratio = log - _log + (0.5 * (forward - backward));
            double acceptance = double.IsNaN(ratio) ? 0 : Elementary.Exp(Math.Min(0, ratio));
            if (u < acceptance)
            {
                (State, _proposed) = (_proposed, State);
                (_gradient, _proposedGradient) = (_proposedGradient, _gradient);
                _log = log;
            }

            return acceptance;
        }
    }
}
