using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ShortConvolutionTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ShortConvolution<T>(new(21));

    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 9)]
    [InlineData(4, 9)]
    [InlineData(4, 2)]
    [InlineData(7, 3)]
    public void A_window_is_the_plain_loop(int width, int steps)
    {
        const int Channels = 5;
        const int Rows = 2;
        var layer = new ShortConvolution<double>(new(Channels) { Width = width, HasSilu = false });
        layer.Initialize(new Rng(3));
        LayerRun<double> run = new LayerRun<double>(layer, steps, Rows).Fill(4).Forward();
        ReadOnlySpan<double> weight = layer.Parameters.First().Parameter.Values;
        ReadOnlySpan<double> bias = layer.Parameters.Last().Parameter.Values;
        for (int place = 0; place < run.Outputs.Length; place++)
        {
            (int step, int row, int channel) = (place / (Rows * Channels), place / Channels % Rows, place % Channels);
            double sum = bias[channel];
            for (int tap = 0; tap < width; tap++)
            {
                sum += weight[(channel * width) + tap] * Slice(step - width + 1 + tap, row, channel);
            }

            Assert.Equal(sum, run.Outputs[place], 1e-14);
        }

        for (int place = 0; place < run.Final.Length; place++)
        {
            (int row, int kept, int channel) = (place / layer.StateSize, place % layer.StateSize / Channels, place % Channels);
            Assert.Equal(Slice(steps - width + 1 + kept, row, channel), run.Final[place]);
        }

        double Slice(int step, int row, int channel) => step >= 0
            ? run.Inputs[(((step * Rows) + row) * Channels) + channel]
            : run.Start[(row * layer.StateSize) + ((step + width - 1) * Channels) + channel];
    }

    [Fact]
    public void A_width_of_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShortConvolution<float>(new(3) { Width = 0 }));
}

public sealed class WideConvolutionTests : SequenceLayerLaws
{
    /// <summary>A state longer than the window of these laws.</summary>
    protected override ISequenceLayer<T> Create<T>() => new ShortConvolution<T>(new(3) { Width = 8, HasSilu = false });
}

public sealed class ConvolutionOfOneSliceTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ShortConvolution<T>(new(3) { Width = 1 });
}
