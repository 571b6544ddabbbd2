using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>A published protocol with its windows, prepared for one recipe.</summary>
/// <param name="Goal">What is learned.</param>
/// <param name="Outputs">Classes or numbers.</param>
/// <param name="Training">The protocol's training windows.</param>
/// <param name="Validation">The protocol's validation windows.</param>
/// <param name="Test">The protocol's test windows.</param>
internal sealed record Suite(
    StepwiseGoal Goal, int Outputs, SequenceWindows<float> Training, SequenceWindows<float> Validation, SequenceWindows<float> Test)
{
    public static Suite Load(string name, string recipe) => name switch
    {
        "occupancy" => OccupancySuite.Load(recipe == Recipe.Ours),
        "traffic" => TrafficSuite.Load(recipe == Recipe.Ours),
        _ => throw new ExperimentException($"Found suite '{name}', expected occupancy or traffic."),
    };

    /// <summary>Windows of <paramref name="steps"/> rows that begin at the given rows.</summary>
    public static SequenceWindows<float> Cut(IReadOnlyList<(float[][] Inputs, float[] Targets, int Start)> windows, int steps)
    {
        float[] inputs = [.. windows.SelectMany(window => Enumerable.Range(window.Start, steps).SelectMany(row => window.Inputs[row]))];
        float[] targets = [.. windows.SelectMany(window => window.Targets[window.Start..(window.Start + steps)])];
        return new SequenceWindows<float>(steps, inputs, windows[0].Inputs[0].Length, targets, 1);
    }
}
