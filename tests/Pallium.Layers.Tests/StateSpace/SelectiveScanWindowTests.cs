using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Windows of several chunks and channels of several tiles, which the laws' small runs do not reach.</summary>
public sealed class SelectiveScanWindowTests
{
    private const int Steps = 37;

    /// <summary>Relative to the largest gradient: sums over slices in another order.</summary>
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData(5, 3)]
    [InlineData(70, 2)]
    [InlineData(80, 70)]
    public void Gradients_are_those_of_windows_of_one_slice(int channels, int states)
    {
        LayerRun<double> whole = Run<double>(channels, states, Steps);
        Gradients<double> sum = whole.Set.NewGradients();
        double[][] starts = new double[Steps][];
        double[] state = whole.Start;
        for (int step = 0; step < Steps; step++)
        {
            starts[step] = state;
            state = whole.Part(step, 1, state).Forward().Final;
        }

        double[] dState = whole.FinalWeights;
        for (int step = Steps - 1; step >= 0; step--)
        {
            LayerRun<double> slice = whole.Part(step, 1, starts[step]);
            dState.CopyTo(slice.FinalWeights, 0);
            slice.Forward().Backward();
            dState = slice.StartGradient;
            int place = step * slice.InputGradient.Length;
            AssertClose(slice.InputGradient, whole.InputGradient[place..(place + slice.InputGradient.Length)]);
            for (int i = 0; i < sum.Values.Length; i++)
            {
                sum.Values[i] += slice.Gradients.Values[i];
            }
        }

        AssertClose(dState, whole.StartGradient);
        AssertClose(sum.Values.ToArray(), whole.Gradients.Values.ToArray());
    }

    [Fact]
    public void The_width_of_registers_does_not_show_in_the_cell()
    {
        const int States = 3;
        int lanes = 2 * SelectiveCell.Lanes<float>();
        float[] widest = Cell<LanePair<Lanes512<float>, float>>(lanes, States);
        Assert.Equal(widest, Cell<LanePair<Lanes256<float>, float>>(lanes, States));
        Assert.Equal(widest, Cell<LanePair<Lanes128<float>, float>>(lanes, States));
    }

    [Fact]
    public void Lane_sums_are_those_of_reductions()
    {
        AssertLaneSums<float>();
        AssertLaneSums<double>();
    }

    private static void AssertLaneSums<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lanes = SelectiveCell.Lanes<T>();
        T[] values = Draw<T>(1, 3 * lanes);
        T[] sums = [T.One, T.Zero, T.One];
        LaneSums.Add<T>(values, sums);
        for (int i = 0; i < sums.Length; i++)
        {
            Assert.Equal((i == 1 ? T.Zero : T.One) + Reduction.Sum<T>(values.AsSpan(i * lanes, lanes)), sums[i]);
        }
    }

    private static float[] Cell<V>(int lanes, int states)
        where V : unmanaged, ILanes<V, float>
    {
        int sums = states * SelectiveCell.Lanes<float>();
        var slice = new SelectiveSlice<float>
        {
            Delta = Draw<float>(1, lanes),
            Input = Draw<float>(2, lanes),
            B = Draw<float>(3, states),
            C = Draw<float>(4, states),
            Rates = Draw<float>(5, states * lanes),
            RateStride = lanes,
            Before = Draw<float>(6, states * lanes),
            After = new float[states * lanes],
            Factors = new float[states * lanes],
            Stride = lanes,
            Output = new float[lanes],
        };
        SelectiveCell.Step<float, V, On>(slice);
        var gradients = new SelectiveGradients<float>
        {
            Output = Draw<float>(7, lanes),
            State = Draw<float>(8, states * lanes),
            Rates = Draw<float>(9, states * lanes),
            Delta = new float[lanes],
            Input = new float[lanes],
            B = LayerRun<float>.Unwritten(sums),
            C = LayerRun<float>.Unwritten(sums),
        };
        SelectiveCell.Reverse<float, V>(slice, gradients);
        return
        [
            .. slice.After, .. slice.Factors, .. slice.Output, .. gradients.State, .. gradients.Rates, .. gradients.Delta, .. gradients.Input, .. gradients.B, .. gradients.C,
        ];
    }

    private static LayerRun<T> Run<T>(int channels, int states, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layer = new SelectiveScan<T>(new(channels, states) { HasGate = true });
        layer.Initialize(new Rng(5));
        return new LayerRun<T>(layer, steps, 2).Fill(6).Forward().Backward();
    }

    private static T[] Draw<T>(ulong seed, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[length];
        new Rng(seed).Uniform<T>(values, -1, 1);
        return values;
    }

    private static void AssertClose(double[] expected, double[] found)
    {
        double largest = expected.Select(Math.Abs).Append(1).Max();
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= Tolerance * largest, $"[{i}]: {found[i]:R} instead of {expected[i]:R}");
        }
    }
}
