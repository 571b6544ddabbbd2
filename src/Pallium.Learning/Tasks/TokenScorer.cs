using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Scores a model on sequences that are drawn for it: in windows through the learning form, or as long streams through the streaming form.</summary>
/// <remarks>What is drawn depends on the random stream and the number of the sequence alone, so that scores have the same bits for any number of threads.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TokenScorer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StreamsSideBySide = 64;
    private readonly TokenModel<T> _model;
    private readonly TokenChunks<T> _chunks;

    /// <summary>A scorer.</summary>
    public TokenScorer(TokenModel<T> model)
        : this(model, new TokenChunks<T>(model))
    {
    }

    internal TokenScorer(TokenModel<T> model, TokenChunks<T> chunks)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _chunks = chunks;
    }

    /// <summary>Through the learning form, in windows of the whole length.</summary>
    /// <param name="task">What is drawn.</param>
    /// <param name="length">Tokens of a sequence.</param>
    /// <param name="count">Sequences.</param>
    /// <param name="rng">Draws them.</param>
    /// <param name="runner">The threads.</param>
    /// <exception cref="DivergenceException">The stack's outputs are not finite.</exception>
    public TokenScore Score(TokenTask task, int length, int count, Rng rng, ChunkRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        const int Rows = TokenChunk<T>.MostRows;
        var tallies = new TokenTally[(count + Rows - 1) / Rows];
        runner.Run(tallies.Length, i =>
            tallies[i] = _chunks.Use(chunk => chunk.Evaluate(task, length, Math.Min(Rows, count - (i * Rows)), rng, i * Rows)));
        return tallies.Aggregate((sum, tally) => sum + tally).Score;
    }

    /// <summary>Through the streaming form, slice by slice, in memory that does not depend on the length.</summary>
    /// <param name="task">What is drawn; asked at every step.</param>
    /// <param name="length">Steps of a stream.</param>
    /// <param name="count">Streams; each draws the tokens that the other form would give it, of a task without runs.</param>
    /// <param name="rng">Draws them.</param>
    /// <param name="runner">The threads.</param>
    /// <exception cref="DivergenceException">The stack's outputs are not finite.</exception>
    public TokenScore Stream(AutomatonTask task, long length, int count, Rng rng, ChunkRunner runner)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(runner);
        var tallies = new TokenTally[(count + StreamsSideBySide - 1) / StreamsSideBySide];
        runner.Run(tallies.Length, i =>
            tallies[i] = Stream(task, length, i * StreamsSideBySide, Math.Min(StreamsSideBySide, count - (i * StreamsSideBySide)), rng));
        return tallies.Aggregate((sum, tally) => sum + tally).Score;
    }

    private TokenTally Stream(AutomatonTask task, long length, int first, int rows, Rng rng)
    {
        var streams = new TokenStreams<T>(_model, rows);
        Rng[] draws = [.. Enumerable.Range(first, rows).Select(row => rng.For(row))];
        var states = new int[rows];
        var tokens = new int[rows];
        var targets = new int[rows];
        var answers = new int[rows];
        var wrong = new bool[rows];
        long right = 0;
        for (long t = 0; t < length; t++)
        {
            for (int row = 0; row < rows; row++)
            {
                (tokens[row], targets[row]) = task.DrawNext(ref draws[row], ref states[row]);
            }

            streams.Step(tokens, answers);
            for (int row = 0; row < rows; row++)
            {
                bool isRight = answers[row] == targets[row];
                right += isRight ? 1 : 0;
                wrong[row] |= !isRight;
            }
        }

        return new TokenTally(double.NaN, length * rows, right, rows, wrong.Count(isWrong => !isWrong));
    }
}
