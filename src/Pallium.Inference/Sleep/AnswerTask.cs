using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Learning the answer network: rounds of new questions with refined answers, and updates on those of the last rounds.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AnswerTask<T> : ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Updates of a round.</summary>
    public const int StepsPerRound = 24;

    /// <summary>Rounds whose questions are kept.</summary>
    private const int Remembered = 8;

    private const int BatchesPerStep = 2;

    private readonly SliceNetwork<T> _network;
    private readonly Func<int, SleepExample[]> _dream;
    private readonly Rng _rng;
    private readonly AnswerBatch<T>[] _batches;
    private readonly SliceLayout _layout;
    private readonly SleepExample[] _heldOut;
    private readonly Queue<SleepExample[]> _rounds = [];
    private SleepExample[] _examples = [];

    /// <param name="layout">Channels.</param>
    /// <param name="network">What is learned.</param>
    /// <param name="horizon">Slices of the longest question.</param>
    /// <param name="dream">The questions of a round; none: the sleep ends.</param>
    /// <param name="heldOut">Questions that say when it was best.</param>
    /// <param name="rng">Draws what is learned from.</param>
    public AnswerTask(SliceLayout layout, SliceNetwork<T> network, int horizon, Func<int, SleepExample[]> dream, SleepExample[] heldOut, Rng rng)
    {
        (_layout, _network, _dream, _heldOut, _rng) = (layout, network, dream, heldOut, rng);
        _batches = [.. Enumerable.Range(0, BatchesPerStep).Select(_ => new AnswerBatch<T>(layout, network, horizon, SleepExample.Draws))];
    }

    /// <summary>Rounds done.</summary>
    public int Rounds { get; private set; }

    public ParameterSet<T> Parameters => _network.Parameters;

    public int Chunks => _batches.Length;

    public int SlicesPerStep => _batches.Length * AnswerBatch<T>.Size;

    public void Refresh() => _network.Refresh();

    public void Begin(long step, double ahead)
    {
        if (step % StepsPerRound == 0)
        {
            SleepExample[] fresh = _dream((int)(step / StepsPerRound));
            if (fresh.Length == 0)
            {
                _examples = [];
                return;
            }

            Rounds++;
            _rounds.Enqueue(fresh);
            while (_rounds.Count > Remembered)
            {
                _rounds.Dequeue();
            }

            _examples = [.. _rounds.SelectMany(round => round)];
        }
    }

    public ChunkLoss Learn(long step, int chunk, Gradients<T> gradients)
    {
        if (_examples.Length == 0)
        {
            return default;
        }

        AnswerBatch<T> batch = _batches[chunk];
        Rng rng = _rng.For(step).For(chunk);
        batch.Take([.. Enumerable.Range(0, AnswerBatch<T>.Size).Select(_ => _examples[rng.Below(_examples.Length)])]);
        return new ChunkLoss(batch.Learn(gradients), batch.Cells);
    }

    public double Validate(ChunkRunner runner) => SleepScores.Loss(_layout, _network, _heldOut, runner);
}
