namespace Pallium.Layers;

/// <summary>How large a layer or stack is that has not been made.</summary>
/// <param name="Outputs">Channels that it gives.</param>
/// <param name="LeastWeights">Weights that it has at the least; not many times fewer than it has.</param>
/// <param name="State">Numbers of state per stream.</param>
public readonly record struct LayerSize(int Outputs, long LeastWeights, long State)
{
    /// <summary>That of a cell of <paramref name="units"/>, its state, with so many rows of weights for its inputs and its own last outputs.</summary>
    internal static LayerSize Of(int units, int rows, int inputs) => new(units, (long)rows * (inputs + units), units);
}
