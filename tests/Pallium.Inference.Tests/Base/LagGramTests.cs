using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class LagGramTests
{
    [Theory]
    [InlineData(50, 0)]
    [InlineData(50, 7)]
    [InlineData(8, 7)]
    [InlineData(7, 7)]
    [InlineData(300, 40)]
    public void The_recursion_gives_the_sums_over_all_targets(int n, int lookback)
    {
        double[] x = new double[n];
        new Rng(1).Normal<double>(x, 1);
        Compare(x, [], lookback);
    }

    [Fact]
    public void Holes_leave_as_targets_and_stay_as_inputs()
    {
        double[] x = new double[400];
        new Rng(1).Normal<double>(x, 1);
        bool[] missing = new bool[400];
        for (int i = 0; i < 400; i++)
        {
            missing[i] = i % 3 == 0 || i > 250;
        }

        Compare(x, missing, 12);
    }

    private static void Compare(double[] x, bool[] missing, int lookback)
    {
        int size = lookback + 1;
        double[] expected = new double[size * size];
        int targets = 0;
        for (int t = lookback; t < x.Length; t++)
        {
            if (missing.Length > 0 && missing[t])
            {
                continue;
            }

            targets++;
            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < size; j++)
                {
                    expected[(i * size) + j] += x[t - i] * x[t - j];
                }
            }
        }

        double[] gram = new double[size * size];
        Assert.Equal(targets, LagGram.Accumulate(x, missing, lookback, gram));
        for (int i = 0; i < gram.Length; i++)
        {
            Assert.Equal(expected[i], gram[i], 1e-11 * x.Length);
        }
    }
}
