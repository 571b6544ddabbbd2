using System.Globalization;
using System.Numerics;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Replaces layers of a model's stack by others that learn from them, one after another.</summary>
/// <remarks>
/// A layer at a time: (1) the new layer learns to give what the old one gives, from what the old one reads, everything else frozen; (2) it takes the old one's place, and the
/// whole network learns on from the data. Base, normaliser, calibration and memory of the model stay. Sources: Bick et al., MOHAWK, NeurIPS 2024 (arXiv 2408.10189),
/// stages 2 and 3, here with the data's own likelihood in the last one; Zhang et al., LoLCATs, ICLR 2025 (arXiv 2410.10254), for the two stages.
/// </remarks>
internal static class WorldConverter
{
    private const double SecondRateFactor = 1.0 / 3;

    /// <summary>Share of the work that learning is, before the tests.</summary>
    private const double LearningShare = 0.9;

    public static Conversion Run(
        WorldModel model, string replacement, Frame? frame, ConversionOptions options, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        Check(options);
        try
        {
            return model.Learned switch
            {
                LearnedNetwork<float> learned => Run(model, learned, StackReplacement.Parse(replacement), frame, options, progress, cancellation),
                LearnedNetwork<double> learned => Run(model, learned, StackReplacement.Parse(replacement), frame, options, progress, cancellation),
                _ => throw new InputException("The model is the closed-form base alone (stack 'none') and has no network whose layers could be replaced."),
            };
        }
        catch (StackTextException error)
        {
            throw new InputException($"Option replace: {error.Message}", error);
        }
    }

    /// <summary>What is replaced by what, checked before anything is learned.</summary>
    internal static IReadOnlyList<(int Number, StackExchange Exchange)> Plan(string stack, int inputs, StackReplacement replacement, IReadOnlyList<int>? layers)
    {
        StackSpec now = StackText.Parse(stack);
        int count = replacement.Count(now);
        int[] numbers = [.. (layers ?? [.. Enumerable.Range(1, count)]).Distinct().Order()];
        foreach (int number in numbers.Where(number => number < 1 || number > count))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture, $"Option layers: found {number}, expected numbers from 1 to {count}, the layers '{replacement.Replaced}' of the stack '{stack}'."));
        }

        if (numbers.Length == 0)
        {
            throw new InputException("Option layers: found none, expected at least one.");
        }

        var exchanges = new List<(int Number, StackExchange Exchange)>();
        foreach (int number in numbers)
        {
            // Those replaced before it are of the kind no more.
            exchanges.Add((number, replacement.At(now, inputs, number - exchanges.Count)));
            now = exchanges[^1].Exchange.After;
        }

        return exchanges;
    }

    private static void Check(ConversionOptions options)
    {
        void Require(bool holds, string name, object found, string expected)
        {
            if (!holds)
            {
                throw new InputException(FormattableString.Invariant($"Option {name}: found {found}, expected {expected}."));
            }
        }

        Require(options.Updates > 0, "updates", options.Updates, "a positive number");
        Require(options.Threads > 0, "threads", options.Threads, "a positive number");
        Require(options.Rate is > 0 and <= 1, "rate", options.Rate, "a number above 0, at most 1");
    }

    private static Conversion Run<T>(
        WorldModel model, LearnedNetwork<T> learned, StackReplacement replacement, Frame? frame, ConversionOptions options, IProgress<ConversionProgress>? progress,
        CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WorldEngine engine = model.Engine;
        SliceCore core = engine.Core;
        IReadOnlyList<(int Number, StackExchange Exchange)> exchanges = Plan(learned.Stack, core.EncoderInputs, replacement, options.Layers);
        foreach ((_, StackExchange exchange) in exchanges)
        {
            exchange.Imitating.Build<T>(core.EncoderInputs);
        }

        ConversionData data = ConversionData.Of(model, frame, options.Seed);
        var work = new Work<T>(engine, learned, data, exchanges.Count, options, progress, cancellation);
        ConversionStep[] steps = [.. exchanges.Select(item => work.Replace(item.Number, item.Exchange))];
        (WorldModel converted, List<string> warnings) = work.Finish(model);
        (Frame test, Frame after) = data.Test(model.Schema);
        string source = options.Test is null ? $"what was held back of {data.Source} ({data.HeldBack} slices)" : Path.GetFileName(options.Test.Source);
        (Evaluation first, Evaluation second, MeasuredLoss loss) = LossMeasure.Run(
            model, converted, source, (options.Test is null ? test : SchemaCheck.Fitting(options.Test, model.Schema)).Slices, options.Test is null ? after.Slices : null, options.Evaluation,
            new TestProgress(progress), cancellation);
        return new Conversion(converted, steps, work.TeacherLoss, first, second, loss, warnings);
    }

    /// <summary>The network as it is being changed.</summary>
    private sealed class Work<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WorldEngine _engine;
        private readonly SliceCore _core;
        private readonly LearnedNetwork<T> _learned;
        private readonly ConversionData _data;
        private readonly EncodedSeries[] _series;
        private readonly ConversionOptions _options;
        private readonly IProgress<ConversionProgress>? _progress;
        private readonly CancellationToken _cancellation;
        private readonly Rng _rng;
        private readonly int _layers;
        private readonly List<string> _warnings = [];
        private SliceNetwork<T> _network;
        private Adam<T> _optimizer;
        private string _stack;
        private TrainingOutcome? _outcome;
        private int _done;

        public Work(
            WorldEngine engine, LearnedNetwork<T> learned, ConversionData data, int layers, ConversionOptions options, IProgress<ConversionProgress>? progress,
            CancellationToken cancellation)
        {
            _engine = engine;
            _core = engine.Core;
            _learned = learned;
            _data = data;
            _layers = layers;
            _series = [.. data.Series.Select(series => WorldEngine.Encode(engine.Schema, engine.Normalizer, engine.Clock, engine.Core.Layout, series))];
            _options = options;
            _progress = progress;
            _cancellation = cancellation;
            _rng = new Rng(options.Seed);
            (_network, _optimizer, _stack) = (learned.Typed, learned.Optimizer, learned.Stack);
            TeacherLoss = LossOf(_network);
        }

        /// <summary>Validation loss before anything was replaced.</summary>
        public double TeacherLoss { get; }

        /// <summary>Replaces one layer: the new one imitates the old one, then all learn on.</summary>
        public ConversionStep Replace(int number, StackExchange exchange)
        {
            string layer = string.Create(CultureInfo.InvariantCulture, $"layer {_done + 1} of {_layers}");
            SliceNetwork<T> both = NetworkExchange.Begin(exchange, _network, _core, _learned.Hidden, _rng.For("weights").For(_done));
            ValidationSet<T> validation = Validation(both);
            var imitation = new ImitationTask<T>(Windows(both, validation, "imitation"), both, validation);
            (TrainingOutcome imitated, _) = Learn(imitation, _options.Rate, 0, $"{layer}: {exchange.New} imitates {exchange.Old}", double.NaN);

            _network = NetworkExchange.End(exchange, both, _core, _learned.Hidden);
            _stack = exchange.After.ToString();
            WorldTask<T> whole = Windows(_network, Validation(_network), "whole");
            (_outcome, _optimizer) = Learn(whole, _options.Rate * SecondRateFactor, 1, $"{layer}: the whole network", TeacherLoss);
            _done++;
            return new ConversionStep(number, exchange.Old, exchange.New, imitated.StartLoss, imitated.BestLoss, _outcome.StartLoss, _outcome.BestLoss);
        }

        /// <summary>The model with the network as it is now.</summary>
        public (WorldModel Model, List<string> Warnings) Finish(WorldModel model)
        {
            ILearnedNetwork learned = new LearnedNetwork<T>(_network, _optimizer, _stack, _learned.Hidden, _learned.Precision);
            learned = _learned.Weights is { } format ? learned.Round(format) : learned;

            // What is held back may have no rain at all; that the network got better at saying so is no reason to believe it more than before.
            (NetworkShares shares, ChannelContribution[] contributions) = ShareFit.Fit(_engine, _engine.Shares, Validation(_network));
            var engine = new WorldEngine(_engine.Schema, _engine.Normalizer, _engine.Clock, _core, _network, shares with { Horizon = _engine.Shares.Horizon });
            var run = LearningRun.Of(_data.Source, _data.Parts.Slices, _outcome!, _options.Seed);
            if (model.Asleep is not null)
            {
                _warnings.Add("What was learned asleep rests on the network as it was and is gone: sleep again.");
            }

            return (new WorldModel(engine, model.Calibration, learned, model.Memories, model.References, contributions, [.. model.Runs, run]), _warnings);
        }

        private ValidationSet<T> Validation(SliceNetwork<T> network) => new(_core, network, _series, _data.Parts.Validation, _rng.For("validation"));

        private WorldTask<T> Windows(SliceNetwork<T> network, ValidationSet<T> validation, string stage) =>
            new(_core, network, _series, _data.Parts.Learning, [validation], WorldLearner.ChunksPerStep, _rng.For(stage).For(_done));

        private double LossOf(SliceNetwork<T> network)
        {
            using var runner = new ChunkRunner(_options.Threads);
            return Validation(network).Loss(runner);
        }

        private (TrainingOutcome Outcome, Adam<T> Optimizer) Learn(ILearningTask<T> task, double rate, int stage, string phase, double teacherLoss)
        {
            TrainerOptions options = WorldLearner.TrainerOptionsFor(
                new LearnOptions { Rate = rate, Threads = _options.Threads, Weights = _learned.Weights }, _engine.Schema.IsTable, _data.Parts.Slices, task.SlicesPerStep) with
            {
                Steps = _options.Updates,
            };
            var trainer = new Trainer<T>(task, options);
            double share = LearningShare / _layers;
            TrainingOutcome outcome = trainer.Run(
                now => _progress?.Report(new(phase, share * (_done + ((stage + ((double)now.Step / now.Steps)) / 2)), now.ValidationLoss, teacherLoss)), _cancellation);
            _cancellation.ThrowIfCancellationRequested();
            if (outcome.Diverged)
            {
                _warnings.Add($"{phase}: learning diverged {outcome.Divergences.Count} times and ended early with the best weights it had ({outcome.Divergences[^1]}).");
            }

            return (outcome, trainer.Optimizer);
        }
    }

    /// <summary>The end of the work.</summary>
    private sealed class TestProgress(IProgress<ConversionProgress>? whole) : IProgress<double>
    {
        public void Report(double value) =>
            whole?.Report(new ConversionProgress("testing before and after", LearningShare + ((1 - LearningShare) * value), double.NaN, double.NaN));
    }
}
