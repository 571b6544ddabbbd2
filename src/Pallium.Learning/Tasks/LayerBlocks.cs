using System.Globalization;
using Pallium.Layers;

namespace Pallium.Learning;

/// <summary>The same surroundings for every layer that is compared: what differs between two stacks is the layer alone.</summary>
/// <remarks>
/// A block is y = x + W f(c(norm(x))): a root-mean-square norm, what stands before every layer (as a rule a causal convolution over two
/// slices), the layer f, and a linear map where the layer's outputs are not as many as the block's; then a norm before the readout.
/// Pre-norm residual blocks as in Zoology (arXiv 2312.04927), which puts a short convolution beside every mixer too.
/// </remarks>
public static class LayerBlocks
{
    /// <summary>What stands before the layer if nothing else is said: a convolution over two slices, which shows a value together with its key.</summary>
    public const string Convolution = "conv(2)";

    /// <summary>The stack of blocks around a layer.</summary>
    /// <param name="layer">The layer's text; it may be a stack itself.</param>
    /// <param name="width">Channels of the blocks.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="before">What stands before the layer, as a stack; empty: nothing.</param>
    /// <exception cref="StackTextException">The layer's text is none, or it cannot be made; positions are those in it.</exception>
    public static string Around(string layer, int width, int blocks, string before = Convolution)
    {
        ArgumentNullException.ThrowIfNull(before);
        var spec = StackText.Parse(layer);
        string first = before.Length == 0 ? "" : $"{before}+";
        string after = spec.SizeOf(width).Outputs == width ? "" : string.Create(CultureInfo.InvariantCulture, $"+linear({width})");
        string repeats = blocks == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"x{blocks}");
        return $"residual(rmsnorm+{first}{spec}{after}){repeats}+rmsnorm";
    }

    /// <summary>A text of every kind of layer that has a memory and no other layers inside, of so many units.</summary>
    public static IReadOnlyList<string> SequenceLayers(int width) =>
    [
        .. LayerKind.All.Where(kind => !kind.Encloses).Select(kind => kind.ExampleOf(width)).Where(text => StackText.Parse(text).SizeOf(width).State > 0),
    ];
}
