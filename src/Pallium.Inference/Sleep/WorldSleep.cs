using System.Diagnostics;
using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Sleep: questions about replayed data and dreams are thought about at length, and an answer network learns to answer them in one pass.</summary>
/// <remarks>The model proper is only read. What was learned is kept where held-out questions, none of which it learned from, say so.</remarks>
internal static class WorldSleep
{
    /// <summary>New questions of a round.</summary>
    public const int QuestionsPerRound = 96;

    /// <summary>Held-out questions that find the shares and the best weights, and as many that judge.</summary>
    private const int HeldOut = 256;

    /// <summary>Pieces of a held-out stretch at the most, and how many of the longest questions one has room for at least.</summary>
    private const int MostPieces = 16;
    private const int PieceHorizons = 4;

    private const int Hidden = 64;
    private const double Rate = 3e-3;
    private const int Patience = 20;
    private const int Retries = 4;

    public static SleepResult Run(WorldModel model, Frame? replay, SleepOptions options, IProgress<SleepProgress>? progress, CancellationToken cancellation)
    {
        Check(model, options);
        Frame? data = replay is null ? null : SchemaCheck.Fitting(replay, model.Schema);
        return model.Learned is LearnedNetwork<double>
            ? new Sleeper<double>(model, data, options, progress, cancellation).Run()
            : new Sleeper<float>(model, data, options, progress, cancellation).Run();
    }

    private static void Check(WorldModel model, SleepOptions options)
    {
        void Require(bool holds, string name, object found, string expected)
        {
            if (!holds)
            {
                throw new InputException(FormattableString.Invariant($"Option {name}: found {found}, expected {expected}."));
            }
        }

        if (!model.Engine.Core.HasPast || model.Schema.IsTable)
        {
            throw new InputException("Found a model without a past (a table), whose answers take one pass anyhow, expected a model of a series.");
        }

        Require(options.Rounds >= 1, "rounds", options.Rounds, "a whole number of at least 1");
        Require(options.Minutes is null or > 0, "minutes", options.Minutes ?? 0, "a positive number");
        Require(options.Threads >= 1, "threads", options.Threads, "a positive number");
        Require(options.Effort is >= 16 and <= 1_000_000, "effort", options.Effort, "16 to 1000000");
        Require(options.Horizon is >= 2 and <= 64, "horizon", options.Horizon, "2 to 64");
    }

    /// <summary>One sleep.</summary>
    private sealed class Sleeper<T>(WorldModel model, Frame? replay, SleepOptions options, IProgress<SleepProgress>? progress, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WorldEngine _engine = model.Engine;
        private readonly Rng _rng = new Rng(options.Seed).For("sleep");
        private readonly SleepSource _learning = new(model, options.Horizon);
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private int _round;

        public SleepResult Run()
        {
            progress?.Report(new SleepProgress("collecting held-out questions", 0, options.Rounds, double.NaN, double.NaN));
            using var runner = new ChunkRunner(options.Threads);
            (SleepExample[] tuning, SleepExample[] judging, string about) = HoldOutQuestions(runner);
            using var ended = new CancellationTokenSource();
            SliceNetwork<T> network = StartNetwork(out Adam<T> optimizer);
            var task = new AnswerTask<T>(_engine.Core.Layout, network, options.Horizon, round => Dream(round, runner, ended), tuning, _rng.For("updates"));
            var trainer = new Trainer<T>(
                task,
                new TrainerOptions
                {
                    Steps = (long)options.Rounds * AnswerTask<T>.StepsPerRound,
                    Schedule = new RateSchedule(Rate) { CoolDown = 0 },
                    AverageDecay = 0.98,
                    ValidateEvery = AnswerTask<T>.StepsPerRound,
                    Patience = Patience,
                    Threads = options.Threads,
                },
                optimizer);
            trainer.Run(now => progress?.Report(new SleepProgress("sleeping", _round, options.Rounds, now.Loss, now.ValidationLoss)), ended.Token);
            progress?.Report(new SleepProgress("judging", options.Rounds, options.Rounds, double.NaN, double.NaN));
            double[] shares = SleepScores.Shares(_engine.Core.Layout, network, tuning, runner);
            var learned = new LearnedNetwork<T>(network, trainer.Optimizer, AnswerNetwork.Stack, Hidden, model.Learned?.Precision ?? Precision.Single);
            SleepResult whole = Judge(learned, shares, judging, about, task.Rounds);

            // What it was made for may stand where the rest does not.
            SleepResult later = whole.Kept ? whole : Judge(learned, [.. shares.Select((share, i) => i % 2 == 1 ? share : 0)], judging, about, task.Rounds);
            return later.Kept ? later : whole;
        }

        private SleepResult Judge(LearnedNetwork<T> learned, double[] shares, SleepExample[] judging, string about, int rounds)
        {
            var record = new SleepRecord
            {
                Source = replay is null ? "dreams alone" : Path.GetFileName(replay.Source),
                HeldOut = about,
                Rounds = rounds,
                Seed = options.Seed,
                Effort = options.Effort,
                Horizon = options.Horizon,
                Overall = new SleepGroup("", 0, 0, 0, 0),
                Groups = [],
            };
            (SleepGroup overall, SleepGroup[] groups) = SleepScores.Compare(judging, model.Asleep, new AnswerNetwork(learned, shares, record));
            record = record with { Overall = overall, Groups = groups };
            bool pays = SleepScores.Pays(overall, groups);
            return new SleepResult(pays ? model.With(new AnswerNetwork(learned, shares, record)) : model, pays, record);
        }

        /// <summary>The answer network that the model has, copied, or a new one, whose head begins as a copy of the model's.</summary>
        private SliceNetwork<T> StartNetwork(out Adam<T> optimizer)
        {
            SliceNetwork<T> network = AnswerNetwork.New<T>(_engine, Hidden);
            optimizer = new Adam<T>(network.Parameters, new AdamOptions { WeightDecay = 0.02 });
            if (model.Asleep?.Learned is LearnedNetwork<T> before)
            {
                Copy(before.Typed.Parameters.Items, network.Parameters.Items, 0);
                before.Optimizer.Mean.CopyTo(optimizer.Mean);
                before.Optimizer.Square.CopyTo(optimizer.Square);
                optimizer.Resume(before.Optimizer.Steps);
            }
            else
            {
                network.Initialize(_rng.For("weights"));
                if (model.Learned is LearnedNetwork<T> awake && awake.Hidden == Hidden)
                {
                    Copy([.. awake.Typed.Head.Parameters], [.. network.Head.Parameters], network.Trunk.Outputs);
                }
            }

            network.Refresh();
            return network;
        }

        /// <summary>Copies parameters; where rows are longer, to column <paramref name="at"/>, zeros around.</summary>
        private static void Copy(IReadOnlyList<(string Name, Parameter<T> Parameter)> from, IReadOnlyList<(string Name, Parameter<T> Parameter)> to, int at)
        {
            foreach (((_, Parameter<T> source), (_, Parameter<T> target)) in from.Zip(to))
            {
                if (source.Length == target.Length)
                {
                    source.Values.CopyTo(target.Values);
                    continue;
                }

                int rows = target.Shape[0];
                int width = source.Length / rows;
                target.Values.Clear();
                for (int row = 0; row < rows; row++)
                {
                    source.Values.Slice(row * width, width).CopyTo(target.Values[((row * (target.Length / rows)) + at)..]);
                }
            }
        }

        /// <summary>Questions of a round with their refined answers; none where the sleep is to end.</summary>
        private SleepExample[] Dream(int round, ChunkRunner runner, CancellationTokenSource ended)
        {
            if (cancellation.IsCancellationRequested || (round > 0 && _clock.Elapsed.TotalMinutes >= options.Minutes))
            {
                ended.Cancel();
                return [];
            }

            _round = round + 1;
            var examples = new SleepExample?[QuestionsPerRound];
            runner.Run(examples.Length, i => examples[i] = Refined(_rng.For("round").For(round).For(i), i % 2 == 0));
            return [.. examples.OfType<SleepExample>()];
        }

        private SleepExample? Refined(Rng rng, bool dreams)
        {
            for (int i = 0; i < Retries; i++)
            {
                Rng own = rng.For(i);
                try
                {
                    SleepQuestion question = dreams || replay is null ? _learning.OfDream(own) : _learning.OfData(own);
                    return SleepExample.Refined(_engine, question, options.Effort, own.For("refined").NextBits());
                }
                catch (ContradictionException)
                {
                    // What came is impossible to the model, so that it has no answer to learn from: another question.
                }
            }

            return null;
        }

        /// <summary>
        /// Questions about the last tenth of what is replayed, or else the stretch that the model remembers: pieces of it in turn find shares and judge, so that
        /// both see the same season. Where both are too short, about dreams.
        /// </summary>
        private (SleepExample[] Tuning, SleepExample[] Judging, string About) HoldOutQuestions(ChunkRunner runner)
        {
            Series[] memory = [model.Memory.Series];
            Stretch remembered = new(0, model.Memory.ScoredFrom, model.Memory.Series.Length);
            HoldOut parts = replay is null ? new HoldOut([new Stretch(0, 0, model.Memory.ScoredFrom)], []) : HoldOut.Of(replay.Series);
            _learning.Add(replay?.Series ?? memory, parts.Learning, _rng.For("moments"));
            if (replay is not null && !_learning.HasData)
            {
                throw new InputException($"{replay.Source}: found no series long enough to replay, expected more than {options.Horizon} slices, the horizon, before the last tenth.");
            }

            return Pieces(runner, replay?.Series ?? [], parts.Validation, $"the last tenth of {Path.GetFileName(replay?.Source)}")
                ?? Pieces(runner, memory, [remembered], $"the last tenth of {Path.GetFileName(model.Memory.Source)}, which the model remembers")
                ?? (
                    Examples(runner, _rng.For("tuning"), _learning.OfDream), Examples(runner, _rng.For("judging"), _learning.OfDream),
                    "dreams, as there are too few data for questions about them");
        }

        private (SleepExample[] Tuning, SleepExample[] Judging, string About)? Pieces(ChunkRunner runner, IReadOnlyList<Series> all, Stretch[] parts, string about)
        {
            var first = new SleepSource(model, options.Horizon);
            var second = new SleepSource(model, options.Horizon);
            Stretch[] pieces = [.. parts.SelectMany(part =>
            {
                int count = Math.Clamp(part.Length / (PieceHorizons * options.Horizon), 2, MostPieces);
                return Enumerable.Range(0, count).Select(k => part with { From = part.From + (part.Length * k / count), To = part.From + (part.Length * (k + 1) / count) });
            })];
            first.Add(all, pieces.Where((_, k) => k % 2 == 0), _rng.For("pieces"));
            second.Add(all, pieces.Where((_, k) => k % 2 == 1), _rng.For("pieces"));
            return first.HasData && second.HasData
                ? (Examples(runner, _rng.For("tuning"), first.OfData), Examples(runner, _rng.For("judging"), second.OfData), about)
                : null;
        }

        private SleepExample[] Examples(ChunkRunner runner, Rng rng, Func<Rng, SleepQuestion> draw)
        {
            var examples = new SleepExample[HeldOut];
            runner.Run(HeldOut, i => examples[i] = SleepExample.Judged(_engine, draw(rng.For(i))));
            return examples;
        }
    }
}
