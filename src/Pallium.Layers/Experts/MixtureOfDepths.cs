using System.Numerics;

namespace Pallium.Layers;

/// <summary>A block that only some slices pass through: y = x + p block(x) where a gate lets a slice through, p = σ(w · x + b), else y = x.</summary>
/// <remarks>What is let through follows a threshold that a stream carries on (<see cref="DepthGate{T}"/>), in learning as in streaming. Source: Raposo et al., 2024 (arXiv 2404.02258), eq. 1.</remarks>
public static class MixtureOfDepths
{
    /// <summary>Goes around a block.</summary>
    /// <exception cref="ArgumentException">The block does not write as many channels as it reads.</exception>
    public static Residual<T> Create<T>(DepthGateOptions options, ISequenceLayer<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(block);
        var score = new StackedLayers<T>(
        [
            ("map", new Linear<T>(new(block.Inputs, 1))), ("share", new Activation<T>(new(1, ActivationKind.Sigmoid))), ("gate", new DepthGate<T>(options)),
        ]);
        return new Residual<T>(new StackedLayers<T>(
            [("score", new Alongside<T>("score", score)), ("block", new Experts<T>([block], share: options.Share))]));
    }
}
