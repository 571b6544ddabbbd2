using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>A model's loss over all of a few windows, and what it came to so far.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class FullBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StepwiseTask<T> _task;
    private readonly Dictionary<double, int> _reached = [];

    /// <param name="stack">The stack under a linear readout.</param>
    /// <param name="windows">All of them are one batch: a multiple of 16.</param>
    /// <param name="rng">Draws the weights.</param>
    public FullBatch(string stack, SequenceWindows<T> windows, Rng rng)
    {
        var model = new StepwiseModel<T>(StackText.Parse(stack).Build<T>(windows.InputWidth), windows.TargetWidth, StepwiseGoal.Regression);
        _task = new StepwiseTask<T>(model, windows, windows, new StepwiseOptions { BatchSize = windows.Count }, rng);
    }

    public ParameterSet<T> Parameters => _task.Parameters;

    /// <summary>Times the loss was asked for.</summary>
    public int Evaluations { get; private set; }

    /// <summary>The least loss met.</summary>
    public double Least { get; private set; } = double.PositiveInfinity;

    /// <summary>The evaluation that first met a loss of at most <paramref name="bar"/>, counted from 1; 0: none did.</summary>
    public int ReachedAt(double bar) => _reached.GetValueOrDefault(bar);

    /// <summary>Losses whose first reaching is noted.</summary>
    public required double[] Bars { get; init; }

    /// <summary>Squared error summed over channels, mean over slices; writes its gradient.</summary>
    public double Evaluate(Gradients<T> gradients)
    {
        _task.Refresh();
        _task.Begin(0, 0);
        gradients.Values.Clear();
        double sum = 0;
        double weight = 0;
        for (int chunk = 0; chunk < _task.Chunks; chunk++)
        {
            ChunkLoss loss = _task.Learn(0, chunk, gradients);
            sum += loss.Sum;
            weight += loss.Weight;
        }

        TensorPrimitives.Multiply(gradients.Values, T.CreateChecked(1 / weight), gradients.Values);
        Evaluations++;
        double mean = sum / weight;
        Least = Math.Min(Least, mean);
        foreach (double bar in Bars.Where(bar => mean <= bar))
        {
            _reached.TryAdd(bar, Evaluations);
        }

        return mean;
    }
}
