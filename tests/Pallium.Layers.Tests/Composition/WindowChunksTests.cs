using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class WindowChunksTests : SequenceLayerLaws
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(40)]
    public void Computing_again_and_keeping_give_the_same_bits(int slices)
    {
        LayerRun<float> kept = Run(slices, recomputes: false);
        LayerRun<float> again = Run(slices, recomputes: true);
        Assert.Equal(kept.Outputs, again.Outputs);
        Assert.Equal(kept.Final, again.Final);
        Assert.Equal(kept.InputGradient, again.InputGradient);
        Assert.Equal(kept.StartGradient, again.StartGradient);
        Assert.Equal(kept.Gradients.Values, again.Gradients.Values);
    }

    [Fact]
    public void Memory_of_chunks_computed_again_grows_by_their_states_alone()
    {
        WindowChunks<float> layer = Layer<float>(8, recomputes: true);
        Assert.Equal(SpanCarver.Room(3 * layer.StateSize) * 100, layer.TraceSize(8 * 200, 3) - layer.TraceSize(8 * 100, 3));
        Assert.Equal(layer.PassScratch(8, 3), layer.PassScratch(80, 3));
    }

    protected override ISequenceLayer<T> Create<T>() => Layer<T>(2, recomputes: true);

    // Dropout, so that noise is the same when a chunk is computed again.
    private static WindowChunks<T> Layer<T>(int slices, bool recomputes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new StackedLayers<T>(new Lstm<T>(new(3, 4)), new Dropout<T>(new(4, 0.3)), new Gru<T>(new(4, 2))), new(slices) { Recomputes = recomputes });

    private static LayerRun<float> Run(int slices, bool recomputes)
    {
        WindowChunks<float> layer = Layer<float>(slices, recomputes);
        layer.Initialize(new Rng(5));
        return new LayerRun<float>(layer, 11, 3) { Noise = new Rng(9) }.Fill(17).Forward().Backward();
    }
}
