using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Up to 16 windows of a batch, and the tape that learns from them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StepwiseChunk<T>(StepwiseModel<T> model)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int MostRows = 16;

    private readonly Tape<T> _tape = new();
    private T[] _targets = [];

    /// <summary>Summed loss over steps; adds its gradient.</summary>
    public ChunkLoss Learn(SequenceWindows<T> windows, ReadOnlySpan<int> chosen, LearningWindow learning, Gradients<T> gradients)
    {
        (Variable readout, Variable outputs) = Forward(windows, chosen, learning);
        Variable loss = Loss(readout, windows, chosen);
        _tape.CheckFinite(loss, "loss");
        double count = model.Goal == StepwiseGoal.Bits ? Math.Max(1, Asked) : chosen.Length * windows.Steps;
        _tape.Backward(model.AddAuxiliary(_tape, loss, outputs, count), gradients);
        return new ChunkLoss(double.CreateTruncating(_tape.Value(loss)[0]), count);
    }

    private int Asked => _targets.Count(target => !T.IsNaN(target));

    /// <summary>Summed loss and error over steps or bits, and how many targets there were.</summary>
    public (double Loss, double Error, long Targets) Evaluate(SequenceWindows<T> windows, ReadOnlySpan<int> chosen)
    {
        (Variable readout, _) = Forward(windows, chosen, null);
        double loss = double.CreateTruncating(_tape.Value(Loss(readout, windows, chosen))[0]);
        return model.Goal switch
        {
            StepwiseGoal.Regression => (loss, loss, _targets.Length),
            StepwiseGoal.Bits => (loss, WrongBits(_tape.Value(readout)), Asked),
            _ => (loss, Mistakes(_tape.Value(readout)), _targets.Length),
        };
    }

    private (Variable Readout, Variable Outputs) Forward(SequenceWindows<T> windows, ReadOnlySpan<int> chosen, LearningWindow? learning)
    {
        _tape.Reset();
        Variable inputs = _tape.Constant(windows.Steps * chosen.Length, windows.InputWidth);
        TimeMajor(windows.Inputs, windows.Steps, windows.InputWidth, chosen, _tape.Value(inputs));
        Variable elapsed = _tape.Constant(windows.Steps, chosen.Length);
        if (windows.Elapsed is { } times)
        {
            TimeMajor(times, windows.Steps, 1, chosen, _tape.Value(elapsed));
        }
        else
        {
            _tape.Value(elapsed).Fill(T.One);
        }

        return model.Forward(_tape, inputs, elapsed, learning);
    }

    private Variable Loss(Variable readout, SequenceWindows<T> windows, ReadOnlySpan<int> chosen)
    {
        int slices = windows.Steps * chosen.Length;
        Array.Resize(ref _targets, slices * windows.TargetWidth);
        TimeMajor(windows.Targets, windows.Steps, windows.TargetWidth, chosen, _targets);
        if (model.Goal == StepwiseGoal.Regression)
        {
            Variable targets = _tape.Constant(_targets, slices, windows.TargetWidth);
            return _tape.Sum(_tape.Square(_tape.Subtract(readout, targets)));
        }

        Span<T> weights = _tape.Arena[_tape.Arena.Take(slices * model.Outputs)];
        if (model.Goal == StepwiseGoal.Bits)
        {
            return BitLoss(readout, weights);
        }

        for (int i = 0; i < slices; i++)
        {
            weights[(i * model.Outputs) + int.CreateTruncating(_targets[i])] = -T.One;
        }

        return _tape.WeightedSum(_tape.LogSoftmax(readout), weights);
    }

    /// <summary>Σ log(1 + exp z) - b z over the bits b that are asked for.</summary>
    private Variable BitLoss(Variable readout, Span<T> weights)
    {
        for (int i = 0; i < _targets.Length; i++)
        {
            weights[i] = T.IsNaN(_targets[i]) ? T.Zero : T.One;
        }

        Variable all = _tape.WeightedSum(_tape.Softplus(readout), weights);
        for (int i = 0; i < _targets.Length; i++)
        {
            weights[i] = T.IsNaN(_targets[i]) ? T.Zero : -_targets[i];
        }

        return _tape.Add(all, _tape.WeightedSum(readout, weights));
    }

    private int WrongBits(ReadOnlySpan<T> logits)
    {
        int wrong = 0;
        for (int i = 0; i < _targets.Length; i++)
        {
            wrong += !T.IsNaN(_targets[i]) && T.IsPositive(logits[i]) == T.IsZero(_targets[i]) ? 1 : 0;
        }

        return wrong;
    }

    private int Mistakes(ReadOnlySpan<T> logits)
    {
        int mistakes = 0;
        for (int i = 0; i < _targets.Length; i++)
        {
            ReadOnlySpan<T> row = logits.Slice(i * model.Outputs, model.Outputs);
            int likeliest = 0;
            for (int k = 1; k < row.Length; k++)
            {
                likeliest = row[k] > row[likeliest] ? k : likeliest;
            }

            mistakes += likeliest == int.CreateTruncating(_targets[i]) ? 0 : 1;
        }

        return mistakes;
    }

    private static void TimeMajor(T[] windows, int steps, int width, ReadOnlySpan<int> chosen, Span<T> into)
    {
        for (int t = 0; t < steps; t++)
        {
            for (int row = 0; row < chosen.Length; row++)
            {
                windows.AsSpan(((chosen[row] * steps) + t) * width, width).CopyTo(into[(((t * chosen.Length) + row) * width)..]);
            }
        }
    }
}
