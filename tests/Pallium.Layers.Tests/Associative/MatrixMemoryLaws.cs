namespace Pallium.Layers.Tests;

public sealed class PlainMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new MatrixMemory<T>(new(2, 3, 5));
}

public sealed class RetentionMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new MatrixMemory<T>(new(2, 4, 3) { Decay = MemoryDecay.Fixed, LogDecays = [0, -0.5] });
}

public sealed class GatedMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new MatrixMemory<T>(new(2, 3, 4) { Decay = MemoryDecay.Key });
}

public sealed class GatedDeltaMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new MatrixMemory<T>(new(2, 3, 4) { Decay = MemoryDecay.Head, Write = MemoryWrite.Delta });
}

public sealed class LowRankMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new MatrixMemory<T>(new(2, 3, 4) { Decay = MemoryDecay.Key, Write = MemoryWrite.LowRank });
}

public sealed class BonusMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new MatrixMemory<T>(new(2, 3, 4) { Decay = MemoryDecay.Key, ReadsBefore = true });
}

public sealed class DualityMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(
        new Beside<T>(new Pass<T>(28), new Activation<T>(new(4, ActivationKind.Softplus) { Scale = 0.1 })),
        new MatrixMemory<T>(new(4, 3, 4) { Decay = MemoryDecay.Rate, Groups = 2, IsRateLogarithmic = true, HasSkip = true, Scale = 0.2 }));
}

public sealed class NormalizedMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(
        new Beside<T>(new Activation<T>(new(12, ActivationKind.Exp)), new Pass<T>(10)),
        new MatrixMemory<T>(new(2, 3, 4) { Decay = MemoryDecay.Head, Normalizes = true }));
}

public sealed class TaylorMapTests : SequenceLayerLaws
{
    [Fact]
    public void Features_of_two_vectors_multiply_to_the_series_of_exp()
    {
        double[] q = [0.3, -1.2, 0.5];
        double[] k = [1.1, 0.4, -0.7];
        double[] features = new double[2 * TaylorMap<double>.Features(3)];
        new TaylorMap<double>(2, 3).Step([.. q, .. k], [1], [], features, []);
        double s = q.Zip(k, (a, b) => a * b).Sum() / Math.Sqrt(3);
        double found = features[..10].Zip(features[10..], (a, b) => a * b).Sum();
        Assert.Equal(1 + s + (s * s / 2), found, 1e-14);
    }

    protected override ISequenceLayer<T> Create<T>() => new TaylorMap<T>(2, 3);
}
