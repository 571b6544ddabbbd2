using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class VectorAutoregressionTests
{
    private const int D = 8;
    private const int TestRows = 5000;

    [Theory]
    [InlineData(20000, 1.02)]
    [InlineData(2000, 1.05)]
    public void Conditionals_of_one_slice_are_as_sharp_as_the_exact_ones(int rows, double tolerance)
    {
        ulong seeds = LongForm.IsWanted ? 10UL : 1;
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            double ratio = Ratio(rows, seed, out LinearStructure? structure);
            TestContext.Current.TestOutputHelper!.WriteLine($"{rows} rows, seed {seed}: RMSE ratio {ratio:F5}, {structure}");
            Assert.True(ratio <= tolerance, $"RMSE ratio {ratio:F4} with {structure}");
        }
    }

    private static double Ratio(int rows, ulong seed, out LinearStructure? structure)
    {
        var rng = new Rng(seed);
        double[] transition = Transition(rng.For("transition"));
        double[] root = Root(rng.For("noise"));
        double[] noise = Product(root, Transposed(root));
        double[] values = Draw(transition, root, rows + TestRows, rng.For("path"));
        BaseGroup[] groups = [.. Enumerable.Range(0, D).Select(j => new BaseGroup(j, 1, BaseKind.Real))];
        var data = new BaseData(groups, 0, [EvenSeries.Of(values[..(rows * D)], D)]);
        LinearBase fitted = LinearBaseFit.Fit(data, new LinearBaseOptions(), out structure);
        bool[][] clamps = ClampSets(rng.For("clamps"));
        SliceGaussian slice = fitted.CreateSlice();
        SliceGaussian exact = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        double fittedSquare = 0;
        double exactSquare = 0;
        for (int t = 0; t < rows + TestRows; t++)
        {
            ReadOnlySpan<double> now = values.AsSpan(t * D, D);
            if (t >= rows)
            {
                bool[] clamp = clamps[t % clamps.Length];
                fitted.Predict(state, [], 1, slice);
                Multiply(transition, values.AsSpan((t - 1) * D, D), exact.PriorMeanStore);
                noise.CopyTo(exact.PriorCovarianceStore, 0);
                exact.Begin(SliceKnowledge.Past);
                fittedSquare += SquaredError(slice, clamp, now);
                exactSquare += SquaredError(exact, clamp, now);
            }

            fitted.Update(state, [], 1, now, slice);
        }

        return Math.Sqrt(fittedSquare / exactSquare);
    }

    private static double SquaredError(SliceGaussian slice, bool[] clamp, ReadOnlySpan<double> truth)
    {
        for (int j = 0; j < D; j++)
        {
            if (clamp[j])
            {
                slice.Clamp(j, truth[j]);
            }
        }

        double sum = 0;
        for (int j = 0; j < D; j++)
        {
            sum += clamp[j] ? 0 : (truth[j] - slice.Mean[j]) * (truth[j] - slice.Mean[j]);
        }

        return sum;
    }

    private static bool[][] ClampSets(Rng rng)
    {
        bool[][] sets = new bool[50][];
        for (int s = 0; s < sets.Length; s++)
        {
            sets[s] = new bool[D];
            do
            {
                for (int j = 0; j < D; j++)
                {
                    sets[s][j] = rng.Uniform() < 0.5;
                }
            }
            while (!sets[s].Contains(false));
        }

        return sets;
    }

    /// <summary>A random matrix whose powers shrink by about 0.9 a step.</summary>
    private static double[] Transition(Rng rng)
    {
        double[] a = new double[D * D];
        rng.Normal<double>(a, 1 / Math.Sqrt(D));
        double[] power = a;
        for (int k = 0; k < 5; k++)
        {
            power = Product(power, power);
        }

        // |A^32|^(1/32) is close to the spectral radius.
        double radius = Math.Exp(Math.Log(Math.Sqrt(power.Sum(x => x * x))) / 32);
        return [.. a.Select(x => x * 0.9 / radius)];
    }

    private static double[] Root(Rng rng)
    {
        double[] root = new double[D * D];
        rng.Normal<double>(root, 0.5);
        for (int i = 0; i < D; i++)
        {
            root[(i * D) + i] += 1;
        }

        return root;
    }

    private static double[] Draw(double[] transition, double[] root, int rows, Rng rng)
    {
        double[] values = new double[rows * D];
        double[] state = new double[D];
        double[] next = new double[D];
        double[] shock = new double[D];
        double[] normal = new double[D];
        for (int t = -200; t < rows; t++)
        {
            rng.Normal<double>(normal, 1);
            Multiply(transition, state, next);
            Multiply(root, normal, shock);
            for (int j = 0; j < D; j++)
            {
                state[j] = next[j] + shock[j];
                if (t >= 0)
                {
                    values[(t * D) + j] = state[j];
                }
            }
        }

        return values;
    }

    private static void Multiply(double[] matrix, ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < D; i++)
        {
            y[i] = 0;
            for (int j = 0; j < D; j++)
            {
                y[i] += matrix[(i * D) + j] * x[j];
            }
        }
    }

    private static double[] Product(double[] a, double[] b)
    {
        double[] c = new double[D * D];
        MatrixProduct.Accumulate<double>(D, D, D, a, D, b, D, c, D);
        return c;
    }

    private static double[] Transposed(double[] a)
    {
        double[] b = new double[D * D];
        for (int i = 0; i < D * D; i++)
        {
            b[(i % D * D) + (i / D)] = a[i];
        }

        return b;
    }
}
