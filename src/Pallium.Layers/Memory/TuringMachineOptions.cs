namespace Pallium.Layers;

/// <summary>What a <see cref="TuringMachine{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Channels of y.</param>
public sealed record TuringMachineOptions(int Inputs, int Units)
{
    /// <summary>Slots N of the memory.</summary>
    public int Slots { get; init; } = 128;

    /// <summary>Numbers M in a slot.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Heads H, each of them one that reads and one that writes, with weightings of their own.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Slots R by which a weighting may move in one slice, either way; 2 R + 1 is at most N.</summary>
    public int Range { get; init; } = 1;
}
