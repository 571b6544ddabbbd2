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
    WorldModel Model, double OldLossBefore, double OldLossAfter, double NewLossBefore, double NewLossAfter, IReadOnlyList<string> Warnings)
{
    /// <summary>Weights that were learned; the others stayed as they were, to the bit.</summary>
    public long LearnedWeights { get; init; }

    /// <summary>Weights of the network that learned, in all.</summary>
    public long Weights { get; init; }
}

/// <summary>Goes on learning: the normaliser and the base stay, the network learns on from its optimiser's state, judged on old and new data alike.</summary>
/// <remarks>Losses are those of the whole model, the network entering as much as its shares say.</remarks>
internal static class WorldContinuation
{
    private const double RateFactor = 0.3;
    private const double SkillLost = 0.02;

    /// <summary>Slices that are remembered to one that is new, where experts are added: what the router learns first is to leave the others alone.</summary>
    private const int RememberedToNew = 6;

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

        // The old model stays as it is: a copy of its network learns, or a larger one that has its weights.
        bool isFrozen = options.GrowExperts > 0 || options.Adapters > 0;
        LearnedNetwork<T> own = options.GrowExperts > 0 ? ExpertGrowth.Grow(learned, core, options.GrowExperts, rng.For("weights"))
            : options.Adapters > 0 ? AdapterGrowth.Grow(learned, core, options.Adapters, rng.For("weights"))
            : (LearnedNetwork<T>)ModelFile.Read(ModelFile.Write(model), "model").Learned!;
        EncodedSeries Encode(Series series) => WorldEngine.Encode(engine.Schema, engine.Normalizer, engine.Clock, core.Layout, series);
        EncodedSeries[] fresh = [.. more.Series.Select(Encode)];
        EncodedSeries[] memory = [.. model.Memories.Select(stretch => Encode(stretch.Series))];
        HoldOut parts = HoldOut.Of(more.Series);
        Stretch[] old = [.. model.Memories.Select((stretch, i) => new Stretch(i, stretch.ScoredFrom, stretch.Series.Length))];
        ValidationSet<T> OldSet(SliceNetwork<T> network) => new(core, network, memory, old, rng.For("old"));
        ValidationSet<T> NewSet(SliceNetwork<T> network) => new(core, network, fresh, parts.Validation, rng.For("new"));
        double OldLoss(SliceNetwork<T> network)
        {
            using var runner = new ChunkRunner(options.Threads);
            return OldSet(network).Loss(runner);
        }

        double oldBefore = ShareFit.Loss(core.Layout, OldSet(learned.Typed), engine.Shares);
        double newBefore = ShareFit.Loss(core.Layout, NewSet(learned.Typed), engine.Shares);
        ValidationSet<T> oldSet = OldSet(own.Typed);
        ValidationSet<T> newSet = NewSet(own.Typed);
        (EncodedSeries[] series, Stretch[] stretches) = options.GrowExperts > 0 ? WithMemory(fresh, parts.Learning, memory) : (fresh, parts.Learning);
        var task = new WorldTask<T>(core, own.Typed, series, stretches, [oldSet, newSet], WorldLearner.ChunksPerStep, rng.For("learning"))
        {
            Limits = options.GrowExperts > 0 ? [OldLoss(learned.Typed) + SkillLost] : [],
        };
        LearnOptions gentle = options with { Rate = isFrozen ? options.Rate : options.Rate * RateFactor, Weights = learned.Weights };
        TrainerOptions training = WorldLearner.TrainerOptionsFor(gentle, engine.Schema.IsTable, parts.Slices, task.SlicesPerStep);
        var trainer = new Trainer<T>(task, training, own.Optimizer);
        TrainingOutcome outcome = trainer.Run(WorldLearner.Report(progress), cancellation);
        ILearnedNetwork continued = new LearnedNetwork<T>(own.Typed, trainer.Optimizer, own.Stack, own.Hidden, own.Precision);
        continued = learned.Weights is { } format ? continued.Round(format) : continued;
        (NetworkShares shares, ChannelContribution[] contributions) = ShareFit.Fit(engine, oldSet, newSet);
        double oldAfter = ShareFit.Loss(core.Layout, oldSet, shares);
        double newAfter = ShareFit.Loss(core.Layout, newSet, shares);
        List<string> warnings = RangeWarnings(engine, more);
        long weights = own.Parameters;
        long learning = own.Typed.Parameters.Items.Sum(item => item.Parameter.IsFrozen ? 0L : item.Parameter.Length);
        if (options.Adapters > 0 && learning >= AdapterGrowth.MostShare * weights)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The stack is too small for adapters below {100 * AdapterGrowth.MostShare:F0} % of the weights: the smallest are {100.0 * learning / weights:F2} % ({learning} of {weights})."));
        }

        Continuation Ended(WorldModel next, double old, double now) => new(next, oldBefore, old, newBefore, now, warnings) { LearnedWeights = learning, Weights = weights };
        if (outcome.Diverged)
        {
            warnings.Add($"Learning diverged {outcome.Divergences.Count} times and ended early with the best weights it had ({outcome.Divergences[^1]}).");
        }

        if (outcome.BestStep == 0 || oldAfter + newAfter > oldBefore + newBefore)
        {
            warnings.Add("Learning on did not lower the loss on old and new data together; the model stays as it was.");
            return Ended(model, oldBefore, newBefore);
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
            next, model.Calibration, continued,
            options.GrowExperts > 0 ? [.. model.Memories, new ValidationMemory(more, parts.Validation)] : model.Memories,
            model.References, contributions, [.. model.Runs, run]);
        return Ended(result, oldAfter, newAfter);
    }

    /// <summary>What new experts learn from: the new data, and more of what the model remembers, so that the router learns to tell them apart.</summary>
    private static (EncodedSeries[] Series, Stretch[] Stretches) WithMemory(EncodedSeries[] fresh, Stretch[] learning, EncodedSeries[] memory)
    {
        Stretch[] remembered = [.. memory.Select((series, i) => new Stretch(fresh.Length + i, 0, series.Length))];
        int times = Math.Max(1, RememberedToNew * learning.Sum(stretch => stretch.Length) / Math.Max(1, remembered.Sum(stretch => stretch.Length)));
        return ([.. fresh, .. memory], [.. learning, .. Enumerable.Repeat(remembered, times).SelectMany(stretches => stretches)]);
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
