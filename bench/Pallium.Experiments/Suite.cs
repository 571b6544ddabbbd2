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
    /// <param name="name">Of the data set.</param>
    /// <param name="recipe">Whose encoding of the inputs.</param>
    /// <param name="fold">Occupancy only: a part of the training file to hold out instead, to choose recipes by.</param>
    public static Suite Load(string name, string recipe, int fold) => name switch
    {
        "occupancy" => OccupancySuite.Load(recipe == Recipe.Ours, fold),
        "traffic" => TrafficSuite.Load(recipe == Recipe.Ours),
        "gesture" => GestureSuite.Load(),
        "power" => PowerSuite.Load(),
        "walker2d" => WalkerSuite.Load(),
        _ => throw new ExperimentException($"Found suite '{name}', expected occupancy, traffic, gesture, power or walker2d."),
    };
}

/// <summary>One window of a series.</summary>
/// <param name="Start">Its first row.</param>
/// <param name="Inputs">[T][I].</param>
/// <param name="Targets">[T, O].</param>
internal sealed record Window(int Start, float[][] Inputs, float[] Targets)
{
    /// <summary>Elapsed time of every step, [T]; empty: 1 throughout.</summary>
    public float[] Elapsed { get; init; } = [];

    public static SequenceWindows<float> Join(IEnumerable<Window> windows)
    {
        Window[] all = [.. windows];
        int steps = all[0].Inputs.Length;
        float[] elapsed = [.. all.SelectMany(window => window.Elapsed)];
        return new SequenceWindows<float>(
            steps, [.. all.SelectMany(window => window.Inputs).SelectMany(row => row)], all[0].Inputs[0].Length,
            [.. all.SelectMany(window => window.Targets)], all[0].Targets.Length / steps)
        {
            Elapsed = elapsed.Length == 0 ? null : elapsed,
        };
    }
}

/// <summary>Mean and standard deviation of a column.</summary>
internal readonly record struct Moments(double Mean, double Deviation)
{
    public static Moments Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return new Moments(mean, Math.Sqrt(all.Select(value => (value - mean) * (value - mean)).Average()));
    }

    public float Standardise(double value) => (float)((value - Mean) / Deviation);
}
