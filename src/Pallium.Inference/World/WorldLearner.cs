using System.Diagnostics;
using System.Numerics;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The way from a frame to a model: normaliser, base, network, and what validation supports of it.</summary>
internal static class WorldLearner
{
    private const int LeastSlices = 20;
    public const int ChunksPerStep = 2;
    private const int DefaultSteps = 800;
    private const int TableSteps = 600;

    /// <summary>Rows of a table are not one another's neighbours in time, so that their gradients bear a larger step.</summary>
    private const double TableRateFactor = 2;

    /// <summary>Learns a model.</summary>
    public static WorldModel Learn(Frame frame, LearnOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation) =>
        Learn([frame], null, options, progress, cancellation);

    /// <summary>Learns a model stage by stage from several sources of the same channels.</summary>
    public static WorldModel Learn(
        Curriculum curriculum, IReadOnlyDictionary<string, Frame> sources, LearnOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        Frame[] frames =
        [
            .. curriculum.Sources.Select(source => sources.TryGetValue(source, out Frame? frame)
                ? frame : throw new ArgumentException($"Found no data for '{source}', which the curriculum names.", nameof(sources))),
        ];
        return Learn([.. frames.Select(frame => SchemaCheck.Fitting(frame, frames[0].Schema))], curriculum, options, progress, cancellation);
    }

    private static WorldModel Learn(
        IReadOnlyList<Frame> sources, Curriculum? curriculum, LearnOptions options, IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        StackSpec? stack = Check(options);
        if (stack is null && curriculum is not null)
        {
            throw new InputException("Option curriculum: found it beside the stack 'none', which does not learn step by step.");
        }

        Frame[] frames = [.. sources.Select(source => LearningPart(source, options))];
        Frame frame = frames.Length == 1 ? frames[0]
            : new Frame(frames[0].Schema, [.. frames.SelectMany(part => part.Series)], string.Join(", ", frames.Select(part => Path.GetFileName(part.Source))));
        HoldOut[] each = [.. frames.Select((part, i) => HoldOut.Of(part.Series).Shifted(frames.Take(i).Sum(before => before.Series.Count)))];
        HoldOut parts = HoldOut.Together(each);
        Frame training = parts.Training(frame);
        Normalizer normalizer = Normalizer.Fit(training);
        Clock clock = Clock.Fit(training);
        ReferenceForecasts references = ReferenceForecasts.Fit(training, clock);
        var layout = new SliceLayout(frame.Schema, normalizer, options.Components);
        EncodedSeries[] series = [.. frame.Series.Select(s => WorldEngine.Encode(frame.Schema, normalizer, clock, layout, s))];
        int exogenous = WorldEngine.CountFeatures(frame.Schema, clock);
        CheckFits(stack, SliceCore.CountEncoderInputs(layout, exogenous), options.Precision);
        progress?.Report(new LearnProgress("fitting the base", 0, double.NaN, double.NaN, 0, TimeSpan.Zero));
        LinearBase linear = LinearBaseFit.Fit(BaseDataOf(layout, series, parts.Learning, exogenous, clock.Features, frame.Schema.IsTable), new LinearBaseOptions { Seed = options.Seed });
        var core = new SliceCore(layout, linear, exogenous, clock.Features);
        var engine = new WorldEngine(frame.Schema, normalizer, clock, core, null, NetworkShares.None(layout));
        ValidationMemory[] memories = [.. each.Select((part, i) => new ValidationMemory(new Frame(frame.Schema, frame.Series, frames[i].Source), part.Validation))];
        var draft = new Draft(engine, series, each, frame.Source, memories, references, options) { Curriculum = curriculum };
        WorldModel model = stack is null ? draft.KeepBase() :
            options.Precision == Precision.Single ? draft.LearnNetwork<float>(stack, progress, cancellation) : draft.LearnNetwork<double>(stack, progress, cancellation);
        progress?.Report(new LearnProgress("done", 1, double.NaN, double.NaN, 0, TimeSpan.Zero));
        return model;
    }

    /// <summary>A network for an engine's sizes, with the trunk that the text names.</summary>
    public static SliceNetwork<T> NewNetwork<T>(StackSpec stack, SliceCore core, int hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => NewNetwork(stack.Build<T>(core.EncoderInputs), core, hidden);

    /// <summary>The same with a trunk that was made before.</summary>
    public static SliceNetwork<T> NewNetwork<T>(ISequenceLayer<T> trunk, SliceCore core, int hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(trunk, core.HeadFeatures, hidden, core.Layout.RealOutputs, core.Layout.DiscreteOutputs);

    /// <summary>Reads the stack and refuses options out of range; null where the base is to stay alone.</summary>
    public static StackSpec? Check(LearnOptions options)
    {
        void Require(bool holds, string name, object found, string expected)
        {
            if (!holds)
            {
                throw new InputException(FormattableString.Invariant($"Option {name}: found {found}, expected {expected}."));
            }
        }

        Require(options.Epochs is null or > 0, "epochs", options.Epochs ?? 0, "a positive number");
        Require(options.Threads > 0, "threads", options.Threads, "a positive number");
        Require(options.Components is >= 1 and <= 32, "components", options.Components, "1 to 32");
        Require(options.Hidden is >= 8 and <= 4096, "hidden", options.Hidden, "8 to 4096");
        Require(options.Rate is > 0 and <= 1, "rate", options.Rate, "a number above 0, at most 1");
        Require(options.WeightDecay is >= 0 and <= 10, "weight decay", options.WeightDecay, "0 to 10");
        Require(options.GrowExperts is >= 0 and <= 256, "grow experts", options.GrowExperts, "0 to 256");
        Require(options.Adapters is >= 0 and <= 256, "adapters", options.Adapters, "0 to 256");
        Require(options.Adapters == 0 || options.GrowExperts == 0, "adapters", options.Adapters, "0 beside grow experts");
        Require(options.TestShare is >= 0 and <= 0.9, "test share", options.TestShare, "0 to 0.9");
        Require(options.Precision is Precision.Single or Precision.Double, "precision", options.Precision, "Single or Double");
        Require(
            options.Weights?.Product is null || options.Precision == Precision.Single, "weights", options.Weights!, "another format beside double precision: this one multiplies in single");
        if (options.Stack.Trim() == "none")
        {
            Require(options.Weights is null, "weights", options.Weights!, "none beside the stack 'none', which has no weights to round");
            return null;
        }

        try
        {
            return StackText.Parse(options.Stack);
        }
        catch (StackTextException error)
        {
            throw StackFault(error);
        }
    }

    /// <summary>Refuses a stack that cannot be made for so many channels, before anything takes long.</summary>
    public static void CheckFits(StackSpec? stack, int inputs, Precision precision)
    {
        try
        {
            _ = precision == Precision.Single ? stack?.Build<float>(inputs).StateSize : stack?.Build<double>(inputs).StateSize;
        }
        catch (StackTextException error)
        {
            throw StackFault(error);
        }
    }

    /// <summary>A fault of a stack's text, as a user's mistake.</summary>
    public static InputException StackFault(StackTextException error) => new($"Option stack: {error.Message}", error);

    private static BaseData BaseDataOf(SliceLayout layout, EncodedSeries[] series, Stretch[] learning, int exogenous, int timeFeatures, bool table)
    {
        int d = layout.Coordinates;
        BaseSeries[] parts =
        [
            .. learning.Select(stretch => new BaseSeries(
                series[stretch.Series].Coordinates[(stretch.From * d)..(stretch.To * d)],
                series[stretch.Series].Features[(stretch.From * exogenous)..(stretch.To * exogenous)],
                series[stretch.Series].Elapsed[stretch.From..stretch.To])),
        ];
        return new BaseData([.. layout.Variables.Select(variable => variable.Group)], exogenous, parts, table, timeFeatures);
    }

    /// <summary>What of a frame may be learned from: all but the test part; a table's rows in random order.</summary>
    /// <exception cref="InputException">Too little is left.</exception>
    public static Frame LearningPart(Frame frame, LearnOptions options)
    {
        frame = options.TestShare > 0 ? frame.Split(options.TestShare).First : frame;
        if (frame.RowCount < LeastSlices)
        {
            throw new InputException($"{frame.Source}: found {frame.RowCount} slices to learn from, expected at least {LeastSlices}.");
        }

        return frame.Schema.IsTable ? Shuffled(frame, options.Seed) : frame;
    }

    /// <summary>A table's rows in random order: they are independent, but files are often sorted by what they are about.</summary>
    public static Frame Shuffled(Frame frame, ulong seed)
    {
        int channels = frame.Channels.Count;
        Series[] series =
        [
            .. frame.Series.Select(s =>
            {
                var order = new int[s.Length];
                new Rng(seed).For("table").Permutation(order);
                return new Series(s.Name, s.Times, [.. order.SelectMany(row => s.Row(row).ToArray())], s.Static);
            }),
        ];
        return new Frame(frame.Schema, series, frame.Source) { Warnings = frame.Warnings };
    }

    /// <summary>A model in the making: everything but the network.</summary>
    internal sealed record Draft(
        WorldEngine Engine, EncodedSeries[] Series, HoldOut[] Sources, string Source, ValidationMemory[] Memories, ReferenceForecasts References, LearnOptions Options)
    {
        /// <summary>When which source is learned from; null: there is one.</summary>
        public Curriculum? Curriculum { get; init; }

        private HoldOut Parts => HoldOut.Together(Sources);

        /// <summary>Leaves the base alone, and measures it as a network would be.</summary>
        public WorldModel KeepBase()
        {
            SliceLayout layout = Engine.Core.Layout;
            var validation = new ValidationSet<double>(Engine.Core, null, Series, Parts.Validation, new Rng(Options.Seed).For("validation"));
            double loss = ShareFit.Loss(layout, validation, NetworkShares.None(layout));
            var run = new LearningRun { Source = Path.GetFileName(Source), Slices = Parts.Slices, Steps = 0, BestStep = 0, BaseLoss = loss, Loss = loss, Seed = Options.Seed };
            return Finish(null, run, ShareFit.OfBase(layout, validation));
        }

        /// <summary>Learns the network and decides how much of it is used.</summary>
        public WorldModel LearnNetwork<T>(StackSpec stack, IProgress<LearnProgress>? progress, CancellationToken cancellation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            SliceCore core = Engine.Core;
            var rng = new Rng(Options.Seed);
            SliceNetwork<T> network = NewNetwork<T>(stack, core, Options.Hidden);
            network.Initialize(rng.For("weights"));
            Rng held = rng.For("validation");
            ValidationSet<T>[] validation = [.. Sources.Select((part, i) => new ValidationSet<T>(core, network, Series, part.Validation, Sources.Length == 1 ? held : held.For(i)))];
            var course = Curriculum is null ? null : new CurriculumCourse(Curriculum);
            var task = new WorldTask<T>(core, network, Series, Parts.Learning, validation, ChunksPerStep, rng.For("learning"))
            {
                Course = course,
                SourceOfStretch = [.. Sources.SelectMany((part, i) => Enumerable.Repeat(i, part.Learning.Length))],
            };
            TrainerOptions training = TrainerOptionsFor(Options, Engine.Schema.IsTable, Parts.Slices, task.SlicesPerStep);
            if (course is not null)
            {
                // A stage need not help all sources at once: learning goes on to the last.
                training = training with { Patience = null };
            }

            var trainer = new Trainer<T>(task, training);
            TrainingOutcome outcome = trainer.Run(Report(progress), cancellation);
            ILearnedNetwork learned = new LearnedNetwork<T>(network, trainer.Optimizer, stack.ToString(), Options.Hidden, Options.Precision);
            learned = Options.Weights is { } format ? learned.Round(format) : learned;
            (NetworkShares shares, ChannelContribution[] contributions) = ShareFit.Fit(Engine, validation);
            var engine = new WorldEngine(Engine.Schema, Engine.Normalizer, Engine.Clock, core, network, shares);
            LearningRun run = LearningRun.Of(Source, Parts.Slices, outcome, Options.Seed) with { Stages = course?.Report };
            return (this with { Engine = engine }).Finish(learned, run, contributions);
        }

        /// <summary>Rolls out over the validation part to choose horizons and calibrate, and puts the model together.</summary>
        public WorldModel Finish(ILearnedNetwork? network, LearningRun run, IReadOnlyList<ChannelContribution> contributions)
        {
            (WorldEngine engine, HorizonCalibration calibration) = RolloutFit.Fit(Engine, Series, Parts.Validation, Options);
            return new WorldModel(engine, calibration, network, Memories, References, contributions, [run]);
        }
    }

    /// <summary>How long and how fast to learn.</summary>
    public static TrainerOptions TrainerOptionsFor(LearnOptions options, bool table, int slices, int slicesPerStep)
    {
        long perEpoch = Math.Max(1, (slices + slicesPerStep - 1) / slicesPerStep);
        long steps = options.Epochs is int epochs ? epochs * perEpoch : Math.Max(table ? TableSteps : DefaultSteps, 2 * perEpoch);
        return new TrainerOptions
        {
            Steps = steps,
            Schedule = new RateSchedule(options.Rate * (table ? TableRateFactor : 1)) { WarmUp = (int)Math.Min(50, (steps / 10) + 1) },
            Adam = new AdamOptions { WeightDecay = options.WeightDecay },
            AverageDecay = 0.98,
            ValidateEvery = 25,
            Patience = 10,
            Threads = options.Threads,
            Weights = options.Weights,
        };
    }

    public static Action<TrainingProgress>? Report(IProgress<LearnProgress>? progress)
    {
        if (progress is null)
        {
            return null;
        }

        var clock = Stopwatch.StartNew();
        return now =>
        {
            double share = (double)now.Step / now.Steps;
            TimeSpan left = clock.Elapsed * ((1 - share) / Math.Max(share, 1e-6));
            progress.Report(new LearnProgress(now.Diverged ? "diverged" : "learning", share, now.Loss, now.ValidationLoss, now.SlicesPerSecond, left));
        };
    }
}
