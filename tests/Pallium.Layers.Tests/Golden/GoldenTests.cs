using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Every file of a known case in the folder named by PALLIUM_GOLDEN agrees: outputs, final states and all gradients.</summary>
public sealed class GoldenTests
{
    // Per element, as the README beside the files states them.
    private static readonly (double Absolute, double Relative) DoubleOutput = (1e-10, 1e-9);
    private static readonly (double Absolute, double Relative) DoubleGradient = (1e-9, 1e-8);
    private static readonly (double Absolute, double Relative) SingleOutput = (2e-5, 1e-4);
    private static readonly (double Absolute, double Relative) SingleGradient = (2e-4, 1e-3);

    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (string path in Repository.GoldenFiles())
        {
            if (GoldenLayers.Create<double>(new GoldenFile(path)) is not null)
            {
                files.Add(Path.GetFileName(path));
            }
        }

        if (files.Count == 0)
        {
            files.Add("");
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Published_values_are_met(string name)
    {
        Assert.SkipWhen(name.Length == 0, "No reference values found; PALLIUM_GOLDEN names their folder.");
        var file = new GoldenFile(Repository.GoldenFiles().Single(path => Path.GetFileName(path) == name));
        Check<double>(file, DoubleOutput, DoubleGradient);
        Check<float>(file, SingleOutput, SingleGradient);
    }

    private static void Check<T>(GoldenFile file, (double Absolute, double Relative) output, (double Absolute, double Relative) gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GoldenLayer<T> golden = GoldenLayers.Create<T>(file)!;
        foreach ((string name, Parameter<T> parameter) in golden.Layer.Parameters)
        {
            Set(golden.Pick(name, file.Joined("param/", golden.Rename(name))), parameter.Values);
        }

        golden.Layer.Refresh();
        (int steps, int rows) = (file.Steps, file.Rows);
        var run = new LayerRun<T>(golden.Layer, steps, rows) { Noise = golden.IsLearning ? new Rng(1) : null };
        double[] Tensors(string prefix, string[] names, string suffix = "") => GoldenLayer<T>.SideBySide(names.Select(name => prefix + name + suffix), file);
        Set(Tensors("input/", golden.Inputs), run.Inputs);
        if (file.Has("input/timespans"))
        {
            Set(file.TimeMajor("input/timespans"), run.Elapsed);
        }

        Set(golden.States("state0/", file), run.Start);
        Set(Tensors("loss_weight/", golden.Outputs), run.OutputWeights);
        Set([.. golden.Auxiliary.Select(name => file["loss_weight/" + name][0] / (steps * rows))], run.AuxiliaryWeights);
        run.Forward().Backward();

        double[] expected = Tensors("output/", golden.Outputs);
        AssertClose("output", expected, run.Outputs, output);
        AssertClose("auxiliary losses", [.. golden.Auxiliary.Select(name => steps * rows * file["output/" + name][0])], run.Auxiliary, output);
        if (!golden.IsLearning)
        {
            bool isStreamed = file.Has($"output/{golden.Outputs[0]}_step");
            AssertClose("step", isStreamed ? Tensors("output/", golden.Outputs, "_step") : expected, Streamed(run), output);
        }

        AssertClose("input gradient", Tensors("grad/input/", golden.Inputs), run.InputGradient, gradient);
        if (golden.StateNames.Length > 0)
        {
            AssertClose("final state", golden.States("final_state/", file), run.Final, output);
        }

        if (golden.StateNames.Any(name => file.Has("state0/" + name)))
        {
            AssertClose("start gradient", golden.States("grad/state0/", file), run.StartGradient, gradient);
        }

        if (file.Has("input/timespans"))
        {
            AssertClose("elapsed gradient", file.TimeMajor("grad/input/timespans"), run.ElapsedGradient, gradient);
        }

        foreach ((string name, Parameter<T> parameter) in golden.Layer.Parameters)
        {
            AssertClose(name, golden.Pick(name, file.Joined("grad/param/", golden.Rename(name))), run.Gradients[parameter], gradient);
        }
    }

    /// <summary>The outputs of the run's slices one after another.</summary>
    private static T[] Streamed<T>(LayerRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] states = [.. run.Start];
        var outputs = new T[run.Outputs.Length];
        var scratch = new T[run.Layer.StepScratch(run.Rows)];
        (int read, int written) = (run.Rows * run.Layer.Inputs, run.Rows * run.Layer.Outputs);
        for (int step = 0; step < run.Steps; step++)
        {
            run.Layer.Step(
                run.Inputs.AsSpan(step * read, read), run.Elapsed.AsSpan(step * run.Rows, run.Rows), states, outputs.AsSpan(step * written, written), scratch);
        }

        return outputs;
    }

    private static void Set<T>(double[] values, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(values.Length, target.Length);
        for (int i = 0; i < values.Length; i++)
        {
            target[i] = T.CreateChecked(values[i]);
        }
    }

    private static void AssertClose<T>(string what, double[] expected, ReadOnlySpan<T> found, (double Absolute, double Relative) tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double value = double.CreateChecked(found[i]);
            Assert.True(
                Math.Abs(value - expected[i]) <= tolerance.Absolute + (tolerance.Relative * Math.Abs(expected[i])),
                $"{typeof(T).Name}, {what}[{i}]: {value:R} instead of {expected[i]:R}");
        }
    }
}
