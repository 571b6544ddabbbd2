using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class AttentionWeightsTests
{
    private const int Rows = 3;

    /// <summary>Every length up to past two pairs of the widest registers.</summary>
    public static TheoryData<int> Lengths => [.. Enumerable.Range(1, 66)];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Weights_and_their_reverse_equal_the_plain_loop_at_every_width(int columns)
    {
        Check<float>(columns, 1e-6);
        Check<double>(columns, 1e-14);
    }

    private static void Check<T>(int columns, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rng = new Rng(4);
        T[] scores = Drawn<T>(rng.For("scores"), Rows * columns);
        T[] shifts = Drawn<T>(rng.For("shifts"), Rows);
        T[] gradients = Drawn<T>(rng.For("gradients"), Rows * columns);
        T[] weights = [.. scores];
        T[] reversed = [.. gradients];
        AttentionWeights.Exp(weights, shifts);
        AttentionWeights.Reverse(weights, shifts, reversed);
        for (int i = 0; i < weights.Length; i++)
        {
            double weight = Math.Exp(double.CreateChecked(scores[i]) - double.CreateChecked(shifts[i / columns]));
            Assert.Equal(weight, double.CreateChecked(weights[i]), tolerance * weight);
            Assert.Equal(weight * double.CreateChecked(gradients[i] - shifts[i / columns]), double.CreateChecked(reversed[i]), 4 * tolerance * weight);
        }

        Assert.Equal(weights, Exp<T, Lanes128<T>>(scores, shifts));
        Assert.Equal(weights, Exp<T, Lanes256<T>>(scores, shifts));
        Assert.Equal(weights, Exp<T, Lanes512<T>>(scores, shifts));
        Assert.Equal(reversed, Reverse<T, Lanes128<T>>(weights, shifts, gradients));
        Assert.Equal(reversed, Reverse<T, Lanes256<T>>(weights, shifts, gradients));
        Assert.Equal(reversed, Reverse<T, Lanes512<T>>(weights, shifts, gradients));
    }

    private static T[] Exp<T, V>(T[] scores, T[] shifts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        T[] weights = [.. scores];
        AttentionWeights.Exp<T, V>(weights, shifts);
        return weights;
    }

    private static T[] Reverse<T, V>(T[] weights, T[] means, T[] gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        T[] reversed = [.. gradients];
        AttentionWeights.Reverse<T, V>(weights, means, reversed);
        return reversed;
    }

    private static T[] Drawn<T>(Rng rng, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[length];
        rng.Uniform(values.AsSpan(), -2, 2);
        return values;
    }
}
