using Pallium.Layers;

namespace Pallium.Learning.Tests;

public sealed class LayerBlocksTests
{
    [Theory]
    [InlineData("gru(8)", 8, 1, "conv(2)", "residual(rmsnorm+conv(2)+gru(8))+rmsnorm")]
    [InlineData(" gru( 4 ) ", 8, 2, "", "residual(rmsnorm+gru(4)+linear(8))x2+rmsnorm")]
    [InlineData("lstm(8)x2", 8, 3, "dropout(0.1)", "residual(rmsnorm+dropout(0.1)+lstm(8)x2)x3+rmsnorm")]
    public void The_same_stands_around_every_layer(string layer, int width, int blocks, string before, string stack)
    {
        Assert.Equal(stack, LayerBlocks.Around(layer, width, blocks, before));
        Assert.Equal(width, StackText.Parse(stack).Build<float>(width).Outputs);
    }

    [Fact]
    public void Every_layer_with_a_memory_fits_between()
    {
        IReadOnlyList<string> layers = LayerBlocks.SequenceLayers(8);
        Assert.Contains("gru(8)", layers);
        Assert.DoesNotContain(layers, layer => layer.StartsWith("residual", StringComparison.Ordinal) || layer.StartsWith("swiglu", StringComparison.Ordinal));
        Assert.All(layers, layer => StackText.Parse(LayerBlocks.Around(layer, 8, 2)).Build<float>(8));
    }

    [Fact]
    public void The_place_of_a_fault_is_that_in_the_layers_own_text() =>
        Assert.Equal(8, Assert.Throws<StackTextException>(() => LayerBlocks.Around("gru(8)+nothing", 8, 1)).Position);
}
