using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What layers have in common that divide groups of a slice's channels by a root mean square and give each channel a gain.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class NormalizationLayer<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _sharesGain;

    private protected NormalizationLayer(int channels, int groups, bool sharesGain, double epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        Width = ChannelGroups.Width(channels, groups);
        Inputs = channels;
        Groups = groups;
        Epsilon = T.CreateChecked(epsilon);
        Count = T.CreateChecked(Width);
        Gain = new(sharesGain ? Width : channels);
        _sharesGain = sharesGain;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <summary>w, [C]; [C/G] where the groups share it.</summary>
    private protected Parameter<T> Gain { get; }

    /// <summary>G.</summary>
    private protected int Groups { get; }

    /// <summary>Channels of a group, C/G.</summary>
    private protected int Width { get; }

    /// <summary>Added to the mean square.</summary>
    private protected T Epsilon { get; }

    /// <summary>C/G.</summary>
    private protected T Count { get; }

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => Width;

    /// <summary>The entries of w, or of a parameter or gradient like it, that belong to the group counted through all slices.</summary>
    private protected Span<T> OfGroup(Span<T> values, int group) => values.Slice(_sharesGain ? 0 : group % Groups * Width, Width);

    /// <summary>A parameter like w as a part of the graph, one number per channel.</summary>
    private protected StepNode PerChannel(StepGraph<T> graph, Parameter<T> parameter) =>
        _sharesGain && Groups > 1
            ? graph.Gather(graph.Constant(parameter), [.. Enumerable.Range(0, Inputs).Select(channel => channel % Width)])
            : graph.Constant(parameter);

    /// <summary>The mean over each channel's group, one number per channel, as a part of the graph.</summary>
    private protected StepNode Mean(StepGraph<T> graph, StepNode x)
    {
        int[] groupOf = [.. Enumerable.Range(0, Inputs).Select(channel => channel / Width)];
        StepNode means = graph.Divide(graph.Scatter(x, Groups, groupOf), graph.Constant(Count));
        return graph.Gather(means, groupOf);
    }

    /// <summary>w x/√(mean(x²) + ε), as a part of the graph.</summary>
    private protected StepNode Scaled(StepGraph<T> graph, StepNode x)
    {
        StepNode meanSquare = Mean(graph, graph.Multiply(x, x));
        StepNode root = graph.Apply(StepOperation.Sqrt, graph.Add(meanSquare, graph.Constant(Epsilon)));
        return graph.Multiply(graph.Divide(x, root), PerChannel(graph, Gain));
    }
}
