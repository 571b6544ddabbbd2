using System.Globalization;
using Pallium.Layers;

namespace Pallium.Learning;

/// <summary>The same surroundings for every layer that is compared: what differs between two stacks is the layer alone.</summary>
/// <remarks>
/// A block is y = x + W f(conv(norm(x))): a root-mean-square norm, a causal convolution over four slices, the layer, and a linear map
/// where the layer's outputs are not as many as the block's; then a norm before the readout. Pre-norm residual blocks as in Zoology
/// (arXiv 2312.04927), which puts a short convolution beside every mixer too.
/// </remarks>
public static class LayerBlocks
{
    private const string Convolution = "conv";

    /// <summary>The stack of blocks around a layer.</summary>
    /// <param name="layer">The layer's text; it may be a stack itself.</param>
    /// <param name="width">Channels of the blocks.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="convolves">Whether the convolution stands before the layer.</param>
    /// <exception cref="StackTextException">The layer's text is none; positions are those in it.</exception>
    /// <exception cref="ArgumentException">The layer cannot be made.</exception>
    public static string Around(string layer, int width, int blocks, bool convolves = true)
    {
        var spec = StackText.Parse(layer);
        string before = convolves && spec.Layers[0].Kind.Name != Convolution ? $"{Convolution}+" : "";
        string after = spec.SizeOf(width).Outputs == width ? "" : string.Create(CultureInfo.InvariantCulture, $"+linear({width})");
        string repeats = blocks == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"x{blocks}");
        return $"residual(rmsnorm+{before}{spec}{after}){repeats}+rmsnorm";
    }

    /// <summary>A text of every kind of layer that has a memory and no other layers inside, of so many units.</summary>
    public static IReadOnlyList<string> SequenceLayers(int width) =>
    [
        .. LayerKind.All.Where(kind => !kind.Encloses).Select(kind => kind.ExampleOf(width)).Where(text => StackText.Parse(text).SizeOf(width).State > 0),
    ];
}
