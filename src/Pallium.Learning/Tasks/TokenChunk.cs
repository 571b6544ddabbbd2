using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Up to 16 sequences of a task, drawn side by side, and the tape that learns from them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TokenChunk<T>(TokenModel<T> model)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int MostRows = 16;

    private readonly Tape<T> _tape = new();
    private readonly List<int> _asked = [];
    private readonly List<int> _classes = [];
    private int[] _tokens = [];
    private int[] _row = [];

    /// <summary>Summed loss over the asked places; adds its gradient.</summary>
    public ChunkLoss Learn(TokenTask task, int length, int rows, Rng rng, LearningWindow learning, Gradients<T> gradients)
    {
        Draw(task, length, rows, rng, learning.FirstRow);
        (Variable readout, Variable outputs) = Forward(rows, learning);
        Variable loss = Loss(readout);
        _tape.CheckFinite(loss, "loss");
        _tape.Backward(model.AddAuxiliary(_tape, loss, outputs, _asked.Count), gradients);
        return new ChunkLoss(double.CreateTruncating(_tape.Value(loss)[0]), _asked.Count);
    }

    /// <summary>Loss, asked and right answers, and sequences without a mistake.</summary>
    public TokenTally Evaluate(TokenTask task, int length, int rows, Rng rng, int firstRow)
    {
        Draw(task, length, rows, rng, firstRow);
        (Variable logits, _) = Forward(rows, null);
        double loss = double.CreateTruncating(_tape.Value(Loss(logits))[0]);
        Span<bool> wrong = stackalloc bool[rows];
        int right = 0;
        for (int i = 0; i < _asked.Count; i++)
        {
            bool isRight = TensorPrimitives.IndexOfMax<T>(_tape.Value(logits).Slice(i * model.Classes, model.Classes)) == _classes[i];
            right += isRight ? 1 : 0;
            wrong[_asked[i] % rows] |= !isRight;
        }

        return new TokenTally(loss, _asked.Count, right, rows, rows - wrong.Count(true));
    }

    private (Variable Readout, Variable Outputs) Forward(int rows, LearningWindow? learning)
    {
        _tape.Reset();
        return model.Forward(_tape, _tokens, rows, learning, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_asked));
    }

    private Variable Loss(Variable logits) => _tape.CrossEntropy(logits, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_classes));

    /// <summary>Each row from the stream of its number in the whole batch, so that sequences do not depend on how the batch is cut.</summary>
    private void Draw(TokenTask task, int length, int rows, Rng rng, int firstRow)
    {
        Array.Resize(ref _tokens, length * rows);
        Array.Resize(ref _row, 2 * length);
        _asked.Clear();
        _classes.Clear();
        for (int row = 0; row < rows; row++)
        {
            Span<int> tokens = _row.AsSpan(0, length);
            Span<int> targets = _row.AsSpan(length);
            task.Draw(rng.For(firstRow + row), tokens, targets);
            for (int t = 0; t < length; t++)
            {
                int place = (t * rows) + row;
                _tokens[place] = tokens[t];
                if (targets[t] != TokenTask.NotAsked)
                {
                    _asked.Add(place);
                    _classes.Add(targets[t]);
                }
            }
        }
    }
}
