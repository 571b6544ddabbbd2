using System.Numerics;

namespace Pallium.Layers;

/// <summary>A layer and another that learns to take its place: both read x, y is what the first gives, and the second's error is an auxiliary loss.</summary>
/// <remarks>
/// Teacher forcing: the second layer reads what the first one reads in a network that still runs on the first. State and parameters are those of both.
/// Source: hidden-state alignment, Bick et al., MOHAWK, NeurIPS 2024 (arXiv 2408.10189), section 4.2.
/// </remarks>
internal static class Imitation
{
    /// <summary>How the parameters of the layer that is imitated are named.</summary>
    public const string Model = "imitated";

    /// <summary>How those of the layer that imitates are named.</summary>
    public const string Copy = "imitating";

    /// <summary>The auxiliary loss: mean square of the difference.</summary>
    public const string Error = "imitation_error";

    /// <summary>Mean square of what is imitated.</summary>
    public const string Power = "imitation_power";

    /// <summary>Puts the two side by side.</summary>
    /// <exception cref="ArgumentException">They do not read, or give, as many channels.</exception>
    public static StackedLayers<T> Create<T>(ISequenceLayer<T> model, ISequenceLayer<T> copy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if ((model.Inputs, model.Outputs) != (copy.Inputs, copy.Outputs))
        {
            throw new ArgumentException(
                $"The layer reads {copy.Inputs} channels and gives {copy.Outputs}, expected {model.Inputs} and {model.Outputs} as the layer that it imitates.", nameof(copy));
        }

        return new StackedLayers<T>(
        [
            ("twice", new ChannelSelection<T>(model.Inputs, (0, model.Inputs), (0, model.Inputs))),
            ("both", new Beside<T>([(Model, model), (Copy, copy)])),
            ("mismatch", new Mismatch<T>(model.Outputs)),
        ]);
    }
}
