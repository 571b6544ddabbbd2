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
    private T[] _weights = [];

    /// <summary>Summed loss over steps; adds its gradient.</summary>
    public ChunkLoss Learn(SequenceWindows<T> windows, ReadOnlySpan<int> chosen, LearningWindow learning, Gradients<T> gradients)
    {
        (Variable readout, Variable outputs) = Forward(windows, chosen, learning);
        Variable loss = Loss(readout, windows, chosen);
        _tape.CheckFinite(loss, "loss");
        double count = model.Goal == StepwiseGoal.Bits ? Math.Max(1, AskedBits()) : Weight;
        _tape.Backward(model.AddAuxiliary(_tape, loss, outputs, count), gradients);
        return new ChunkLoss(double.CreateTruncating(_tape.Value(loss)[0]), count);
    }

    /// <summary>What the steps count together.</summary>
    private double Weight => _weights.Sum(double.CreateTruncating);

    /// <summary>Summed loss and error over steps or bits, and how many targets there were, each as often as its step counts.</summary>
    public (double Loss, double Error, double Targets) Evaluate(SequenceWindows<T> windows, ReadOnlySpan<int> chosen)
    {
        (Variable readout, _) = Forward(windows, chosen, null);
        double loss = double.CreateTruncating(_tape.Value(Loss(readout, windows, chosen))[0]);
        return model.Goal switch
        {
            StepwiseGoal.Regression => (loss, loss, Weight * windows.TargetWidth),
            StepwiseGoal.Bits => (loss, WrongBits(_tape.Value(readout)), AskedBits()),
            _ => (loss, Mistakes(_tape.Value(readout)), Weight),
        };
    }

    /// <summary>The readouts of some windows.</summary>
    /// <param name="windows">All windows.</param>
    /// <param name="chosen">Which of them.</param>
    /// <param name="into">z of all windows, [N, T, O], of which those of the chosen ones are written.</param>
    public void Predict(SequenceWindows<T> windows, ReadOnlySpan<int> chosen, Span<T> into)
    {
        (Variable readout, _) = Forward(windows, chosen, null);
        ReadOnlySpan<T> z = _tape.Value(readout);
        int width = model.Outputs;
        for (int t = 0; t < windows.Steps; t++)
        {
            for (int row = 0; row < chosen.Length; row++)
            {
                z.Slice(((t * chosen.Length) + row) * width, width).CopyTo(into[(((chosen[row] * windows.Steps) + t) * width)..]);
            }
        }
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
        Array.Resize(ref _weights, slices);
        if (windows.Weights is { } given)
        {
            TimeMajor(given, windows.Steps, 1, chosen, _weights);
        }
        else
        {
            _weights.AsSpan().Fill(T.One);
        }

        if (model.Goal == StepwiseGoal.Regression)
        {
            Variable targets = _tape.Constant(_targets, slices, windows.TargetWidth);
            Variable squares = _tape.Square(_tape.Subtract(readout, targets));
            return windows.Weights is null ? _tape.Sum(squares) : _tape.WeightedSum(squares, Repeated(_weights, windows.TargetWidth));
        }

        Span<T> weights = _tape.Arena[_tape.Arena.Take(slices * model.Outputs)];
        if (model.Goal == StepwiseGoal.Bits)
        {
            return BitLoss(readout, weights);
        }

        for (int i = 0; i < slices; i++)
        {
            weights[(i * model.Outputs) + int.CreateTruncating(_targets[i])] = -_weights[i];
        }

        return _tape.WeightedSum(_tape.LogSoftmax(readout), weights);
    }

    /// <summary>Σ log(1 + exp z) - b z over the bits b that are asked for.</summary>
    private Variable BitLoss(Variable readout, Span<T> weights)
    {
        for (int i = 0; i < _targets.Length; i++)
        {
            weights[i] = WeightOfBit(i);
        }

        Variable all = _tape.WeightedSum(_tape.Softplus(readout), weights);
        for (int i = 0; i < _targets.Length; i++)
        {
            weights[i] = T.IsNaN(_targets[i]) ? T.Zero : -_targets[i] * WeightOfBit(i);
        }

        return _tape.Add(all, _tape.WeightedSum(readout, weights));
    }

    private double WrongBits(ReadOnlySpan<T> logits)
    {
        double wrong = 0;
        for (int i = 0; i < _targets.Length; i++)
        {
            wrong += T.IsPositive(logits[i]) == T.IsZero(_targets[i]) ? double.CreateTruncating(WeightOfBit(i)) : 0;
        }

        return wrong;
    }

    private double AskedBits()
    {
        double asked = 0;
        for (int i = 0; i < _targets.Length; i++)
        {
            asked += double.CreateTruncating(WeightOfBit(i));
        }

        return asked;
    }

    /// <summary>What its step counts; 0 for a bit that is not asked for.</summary>
    private T WeightOfBit(int bit) => T.IsNaN(_targets[bit]) ? T.Zero : _weights[bit / model.Outputs];

    /// <summary>Each weight as often as a step has numbers.</summary>
    private Span<T> Repeated(ReadOnlySpan<T> weights, int width)
    {
        Span<T> repeated = _tape.Arena[_tape.Arena.Take(weights.Length * width)];
        for (int i = 0; i < repeated.Length; i++)
        {
            repeated[i] = weights[i / width];
        }

        return repeated;
    }

    private double Mistakes(ReadOnlySpan<T> logits)
    {
        double mistakes = 0;
        for (int i = 0; i < _targets.Length; i++)
        {
            ReadOnlySpan<T> row = logits.Slice(i * model.Outputs, model.Outputs);
            int likeliest = 0;
            for (int k = 1; k < row.Length; k++)
            {
                likeliest = row[k] > row[likeliest] ? k : likeliest;
            }

            mistakes += likeliest == int.CreateTruncating(_targets[i]) ? 0 : double.CreateTruncating(_weights[i]);
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
