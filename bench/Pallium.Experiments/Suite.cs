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
    /// <param name="name">occupancy or traffic.</param>
    /// <param name="recipe">Whose encoding of the inputs.</param>
    /// <param name="fold">Occupancy only: a part of the training file to hold out instead, to choose recipes by.</param>
    public static Suite Load(string name, string recipe, int fold) => name switch
    {
        "occupancy" => OccupancySuite.Load(recipe == Recipe.Ours, fold),
        "traffic" => TrafficSuite.Load(recipe == Recipe.Ours),
        _ => throw new ExperimentException($"Found suite '{name}', expected occupancy or traffic."),
    };
}

/// <summary>One window of a series.</summary>
/// <param name="Start">Its first row.</param>
/// <param name="Inputs">[T][I].</param>
/// <param name="Targets">[T].</param>
internal sealed record Window(int Start, float[][] Inputs, float[] Targets)
{
    public static SequenceWindows<float> Join(IEnumerable<Window> windows)
    {
        Window[] all = [.. windows];
        return new SequenceWindows<float>(
            all[0].Inputs.Length, [.. all.SelectMany(window => window.Inputs).SelectMany(row => row)], all[0].Inputs[0].Length, [.. all.SelectMany(window => window.Targets)], 1);
    }
}
