using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Tests a model before and after a change, and measures what the change costs.</summary>
internal static class LossMeasure
{
    /// <summary>Slices that held-back data must have at the least to be measured on.</summary>
    public const int LeastSlices = 20;

    /// <summary>Tests two models on the same slices.</summary>
    /// <param name="before">The model before.</param>
    /// <param name="after">The model after.</param>
    /// <param name="source">What the data are called.</param>
    /// <param name="test">Gives the slices: asked four times.</param>
    /// <param name="history">Gives what came before, twice; null: what the options say.</param>
    /// <param name="options">How both are tested.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">The data do not fit, or have no known cell.</exception>
    public static (Evaluation Before, Evaluation After, MeasuredLoss Loss) Run(
        WorldModel before, WorldModel after, string source, Func<IEnumerable<Slice>> test, Func<IEnumerable<Slice>>? history, EvaluateOptions options,
        IProgress<double>? progress, CancellationToken cancellation)
    {
        Evaluation first = before.Evaluate(test, history?.Invoke(), options, new Half(progress, 0), cancellation);
        Evaluation second = after.Evaluate(test, history?.Invoke(), options, new Half(progress, 1), cancellation);
        MeasuredLoss loss = Compare(source, first, second);
        return double.IsNaN(loss.LikelihoodLoss)
            ? throw new InputException($"Found no known cell in {source}, expected some to measure the loss on.")
            : (first, second, loss);
    }

    /// <summary>The measure of two tests.</summary>
    public static MeasuredLoss Compare(string source, Evaluation before, Evaluation after)
    {
        double logBefore = LogLoss(before);
        double logAfter = LogLoss(after);
        double[] ratios = [.. before.Channels.Zip(after.Channels, (a, b) => Elementary.Log(Error(b) / Error(a))).Where(double.IsFinite)];
        return new MeasuredLoss
        {
            Source = source,
            LogLossBefore = logBefore,
            LogLossAfter = logAfter,
            LikelihoodLoss = Elementary.Exp(logAfter - logBefore) - 1,
            ErrorIncrease = ratios.Length == 0 ? double.NaN : Elementary.Exp(ratios.Average()) - 1,
        };
    }

    private static double LogLoss(Evaluation evaluation) =>
        evaluation.Channels.Select(channel => channel.LogLoss).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Shares of wrong answers come in steps that one changed answer makes; the Brier score does not.</summary>
    private static double Error(ChannelEvaluation channel) => channel.Channel.IsNumeric ? channel.Model.Error : channel.Model.Crps;

    /// <summary>The first (0) or second (1) half of a work.</summary>
    private sealed class Half(IProgress<double>? whole, int half) : IProgress<double>
    {
        public void Report(double value) => whole?.Report((half + value) / 2);
    }
}
