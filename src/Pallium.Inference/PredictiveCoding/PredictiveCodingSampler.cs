using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Answers of a bent graph by draws: from the settled Gaussian, weighed by the true density, refined by Langevin chains.</summary>
/// <remarks>
/// q(x): channels from the settled Gaussian inside their intervals, layers above given those below. w = exp(-F(x))/q(x); mean w estimates the evidence
/// without bias. Chains start from draws resampled by w, one in as many as each of them keeps.
/// </remarks>
internal sealed class PredictiveCodingSampler(
    TableScales scales, PredictiveCodingEnergy energy, Settling settling, double[][] settled, GaussianMixture rest, TableQuestion question)
{
    private const int MostChains = 64;
    private const int FewestProposals = 256;
    private const int WarmUp = 50;

    /// <summary>Draws until the effort is spent or the tolerance is met.</summary>
    /// <param name="evidence">log p of the values by Laplace's method, with widths.</param>
    /// <param name="options">How hard.</param>
    /// <param name="cancellation">Stops it.</param>
    public Answer Answer(double evidence, AnswerOptions options, CancellationToken cancellation)
    {
        if (question.Equalities.FirstOrDefault(form => form.Clamp.IsRelation) is { } relation)
        {
            throw new InputException($"Clamp {relation.Clamp.Describe(scales.Channels)}: found a relation and effort, expected values or intervals, or an effort of 0: "
                + "a bent graph takes relations by its settled Gaussian only.");
        }

        int chains = Math.Clamp(options.Effort / 16, 2, MostChains);
        int steps = Math.Max(4, (options.Effort + chains - 1) / chains);
        EngineQuestion.CheckMemory(options, chains * steps, 2 * energy.Layers.Sum(layer => layer.Size));
        Rng rng = new Rng(options.Seed).For("predictive coding");
        var density = new PredictiveCodingDensity(energy, settling, settled, question.Intervals);
        (double[][] proposals, double[] logWeights) = Propose(density, Math.Max(FewestProposals, options.Effort), rng.For("proposals"), cancellation);
        double logMean = Reduction.LogSumExp<double>(logWeights) - Elementary.Log((double)logWeights.Length);
        double[][] resampled = new IntervalDraws(proposals, logWeights, 0).Equal(rng.For("resampling"));
        double[][] starts = [.. Enumerable.Range(0, chains).Select(c => resampled[c * resampled.Length / chains])];
        double[][][] states = Refine(density, starts, steps, options, rng.For("chains"), cancellation);
        double[][] draws = [.. Enumerable.Range(0, states[0].Length).SelectMany(t => states.Select(chain => density.Place(chain[t])[0].ToArray()))];
        double worth = Worth(density, states);

        // log w is taken against the settled Gaussian at its peak, which the Laplace evidence counts already.
        return TableAnswer.FromDraws(scales, draws, worth, evidence + logMean, question);
    }

    /// <summary>Runs the chains; with a tolerance short ones first, then twice as long, until the worst mean that is asked for is known to it.</summary>
    private double[][][] Refine(
        PredictiveCodingDensity density, double[][] starts, int steps, AnswerOptions options, Rng rng, CancellationToken cancellation)
    {
        int length = options.Tolerance is null ? steps : Math.Min(steps, 16);
        while (true)
        {
            LangevinResult run = MetropolisLangevin.Run(density, starts, new LangevinOptions { WarmUp = WarmUp, Steps = length }, rng, cancellation);
            if (length >= steps || 1 / Math.Sqrt(Worth(density, run.Chains)) <= options.Tolerance)
            {
                return run.Chains;
            }

            length = Math.Min(steps, 2 * length);
        }
    }

    /// <summary>The least worth among the asked cells' chains.</summary>
    private double Worth(PredictiveCodingDensity density, double[][][] chains)
    {
        int[] asked = [.. question.Question.Asked.Select(cell => cell.Channel).Where(channel => settling.Free[0].Contains(channel))];
        double[][][] cells = [.. chains.Select(chain => chain.Select(y => density.Place(y)[0].ToArray()).ToArray())];
        double[] worth = [.. asked.Select(c => ChainDiagnostics.Of([.. cells.Select(chain => chain.Select(x => x[c]).ToArray())]).EffectiveSampleSize)];
        return worth.Length > 0 ? worth.Min() : chains.Length * (double)chains[0].Length;
    }

    /// <summary>Draws of the settled Gaussian as noise, and log of true over proposal density, each relative to its value at the settled state.</summary>
    private (double[][] Draws, double[] LogWeights) Propose(PredictiveCodingDensity density, int count, Rng rng, CancellationToken cancellation)
    {
        double peak = energy.Evaluate(settled);
        int[] free = settling.Free[0];
        IntervalDraws channels = new IntervalSampler(rest, question.Intervals, scales.Channels).Draw(count, rng.For("channels"), cancellation);
        var draws = new double[count][];
        var logWeights = new double[count];
        var slope = new double[density.Dimension];
        for (int i = 0; i < count; i++)
        {
            Rng stream = rng.For(i);
            double[] bottom = [.. free.Select(c => channels.Rows[i][c] - settled[0][c])];
            settling.Curvature.WhitenBottom(bottom);
            draws[i] = new double[density.Dimension];
            stream.Normal<double>(draws[i], 1);
            bottom.CopyTo(draws[i], 0);
            double logProposal = -0.5 * Reduction.SumOfSquares<double>(draws[i]);
            logWeights[i] = channels.LogWeights[i] + channels.LogScale + density.LogDensity(draws[i], slope) + peak - logProposal;
        }

        return (draws, logWeights);
    }
}
