using System.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>A layer made for a golden file, and how the file's tensors become the layer's.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="StateNames">Tensors of the state row, in order; none where the file keeps no state of the layer.</param>
internal sealed record GoldenLayer<T>(ISequenceLayer<T> Layer, params string[] StateNames)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tensors that are the layer's input side by side.</summary>
    public string[] Inputs { get; init; } = ["x"];

    /// <summary>Tensors that make up the output side by side.</summary>
    public string[] Outputs { get; init; } = ["y"];

    /// <summary>Tensors of the auxiliary losses, means over slices.</summary>
    public string[] Auxiliary { get; init; } = [];

    /// <summary>Whether the values are those of learning, with its limits.</summary>
    public bool IsLearning { get; init; }

    /// <summary>The file's name of a parameter; several with | between them where it is made of several tensors.</summary>
    public Func<string, string> Rename { get; init; } = name => name.Replace('.', '/');

    /// <summary>The values that the layer keeps of a parameter's tensor.</summary>
    public Func<string, double[], double[]> Pick { get; init; } = (_, values) => values;

    /// <summary>One row of a state tensor in the layer's order.</summary>
    public Func<string, double[], double[]> Arrange { get; init; } = (_, row) => row;

    /// <summary>State rows [B, S]; zeros where the file has none.</summary>
    public double[] States(string prefix, GoldenFile file)
    {
        int rows = file.Rows;
        if (StateNames.Length == 0 || !StateNames.All(name => file.Has(prefix + name)))
        {
            return new double[rows * Layer.StateSize];
        }

        return [.. Enumerable.Range(0, rows).SelectMany(row => StateNames.SelectMany(name => Arrange(name, RowOf(file[prefix + name], row, rows))))];
    }

    /// <summary>Tensors of inputs or outputs, or their gradients, side by side, [T, B, ·].</summary>
    public static double[] SideBySide(IEnumerable<string> names, GoldenFile file)
    {
        double[][] parts = [.. names.Select(file.TimeMajor)];
        int slices = file.Rows * file.Steps;
        return [.. Enumerable.Range(0, slices).SelectMany(slice => parts.SelectMany(part => RowOf(part, slice, slices)))];
    }

    private static double[] RowOf(double[] values, int row, int rows)
    {
        int width = values.Length / rows;
        return values[(row * width)..((row + 1) * width)];
    }
}
