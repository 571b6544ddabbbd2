using System.Numerics;

namespace Pallium.Layers.Tests;

public sealed class PassTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Pass<T>(5);
}

public sealed class BesideTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Beside<T>(new Lstm<T>(new(3, 4)), new Pass<T>(2), new Linear<T>(new(4, 3) { HasBias = false }), new Gru<T>(new(2, 3)));
}

public sealed class AlongsideTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Alongside<T>("gru", new Gru<T>(new(4, 3)));
}

public sealed class ChannelSelectionTests : SequenceLayerLaws
{
    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    public void Runs_outside_the_channels_are_refused(int start, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelSelection<double>(5, (start, length)));

    protected override ISequenceLayer<T> Create<T>() => new ChannelSelection<T>(5, (3, 2), (0, 4), (3, 1));
}

public sealed class UnitNormTests : SequenceLayerLaws
{
    [Fact]
    public void Groups_that_do_not_divide_the_channels_are_refused() =>
        Assert.Throws<ArgumentException>(() => new UnitNorm<double>(new(7) { Groups = 2 }));

    protected override ISequenceLayer<T> Create<T>() => new UnitNorm<T>(new(6) { Groups = 2 });
}

public sealed class GatedProductTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new GatedProduct<T>(5);
}

public sealed class SigmoidGatedProductTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new GatedProduct<T>(19, ActivationKind.Sigmoid);
}

/// <summary>Every function beside every other, so that one class of laws covers them all.</summary>
public sealed class ActivationTests : SequenceLayerLaws
{
    [Theory]
    [InlineData(ActivationKind.Silu, 0.5, 0.31122966560092729)]
    [InlineData(ActivationKind.LogSigmoid, -2, -2.1269280110429727)]
    [InlineData(ActivationKind.EluPlusOne, -1, 0.36787944117144233)]
    [InlineData(ActivationKind.EluPlusOne, 1.5, 2.5)]
    [InlineData(ActivationKind.SquaredRelu, 3, 9)]
    [InlineData(ActivationKind.SquaredRelu, -3, 0)]
    public void A_function_has_its_value(ActivationKind kind, double x, double y)
    {
        var outputs = new double[1];
        new Activation<double>(new(1, kind) { Scale = 2 }).Step([x], [1], [], outputs, []);
        Assert.Equal(2 * y, outputs[0], 1e-15);
    }

    [Fact]
    public void An_unknown_function_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Activation<double>(new(1, (ActivationKind)99)));

    protected override ISequenceLayer<T> Create<T>() =>
        new Beside<T>([.. Enum.GetValues<ActivationKind>().Select(kind => new Activation<T>(new(2, kind) { Scale = kind == ActivationKind.Exp ? 0.5 : 1 }))]);
}
