using System.Numerics;

namespace Pallium.Layers.Tests;

public sealed class MilestoneMemoryTests : SequenceLayerLaws
{
    private const int Entries = 4;

    protected override ISequenceLayer<T> Create<T>() => new MilestoneMemory<T>(new(3, 2, Entries) { Keys = 3, Span = 5 });

    /// <summary>Three places hold entries, one is empty: gates of 0.6 to 0.9 and usages that differ stay away from where a choice changes.</summary>
    protected override void Settle<T>(Span<T> start)
    {
        for (int j = 0; j < Entries; j++)
        {
            start[^((2 * Entries) - j)] = j == 2 ? T.Zero : T.CreateChecked(0.6 + (0.1 * j));
            start[^(Entries - j)] = T.CreateChecked(0.3 + (0.17 * ((j * 3) % Entries)));
        }
    }
}
