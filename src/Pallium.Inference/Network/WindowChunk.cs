using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A window of some rows with what was asked in it, and the tape that evaluates it.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class WindowChunk<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SliceNetwork<T>? _network;
    private readonly Tape<T> _tape = new();

    /// <summary>A window of nothing.</summary>
    /// <param name="core">Sizes.</param>
    /// <param name="network">What is evaluated; null: the base alone.</param>
    /// <param name="steps">Slices.</param>
    /// <param name="rows">Stretches side by side.</param>
    public WindowChunk(SliceCore core, SliceNetwork<T>? network, int steps, int rows)
    {
        _network = network;
        Window = new SliceWindow<T>
        {
            Steps = steps,
            Rows = rows,
            Elapsed = new T[steps * rows],
            EncoderInputs = new T[steps * rows * core.EncoderInputs],
            HeadFeatures = new T[steps * rows * core.HeadFeatures],
            States = new T[rows * (network?.Trunk.StateSize ?? 0)],
            LastOutputs = new T[rows * (network?.Trunk.Outputs ?? 0)],
            FreshRows = new bool[rows],
            WithoutPast = new bool[steps * rows],
        };
        Targets = new SliceTargets(steps * rows, core.Layout);
    }

    public SliceWindow<T> Window { get; }

    public SliceTargets Targets { get; }

    /// <summary>Forgets what the window held; the rows' states stay.</summary>
    public void Clear()
    {
        Window.Elapsed.AsSpan().Fill(T.One);
        Window.EncoderInputs.AsSpan().Clear();
        Window.HeadFeatures.AsSpan().Clear();
        Targets.Weights.AsSpan().Clear();
        Targets.Cells = 0;
    }

    /// <summary>Loss of the window, its gradient, and the states carried on to the next window.</summary>
    public double Learn(Gradients<T> gradients)
    {
        _tape.Reset();
        (Variable real, Variable discrete, Variable outputs) = _network!.Forward(_tape, Window);
        _tape.CheckFinite(outputs, "trunk", Window.Rows);
        _tape.CheckFinite(real, "head (mixtures)", Window.Rows);
        _tape.CheckFinite(discrete, "head (categories)", Window.Rows);
        Variable loss = SliceLoss<T>.Sum(_tape, real, discrete, Targets);
        _tape.Backward(_network.AddAuxiliary(_tape, loss, outputs, Targets.Cells), gradients);
        _tape.Value(outputs.Output(1)).CopyTo(Window.States);
        _tape.Value(outputs)[^Window.LastOutputs.Length..].CopyTo(Window.LastOutputs);
        Window.FreshRows.AsSpan().Clear();
        return double.CreateTruncating(_tape.Value(loss)[0]);
    }

    /// <summary>Loss of the window without learning.</summary>
    /// <param name="losses">Receives each variable's own loss, [rows, variables]; null: not wanted.</param>
    /// <param name="outputs">Receives the head's mixture parameters, [rows, real outputs]; null: not wanted.</param>
    public double Evaluate(double[]? losses = null, T[]? outputs = null)
    {
        if (_network is null)
        {
            // A head that adds nothing leaves the base as it is.
            outputs?.AsSpan().Clear();
            SliceLayout layout = Targets.Layout;
            return SliceLoss<T>.Evaluate(new T[Targets.Rows * layout.RealOutputs], new T[Targets.Rows * layout.DiscreteOutputs], Targets, [], [], losses);
        }

        _tape.Reset();
        (Variable real, Variable discrete, _) = _network.Forward(_tape, Window);
        if (outputs is not null)
        {
            _tape.Value(real).CopyTo(outputs);
        }

        return SliceLoss<T>.Evaluate(_tape.Value(real), _tape.Value(discrete), Targets, [], [], losses);
    }

    /// <summary>The trunk's auxiliary losses without learning, each summed over all slices of the window.</summary>
    public double[] EvaluateAuxiliary()
    {
        _tape.Reset();
        (_, _, Variable outputs) = _network!.Forward(_tape, Window);
        return [.. _tape.Value(SequenceOperation<T>.Auxiliary(outputs)).ToArray().Select(double.CreateTruncating)];
    }
}
