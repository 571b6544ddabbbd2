using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class CausalConvolutionTests
{
    /// <summary>Every length up to past two pairs of the widest registers.</summary>
    public static TheoryData<int> Channels() => [.. Enumerable.Range(1, 35), 64, 65];

    [Theory]
    [MemberData(nameof(Channels))]
    public void It_is_the_plain_loop_at_every_width_of_registers(int channels)
    {
        const int Width = 3;
        int stride = channels + 2;
        float[] window = Draw(1, Width * stride);
        float[] weights = Draw(2, Width * channels);
        float[] bias = Draw(3, channels);
        float[] expected = [.. Enumerable.Range(0, channels).Select(c => Sum(c))];
        float[] found = LayerRun<float>.Unwritten(channels);
        CausalConvolution.Apply<float>(window, stride, weights, bias, false, found);
        Assert.Equal(expected, found);
        CausalConvolution.Apply<float, LanePair<Lanes128<float>, float>>(window, stride, weights, bias, false, found);
        Assert.Equal(expected, found);
        CausalConvolution.Apply<float, LanePair<Lanes256<float>, float>>(window, stride, weights, bias, false, found);
        Assert.Equal(expected, found);
        CausalConvolution.Apply<float>(window, stride, weights, bias, true, found);
        Elementwise.Map<float, SiluOf<float>>(expected, expected);
        Assert.Equal(expected, found);

        float Sum(int c)
        {
            float sum = bias[c];
            for (int tap = 0; tap < Width; tap++)
            {
                sum = float.FusedMultiplyAdd(weights[(tap * channels) + c], window[(tap * stride) + c], sum);
            }

            return sum;
        }
    }

    private static float[] Draw(ulong seed, int length)
    {
        var values = new float[length];
        new Rng(seed).Uniform<float>(values, -1, 1);
        return values;
    }
}
