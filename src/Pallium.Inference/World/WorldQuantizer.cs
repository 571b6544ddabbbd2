using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Rounds a model's weights, and tests it before and after.</summary>
internal static class WorldQuantizer
{
    /// <summary>Rounds and measures on the stretch that the model remembers.</summary>
    public static Quantization Run(WorldModel model, WeightFormat weights, EvaluateOptions options, IProgress<double>? progress, CancellationToken cancellation)
    {
        model.RequireWhole("be stored in other bits");
        ValidationMemory memory = model.Memory;
        int remembered = memory.Series.Length - memory.ScoredFrom;
        if (remembered < LossMeasure.LeastSlices)
        {
            throw new InputException($"The model remembers {remembered} slices of its own data, expected at least {LossMeasure.LeastSlices} to measure on, or other data to test it with.");
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
        (Evaluation first, Evaluation second, MeasuredLoss loss) = LossMeasure.Run(model, rounded, source, test, after, options, progress, cancellation);
        QuantizationRecord record = Record(weights, loss);
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

    /// <summary>The measure, as the new model remembers it.</summary>
    private static QuantizationRecord Record(WeightFormat weights, MeasuredLoss loss) => new()
    {
        Weights = weights.Name,
        Source = loss.Source,
        LogLossBefore = loss.LogLossBefore,
        LogLossAfter = loss.LogLossAfter,
        LikelihoodLoss = loss.LikelihoodLoss,
        ErrorIncrease = loss.ErrorIncrease,
    };
}
