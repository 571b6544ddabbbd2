using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Data of a linear-Gaussian process of 8 channels, where every conditional has a closed form: the model is held against it.</summary>
public sealed class ExactConditionalsTests
{
    private const int D = 8;
    private const int ClampSets = 50;
    private const int TestRows = 1000;
    private const double Resolution = 1e-3;

    [Theory]
    [InlineData("none")]
    [InlineData("gru(8)")]
    public void Conditionals_are_within_five_percent_of_the_exact_ones_after_2000_rows(string stack) => Check(2000, stack, 1.05);

    [Theory]
    [InlineData("none")]
    [InlineData("gru(8)")]
    public void Conditionals_are_within_two_percent_of_the_exact_ones_after_20000_rows(string stack)
    {
        Assert.SkipUnless(LongForm.IsWanted, "The long form, with PALLIUM_LONG=1.");
        Check(20_000, stack, 1.02);
    }

    private static void Check(int rows, string stack, double tolerance)
    {
        var rng = new Rng(21);
        double[] transition = Transition(rng.For("transition"));
        double[] root = new double[D * D];
        rng.For("noise").Normal<double>(root, 0.5);
        for (int i = 0; i < D; i++)
        {
            root[(i * D) + i] += 1;
        }

        double[] values = Draw(transition, root, rows + TestRows, rng.For("path"));
        Channel[] channels = [.. Enumerable.Range(0, D).Select(j => new Channel($"c{j}", ChannelKind.Real) { Resolution = Resolution })];
        (Frame learning, Frame test) = Frame.FromArrays(channels, values).SplitAt(rows);
        WorldModel model = WorldModel.Learn(learning, new LearnOptions { Stack = stack, Epochs = 3, Hidden = 16, Threads = 1 });

        Session session = model.After(learning);
        double[] noise = Covariance(root);
        double modelSquare = 0;
        double exactSquare = 0;
        double[] before = learning.Series[0].Row(rows - 1).ToArray();
        for (int t = 0; t < TestRows; t++)
        {
            double[] now = test.Series[0].Row(t).ToArray();
            bool[] clamped = Clamps(rng.For("clamps").For(t % ClampSets));
            double[] exact = Conditional(transition, noise, before, now, clamped);
            (_, IReadOnlyList<Posterior?> posteriors) = session.Fill(new Slice(rows + t, [.. now.Select((x, j) => clamped[j] ? x : double.NaN)]));
            for (int j = 0; j < D; j++)
            {
                Assert.Equal(clamped[j], posteriors[j] is null);
                modelSquare += clamped[j] ? 0 : Math.Pow(posteriors[j]!.Mean - now[j], 2);
                exactSquare += clamped[j] ? 0 : Math.Pow(exact[j] - now[j], 2);
            }

            session.Advance(new Slice(rows + t, now));
            before = now;
        }

        double ratio = Math.Sqrt(modelSquare / exactSquare);
        TestContext.Current.TestOutputHelper!.WriteLine($"{rows} rows, {stack}: RMSE {ratio:F4} times the exact one");
        Assert.InRange(ratio, 0.9, tolerance);
        Assert.All(model.Summary.Contributions, contribution => Assert.True(contribution.Loss <= contribution.BaseLoss));
    }

    /// <summary>Means of the open channels given the past and the clamped ones, by dense conditioning.</summary>
    private static double[] Conditional(double[] transition, double[] noise, double[] before, double[] now, bool[] clamped)
    {
        int[] known = [.. Enumerable.Range(0, D).Where(j => clamped[j])];
        double[] mean = [.. Enumerable.Range(0, D).Select(i => Enumerable.Range(0, D).Sum(j => transition[(i * D) + j] * before[j]))];
        int n = known.Length;
        double[] gram = [.. from i in known from j in known select noise[(i * D) + j]];
        double[] weights = [.. known.Select(j => now[j] - mean[j])];
        if (n > 0)
        {
            Cholesky.FactorWithJitter(gram, n);
            Cholesky.Solve(gram, n, weights, 1);
        }

        return [.. Enumerable.Range(0, D).Select(i => mean[i] + Enumerable.Range(0, n).Sum(k => noise[(i * D) + known[k]] * weights[k]))];
    }

    private static bool[] Clamps(Rng rng)
    {
        bool[] clamped = [.. Enumerable.Range(0, D).Select(_ => rng.Uniform() < 0.5)];
        clamped[rng.Below(D)] = false;
        return clamped;
    }

    /// <summary>A random matrix scaled so that the sum of sizes in a row is at most 0.9, which bounds its powers.</summary>
    private static double[] Transition(Rng rng)
    {
        double[] a = new double[D * D];
        rng.Normal<double>(a, 1);
        for (int i = 0; i < D; i++)
        {
            a[(i * D) + i] += 3;
        }

        double largest = Enumerable.Range(0, D).Max(i => Enumerable.Range(0, D).Sum(j => Math.Abs(a[(i * D) + j])));
        return [.. a.Select(x => 0.95 * x / largest)];
    }

    private static double[] Covariance(double[] root) =>
        [.. from i in Enumerable.Range(0, D) from j in Enumerable.Range(0, D) select Enumerable.Range(0, D).Sum(k => root[(i * D) + k] * root[(j * D) + k])];

    private static double[] Draw(double[] transition, double[] root, int rows, Rng rng)
    {
        var values = new double[rows * D];
        double[] state = new double[D];
        double[] normal = new double[D];
        for (int t = -100; t < rows; t++)
        {
            rng.Normal<double>(normal, 1);
            state =
            [
                .. Enumerable.Range(0, D).Select(i => Enumerable.Range(0, D).Sum(j => (transition[(i * D) + j] * state[j]) + (root[(i * D) + j] * normal[j]))),
            ];
            for (int j = 0; t >= 0 && j < D; j++)
            {
                values[(t * D) + j] = Math.Round(state[j] / Resolution) * Resolution;
            }
        }

        return values;
    }
}
