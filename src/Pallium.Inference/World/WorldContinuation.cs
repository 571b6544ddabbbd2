using System.Globalization;
using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A model that went on learning, and what became of its old skill.</summary>
/// <param name="Model">The new model; the old one itself where learning did not pay.</param>
/// <param name="OldLossBefore">Loss on the validation part of the earlier data (kept in the model), nats per cell, before.</param>
/// <param name="OldLossAfter">The same, after.</param>
/// <param name="NewLossBefore">Loss on the last tenth of the new data, before.</param>
/// <param name="NewLossAfter">The same, after.</param>
/// <param name="Warnings">Sentences: channels whose new data leave the old range, skill that was lost.</param>
public sealed record Continuation(
    WorldModel Model, double OldLossBefore, double OldLossAfter, double NewLossBefore, double NewLossAfter, IReadOnlyList<string> Warnings);

/// <summary>Goes on learning: the normaliser and the base stay, the network learns on from its optimiser's state, judged on old and new data alike.</summary>
/// <remarks>Losses are those of the whole model, the network entering as much as its shares say.</remarks>
internal static class WorldContinuation
{
    private const double RateFactor = 0.3;
    private const double SkillLost = 0.02;

    public static Continuation Run(WorldModel model, Frame more, LearnOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        WorldLearner.Check(options);
        more = WorldLearner.LearningPart(SchemaCheck.Fitting(more, model.Schema), options);
        return model.Learned switch
        {
            LearnedNetwork<float> learned => Run(model, learned, more, options, progress, cancellation),
            LearnedNetwork<double> learned => Run(model, learned, more, options, progress, cancellation),
            _ => throw new InputException("The model is the closed-form base alone (stack 'none') and has no network to go on learning with; learn a new model from all data."),
        };
    }

    private static Continuation Run<T>(
        WorldModel model, LearnedNetwork<T> learned, Frame more, LearnOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WorldEngine engine = model.Engine;
        SliceCore core = engine.Core;
        var rng = new Rng(options.Seed);

        // The old model stays as it is: a copy of its network learns.
        WorldModel copy = ModelFile.Read(ModelFile.Write(model), "model");
        var own = (LearnedNetwork<T>)copy.Learned!;
        EncodedSeries Encode(Series series) => WorldEngine.Encode(engine.Schema, engine.Normalizer, engine.Clock, core.Layout, series);
        EncodedSeries[] fresh = [.. more.Series.Select(Encode)];
        EncodedSeries[] memory = [Encode(model.Memory.Series)];
        HoldOut parts = HoldOut.Of(more.Series);
        Stretch[] old = [new Stretch(0, model.Memory.ScoredFrom, model.Memory.Series.Length)];
        var oldSet = new ValidationSet<T>(core, own.Typed, memory, old, rng.For("old"));
        var newSet = new ValidationSet<T>(core, own.Typed, fresh, parts.Validation, rng.For("new"));
        double oldBefore = ShareFit.Loss(core.Layout, oldSet, engine.Shares);
        double newBefore = ShareFit.Loss(core.Layout, newSet, engine.Shares);
        var task = new WorldTask<T>(core, own.Typed, fresh, parts.Learning, [oldSet, newSet], WorldLearner.ChunksPerStep, rng.For("learning"));
        LearnOptions gentle = options with { Rate = options.Rate * RateFactor, Weights = learned.Weights };
        TrainerOptions training = WorldLearner.TrainerOptionsFor(gentle, engine.Schema.IsTable, parts.Slices, task.SlicesPerStep);
        var trainer = new Trainer<T>(task, training, own.Optimizer);
        TrainingOutcome outcome = trainer.Run(WorldLearner.Report(progress), cancellation);
        ILearnedNetwork continued = new LearnedNetwork<T>(own.Typed, trainer.Optimizer, own.Stack, own.Hidden, own.Precision);
        continued = learned.Weights is { } format ? continued.Round(format) : continued;
        (NetworkShares shares, ChannelContribution[] contributions) = ShareFit.Fit(engine, oldSet, newSet);
        double oldAfter = ShareFit.Loss(core.Layout, oldSet, shares);
        double newAfter = ShareFit.Loss(core.Layout, newSet, shares);
        List<string> warnings = RangeWarnings(engine, more);
        if (outcome.Diverged)
        {
            warnings.Add($"Learning diverged {outcome.Divergences.Count} times and ended early with the best weights it had ({outcome.Divergences[^1]}).");
        }

        if (outcome.BestStep == 0 || oldAfter + newAfter > oldBefore + newBefore)
        {
            warnings.Add("Learning on did not lower the loss on old and new data together; the model stays as it was.");
            return new Continuation(model, oldBefore, oldBefore, newBefore, newBefore, warnings);
        }

        if (model.Asleep is not null)
        {
            warnings.Add("What was learned asleep rests on the network as it was and is gone: sleep again.");
        }

        if (oldAfter > oldBefore + SkillLost)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture, $"Some old skill was lost: on the earlier data the loss rose from {oldBefore:F3} to {oldAfter:F3} nats per cell."));
        }

        NetworkShares kept = shares with { Horizon = engine.Shares.Horizon };
        var run = LearningRun.Of(more.Source, parts.Slices, outcome, options.Seed);
        var next = new WorldEngine(engine.Schema, engine.Normalizer, engine.Clock, core, own.Typed, kept);
        var result = new WorldModel(
            next, model.Calibration, continued, model.Memory, model.References, contributions, [.. model.Runs, run]);
        return new Continuation(result, oldBefore, oldAfter, newBefore, newAfter, warnings);
    }

    private static List<string> RangeWarnings(WorldEngine engine, Frame more)
    {
        var warnings = new List<string>();
        for (int c = 0; c < engine.Schema.Channels.Count; c++)
        {
            Channel channel = engine.Schema.Channels[c];
            ChannelScale scale = engine.Normalizer.Channels[c];
            double[] outside = [.. more.Column(c).Where(value => channel.IsNumeric && (value < scale.Low || value > scale.High))];
            if (outside.Length > 0)
            {
                warnings.Add(
                    $"Channel '{channel.Name}': {outside.Length} new values leave the range learned before, {channel.Format(scale.Low)} to {channel.Format(scale.High)}; they reach from {channel.Format(outside.Min())} to {channel.Format(outside.Max())}.");
            }
        }

        return warnings;
    }
}
