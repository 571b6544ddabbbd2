using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Rounds a model's weights, and tests it before and after.</summary>
internal static class WorldQuantizer
{
    /// <summary>Slices that a remembered stretch must have at the least to be measured on.</summary>
    private const int LeastRemembered = 20;

    /// <summary>Rounds and measures on the stretch that the model remembers.</summary>
    public static Quantization Run(WorldModel model, WeightFormat weights, EvaluateOptions options, IProgress<double>? progress, CancellationToken cancellation)
    {
        model.RequireWhole("be stored in other bits");
        ValidationMemory memory = model.Memory;
        int remembered = memory.Series.Length - memory.ScoredFrom;
        if (remembered < LeastRemembered)
        {
            throw new InputException($"The model remembers {remembered} slices of its own data, expected at least {LeastRemembered} to measure on, or other data to test it with.");
        }

        Series before = memory.Series.Part(0, memory.ScoredFrom);
        Series scored = memory.Series.Part(memory.ScoredFrom, memory.Series.Length);
        string source = $"what the model remembers of {Path.GetFileName(memory.Source)} ({remembered} slices)";
        return Run(model, weights, source, scored.Slices, before.Slices, options, progress, cancellation);
    }

    /// <summary>Rounds and measures on any slices.</summary>
    public static Quantization Run(
        WorldModel model, WeightFormat weights, string source, Func<IEnumerable<Slice>> test, Func<IEnumerable<Slice>>? after, EvaluateOptions options,
        IProgress<double>? progress, CancellationToken cancellation)
    {
        WorldModel rounded = Round(model, weights);
        Evaluation first = model.Evaluate(test, after?.Invoke(), options, new Half(progress, 0), cancellation);
        Evaluation second = rounded.Evaluate(test, after?.Invoke(), options, new Half(progress, 1), cancellation);
        QuantizationRecord record = Compare(weights, source, first, second);
        if (double.IsNaN(record.LikelihoodLoss))
        {
            throw new InputException($"Found no known cell in {source}, expected some to measure the loss on.");
        }

        return new Quantization(rounded.With(record), first, second, record);
    }

    /// <summary>A copy of a model with rounded weights; also what it learned asleep is rounded.</summary>
    /// <exception cref="InputException">The model has no network.</exception>
    public static WorldModel Round(WorldModel model, WeightFormat weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (model.Learned is null)
        {
            throw new InputException("The model is the closed-form base alone (stack 'none') and has no network whose weights could be stored in fewer bits.");
        }

        WorldModel copy = ModelFile.Read(ModelFile.Write(model), "model");
        return new WorldModel(
            copy.Engine, copy.Calibration, copy.Learned!.Round(weights), copy.Memories, copy.References, copy.Contributions, copy.Runs, copy.Asleep?.Round(weights));
    }

    /// <summary>The measure of two tests.</summary>
    internal static QuantizationRecord Compare(WeightFormat weights, string source, Evaluation before, Evaluation after)
    {
        double logBefore = LogLoss(before);
        double logAfter = LogLoss(after);
        double[] ratios = [.. before.Channels.Zip(after.Channels, (a, b) => Elementary.Log(Error(b) / Error(a))).Where(double.IsFinite)];
        return new QuantizationRecord
        {
            Weights = weights.Name,
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
