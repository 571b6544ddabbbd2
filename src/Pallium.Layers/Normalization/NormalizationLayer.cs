using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What layers have in common that divide a slice by a root mean square over its channels and give each channel a gain.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class NormalizationLayer<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected NormalizationLayer(int channels, double epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        Inputs = channels;
        Epsilon = T.CreateChecked(epsilon);
        Count = T.CreateChecked(channels);
        Gain = new(channels);
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <summary>w, [C].</summary>
    private protected Parameter<T> Gain { get; }

    /// <summary>Added to the mean square.</summary>
    private protected T Epsilon { get; }

    /// <summary>C.</summary>
    private protected T Count { get; }

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => Inputs;

    /// <summary>The mean over the channels, as a part of the graph.</summary>
    private protected StepNode Mean(StepGraph<T> graph, StepNode x)
    {
        var average = new T[Inputs];
        Array.Fill(average, T.One / Count);
        return graph.Affine(graph.Constant(average), x);
    }

    /// <summary>w x/√(mean(x²) + ε), as a part of the graph.</summary>
    private protected StepNode Scaled(StepGraph<T> graph, StepNode x)
    {
        StepNode meanSquare = Mean(graph, graph.Apply(StepOperation.Multiply, x, x));
        StepNode root = graph.Apply(StepOperation.Sqrt, graph.Apply(StepOperation.Add, meanSquare, graph.Constant(Epsilon)));
        return graph.Apply(StepOperation.Multiply, graph.Apply(StepOperation.Divide, x, root), graph.Constant(Gain));
    }
}
