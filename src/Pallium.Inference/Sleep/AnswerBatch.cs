using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Some questions side by side, backwards in time, and the tape that evaluates the answer network on them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AnswerBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Questions of a batch.</summary>
    public const int Size = 16;

    private readonly SliceNetwork<T> _network;
    private readonly SliceLayout _layout;
    private readonly Tape<T> _tape = new();
    private readonly SliceWindow<T> _window;
    private readonly SliceTargets[] _targets;

    /// <param name="layout">Channels.</param>
    /// <param name="network">What is evaluated.</param>
    /// <param name="steps">Slices of the longest question.</param>
    /// <param name="draws">Draws of each question.</param>
    public AnswerBatch(SliceLayout layout, SliceNetwork<T> network, int steps, int draws)
    {
        (_layout, _network) = (layout, network);
        _window = new SliceWindow<T>
        {
            Steps = steps,
            Rows = Size,
            Elapsed = new T[steps * Size],
            EncoderInputs = new T[steps * Size * network.EncoderInputs],
            HeadFeatures = new T[steps * Size * network.HeadFeatures],
            States = new T[Size * network.Trunk.StateSize],
            LastOutputs = new T[Size * network.Trunk.Outputs],
            FreshRows = [.. Enumerable.Repeat(true, Size)],
            WithoutPast = new bool[steps * Size],
        };
        _targets = [.. Enumerable.Range(0, draws).Select(_ => new SliceTargets(steps * Size, layout))];
    }

    /// <summary>Cells that are asked for.</summary>
    public double Cells { get; private set; }

    /// <summary>Takes questions in place of those before; at most <see cref="Size"/>.</summary>
    public void Take(ReadOnlySpan<SleepExample> examples)
    {
        _window.Elapsed.AsSpan().Fill(T.One);
        _window.EncoderInputs.AsSpan().Clear();
        _window.HeadFeatures.AsSpan().Clear();
        _window.WithoutPast.AsSpan().Fill(true);
        Array.ForEach(_targets, targets => targets.Weights.AsSpan().Clear());
        Cells = 0;
        for (int row = 0; row < examples.Length; row++)
        {
            Take(examples[row], row);
        }
    }

    /// <summary>Summed loss, its gradient added.</summary>
    public double Learn(Gradients<T> gradients)
    {
        Variable loss = Forward();
        _tape.Backward(loss, gradients);
        return double.CreateTruncating(_tape.Value(loss)[0]);
    }

    private Variable Forward()
    {
        _tape.Reset();
        (Variable real, Variable discrete, Variable outputs) = _network.Forward(_tape, _window);
        _tape.CheckFinite(outputs, "backward trunk", Size);
        _tape.CheckFinite(real, "answer head (mixtures)", Size);
        _tape.CheckFinite(discrete, "answer head (categories)", Size);
        Variable loss = SliceLoss<T>.Sum(_tape, real, discrete, _targets[0]);
        foreach (SliceTargets targets in _targets.AsSpan(1))
        {
            loss = _tape.Add(loss, SliceLoss<T>.Sum(_tape, real, discrete, targets));
        }

        return loss;
    }

    private void Take(SleepExample example, int row)
    {
        AnswerRows rows = example.Rows;
        int inputs = _network.EncoderInputs;
        int features = _network.HeadFeatures;
        for (int h = 0; h < rows.Slices.Count; h++)
        {
            // What the trunk reads at a step is behind the slice whose summary is at hand before it.
            int at = (rows.StepOf(h) * Size) + row;
            TensorPrimitives.ConvertTruncating<double, T>(rows.Inputs.AsSpan(h * inputs, inputs), _window.EncoderInputs.AsSpan(at * inputs));
            _window.Elapsed[at] = T.CreateTruncating(rows.Elapsed[h] > 0 ? rows.Elapsed[h] : 1);
            _window.WithoutPast[at] = !rows.HasLater(h);
            if (rows.Counts[h])
            {
                TensorPrimitives.ConvertTruncating<double, T>(rows.Features.AsSpan(h * features, features), _window.HeadFeatures.AsSpan(at * features));
                Aim(example, h, at);
            }
        }
    }

    private void Aim(SleepExample example, int h, int at)
    {
        AnswerRows rows = example.Rows;
        for (int c = 0; c < _layout.Channels; c++)
        {
            if (rows.Slices[h].Cells[c].Role == CellRole.Known || double.IsNaN(example.Values[0][h][c]))
            {
                continue;
            }

            Cells++;
            for (int i = 0; i < _targets.Length; i++)
            {
                Aim(rows, h, c, example.Values[i][h][c], at, _targets[i]);
            }
        }
    }

    private void Aim(AnswerRows rows, int h, int channel, double value, int at, SliceTargets targets)
    {
        int discrete = _layout.DiscreteOf(channel);
        int real = _layout.RealOf(channel);
        double weight = 1.0 / _targets.Length;
        if (discrete >= 0)
        {
            SliceVariable variable = _layout.Variables[discrete];
            targets.Weights[targets.Index(at, discrete)] = weight;
            targets.Outcomes[targets.Index(at, discrete)] = _layout.OutcomeOf(channel, value);
            rows.LogitsOf(h, variable).CopyTo(targets.BaseLogits.AsSpan((at * _layout.DiscreteOutputs) + variable.Output));
        }

        if (real >= 0 && (discrete < 0 || value > 0))
        {
            targets.Ask(at, _layout.Variables[real], value, rows.StandardOf(h, _layout.Variables[real]), weight);
        }
    }
}
