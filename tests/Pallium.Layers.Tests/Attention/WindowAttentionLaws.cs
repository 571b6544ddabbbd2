using System.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Attention from a fresh stream: the ring fills, then overflows, inside the window.</summary>
public sealed class WindowAttentionLaws : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new WindowAttention<T>(new(2, 4, 3) { Rotary = 4 });
}

/// <summary>Attention without positions.</summary>
public sealed class WindowAttentionWithoutPositionsLaws : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new WindowAttention<T>(new(1, 3, 4));
}

/// <summary>Attention from a full ring, two slices before the counter starts again, pairs of neighbours turned.</summary>
public sealed class WindowAttentionFromFullRingLaws : SequenceLayerLaws
{
    private const int Window = 3;
    private const int Period = 258;

    protected override ISequenceLayer<T> Create<T>() => new WindowAttention<T>(new(1, 5, Window) { Rotary = 4, Style = RotaryStyle.Interleaved });

    protected override void Settle<T>(Span<T> start) => start[^1] = T.CreateChecked((2 * Period) - 2);
}

/// <summary>Attention with a window longer than what is learned, from a ring that is neither empty nor full.</summary>
public sealed class WindowAttentionFromPartlyFilledRingLaws : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new WindowAttention<T>(new(2, 2, 70) { Rotary = 2 });

    protected override void Settle<T>(Span<T> start) => start[^1] = T.CreateChecked(6);
}
