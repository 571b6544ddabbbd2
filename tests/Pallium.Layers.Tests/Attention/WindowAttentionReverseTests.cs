namespace Pallium.Layers.Tests;

/// <summary>Gradients of windows of many blocks, panels and laps, and of windows in two parts, against the reverse of a plain loop.</summary>
public sealed class WindowAttentionReverseTests
{
    private const int Steps = 700;
    private const int Rows = 2;

    /// <summary>Relative to the largest gradient: sums in another order, and angles of other positions.</summary>
    private const double Tolerance = 1e-13;

    public static TheoryData<int, int, int, RotaryStyle> Shapes => new()
    {
        { 1, 3, 0, RotaryStyle.Half },
        { 7, 6, 4, RotaryStyle.Interleaved },
        { 64, 5, 2, RotaryStyle.Interleaved },
        { 65, 17, 16, RotaryStyle.Half },
        { 300, 4, 2, RotaryStyle.Half },
        { 1000, 2, 2, RotaryStyle.Interleaved },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_equal_those_of_the_plain_loop(int window, int width, int rotary, RotaryStyle style)
    {
        var options = new WindowAttentionOptions(2, width, window) { Rotary = rotary, Style = style };
        LayerRun<double> run = Run(options).Forward().Backward();
        for (int row = 0; row < Rows; row++)
        {
            AssertClose(Plain(options, run.Row(row)), run.Columns(run.InputGradient, row));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(256)]
    [InlineData(511)]
    public void Gradients_flow_through_the_ring_from_one_window_to_the_next(int first)
    {
        foreach (int window in (int[])[40, 300, 1000])
        {
            LayerRun<double> whole = Run(new(2, 6, window) { Rotary = 4 }).Forward().Backward();
            LayerRun<double> early = whole.Part(0, first, whole.Start).Forward();
            LayerRun<double> late = whole.Part(first, Steps - first, early.Final).Forward().Backward();
            late.StartGradient.CopyTo(early.FinalWeights, 0);
            early.Backward();
            AssertClose(whole.InputGradient, [.. early.InputGradient, .. late.InputGradient]);
        }
    }

    private static LayerRun<double> Run(WindowAttentionOptions options)
    {
        LayerRun<double> run = new LayerRun<double>(new WindowAttention<double>(options), Steps, Rows).Fill(3);
        run.Start.AsSpan().Clear();
        run.FinalWeights.AsSpan().Clear();
        return run;
    }

    private static void AssertClose(double[] expected, double[] found)
    {
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= Tolerance * largest, $"[{i}]: {found[i]:R} instead of {expected[i]:R}");
        }
    }

    /// <summary>dx of one row: p = softmax(q · k/√D), dv += p do, ds = p (dp - Σ p dp)/√D, dq += ds k, dk += ds q.</summary>
    private static double[] Plain(WindowAttentionOptions options, LayerRun<double> run)
    {
        (int width, int units) = (options.Width, options.Heads * options.Width);
        double scale = 1 / Math.Sqrt(width);
        var gradient = new double[run.Inputs.Length];
        for (int head = 0; head < options.Heads; head++)
        {
            int Place(int step, int part) => (((step * 3) + part) * units) + (head * width);
            double[][] Rows(int part) =>
            [
                .. Enumerable.Range(0, Steps).Select(step =>
                {
                    double[] row = run.Inputs[Place(step, part)..][..width];
                    return part < 2 ? WindowAttentionTests.Turned(options, row, step) : row;
                }),
            ];
            double[][] Zeros() => [.. Enumerable.Range(0, Steps).Select(_ => new double[width])];
            (double[][] q, double[][] k, double[][] v) = (Rows(0), Rows(1), Rows(2));
            (double[][] dq, double[][] dk, double[][] dv) = (Zeros(), Zeros(), Zeros());
            for (int t = 0; t < Steps; t++)
            {
                int first = Math.Max(0, t - options.Window + 1);
                double[] weights = [.. Enumerable.Range(first, t - first + 1).Select(s => Math.Exp(Dot(q[t], k[s]) * scale))];
                double sum = weights.Sum();
                double[] dOutput = run.OutputWeights[((t * units) + (head * width))..][..width];
                double[] dp = [.. weights.Select((_, i) => Dot(dOutput, v[first + i]))];
                double mean = Dot(weights, dp) / sum;
                for (int i = 0; i < weights.Length; i++)
                {
                    double p = weights[i] / sum;
                    double ds = p * (dp[i] - mean) * scale;
                    Add(p, dOutput, dv[first + i]);
                    Add(ds, k[first + i], dq[t]);
                    Add(ds, q[t], dk[first + i]);
                }
            }

            for (int t = 0; t < Steps; t++)
            {
                WindowAttentionTests.Turned(options, dq[t], -t).CopyTo(gradient, Place(t, 0));
                WindowAttentionTests.Turned(options, dk[t], -t).CopyTo(gradient, Place(t, 1));
                dv[t].CopyTo(gradient, Place(t, 2));
            }
        }

        return gradient;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static void Add(double factor, double[] row, double[] target)
    {
        for (int i = 0; i < row.Length; i++)
        {
            target[i] += factor * row[i];
        }
    }
}
