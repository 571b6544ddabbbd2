using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One test on random clamp sets: streams once over the test, asks every set about the drawn slices, and fits the baselines to every set.</summary>
internal sealed class MaskedTest
{
    private readonly WorldModel _model;
    private readonly MaskOptions _options;
    private readonly IReadOnlyList<Channel> _channels;
    private readonly Rng _rng;

    /// <summary>A test that has not begun.</summary>
    /// <exception cref="InputException">An option is out of range.</exception>
    public MaskedTest(WorldModel model, MaskOptions options)
    {
        Require(options.Masks, "masks");
        Require(options.Slices, "slices");
        Require(options.Threads, "threads");
        _model = model;
        _options = options;
        _channels = model.Schema.Channels;
        _rng = new Rng(options.Seed);
        if (_channels.All(channel => channel.Known))
        {
            throw new InputException("Option masks: found a model whose channels are all known in advance, expected one that is not.");
        }
    }

    /// <summary>Runs it.</summary>
    public MaskedEvaluation Run(Frame test, Frame training, IProgress<double>? progress, CancellationToken cancellation)
    {
        SchemaCheck.Fitting(test, _model.Schema);
        SchemaCheck.Fitting(training, _model.Schema);
        (bool[] Given, int Times)[] sets = ClampSets.Draw(_channels, _options.Masks, _rng.For("sets"));
        bool[][] given = [.. sets.Select(set => set.Given)];
        SetTraining data = SetTraining.Of(training);
        var asked = new AskedSlices(_model, data.Cells, test, _options, cancellation);
        using var runner = new ChunkRunner(_options.Threads);
        SetTally[] model = [.. sets.Select(_ => new SetTally(data.Cells))];
        progress?.Report(0);
        asked.Answer(given, model, runner, share => progress?.Report(0.3 * share), cancellation);
        var ridge = new SetRidge(data);
        var byRidge = new MaskScores[sets.Length];
        runner.Run(sets.Length, s => byRidge[s] = Score(data.Cells, given[s], asked, ridge.Predict(given[s], asked.Rows)));
        progress?.Report(0.4);
        SetBeliefs[] near = new SetNeighbours(data).Predict(given, asked.Rows, runner, share => progress?.Report(0.4 + (0.6 * share)), cancellation);
        progress?.Report(1);
        return new MaskedEvaluation(
            [
                .. sets.Select((set, s) => new ClampSetScores(
                    [.. _channels.Where((_, c) => set.Given[c])], set.Times, model[s].Scores(), byRidge[s], Score(data.Cells, set.Given, asked, near[s]))),
            ],
            asked.Rows.Count);
    }

    private static MaskScores Score(SetCells cells, bool[] given, AskedSlices asked, SetBeliefs beliefs)
    {
        var tally = new SetTally(cells);
        for (int slice = 0; slice < asked.Rows.Count; slice++)
        {
            ReadOnlySpan<double> values = asked.Values(slice);
            for (int c = 0; c < given.Length; c++)
            {
                if (!given[c] && !double.IsNaN(values[c]))
                {
                    tally.Add(c, beliefs, slice, values[c]);
                }
            }
        }

        return tally.Scores();
    }

    private static void Require(int found, string name)
    {
        if (found <= 0)
        {
            throw new InputException(FormattableString.Invariant($"Option {name}: found {found}, expected a positive number."));
        }
    }
}
