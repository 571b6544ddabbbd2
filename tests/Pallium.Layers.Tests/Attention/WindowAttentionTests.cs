using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class WindowAttentionTests
{
    /// <summary>Relative to the largest output: angles of other positions are rounded otherwise.</summary>
    private const double Tolerance = 1e-12;

    public static TheoryData<int, int, int, RotaryStyle> Shapes => new()
    {
        { 1, 3, 0, RotaryStyle.Half },
        { 2, 4, 4, RotaryStyle.Half },
        { 7, 6, 4, RotaryStyle.Interleaved },
        { 63, 8, 8, RotaryStyle.Half },
        { 64, 5, 2, RotaryStyle.Interleaved },
        { 65, 4, 4, RotaryStyle.Half },
        { 200, 16, 16, RotaryStyle.Interleaved },
        { 300, 4, 2, RotaryStyle.Half },
        { 1000, 2, 2, RotaryStyle.Half },
    };

    [Fact]
    public void A_long_window_is_not_written_down_as_a_graph()
    {
        var layer = new WindowAttention<float>(new(1, 2, 2000));
        var graph = new StepGraph<float>();
        NotSupportedException error = Assert.Throws<NotSupportedException>(
            () => layer.Describe(graph, graph.Given(layer.Inputs), graph.Given(1), graph.Given(layer.StateSize)));
        Assert.Contains("found a window of 2000 slices, expected at most 1024", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Both_forms_equal_the_plain_loop(int window, int width, int rotary, RotaryStyle style)
    {
        const int Steps = 700;
        var options = new WindowAttentionOptions(2, width, window) { Rotary = rotary, Style = style };
        LayerRun<double> run = new LayerRun<double>(new WindowAttention<double>(options), Steps, 1).Fill(3);
        run.Start.AsSpan().Clear();
        run.Forward();
        double[] plain = Plain(options, run.Inputs, Steps);
        double[] streamed = Stream(run.Layer, run.Inputs, new double[run.Layer.StateSize]);
        double largest = plain.Max(Math.Abs);
        for (int i = 0; i < plain.Length; i++)
        {
            Assert.Equal(plain[i], run.Outputs[i], Tolerance * largest);
            Assert.Equal(plain[i], streamed[i], Tolerance * largest);
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(256)]
    public void A_window_in_parts_has_the_bits_of_the_whole(int window)
    {
        LayerRun<float> whole = new LayerRun<float>(new WindowAttention<float>(new(2, 8, window) { Rotary = 8 }), 900, 1).Fill(3).Forward();
        var parts = new List<float>();
        float[] state = whole.Start;
        foreach ((int first, int steps) in new[] { (0, 1), (1, 300), (301, 64), (365, 535) })
        {
            LayerRun<float> part = whole.Part(first, steps, state).Forward();
            parts.AddRange(part.Outputs);
            state = part.Final;
        }

        Assert.Equal(whole.Outputs, parts);
        Assert.Equal(whole.Final, state);
    }

    [Fact]
    public void A_million_slices_later_the_same_inputs_give_the_same_outputs()
    {
        const int Window = 48;
        const int Last = 3 * Window;
        var layer = new WindowAttention<double>(new(1, 4, Window) { Rotary = 4 });
        var narrow = new WindowAttention<float>(new(1, 4, Window) { Rotary = 4 });
        var inputs = new double[Last * layer.Inputs];
        new Rng(9).Normal(inputs.AsSpan(), 1);
        float[] narrowInputs = [.. inputs.Select(x => (float)x)];
        double[] narrowed = [.. narrowInputs.Select(x => (double)x)];
        double[] early = Stream(layer, narrowed, After(layer, 1_000));
        double[] late = Stream(layer, narrowed, After(layer, 1_000_000));
        float[] narrowLate = Stream(narrow, narrowInputs, After(narrow, 1_000_000));
        for (int i = Window * layer.Outputs; i < early.Length; i++)
        {
            Assert.Equal(early[i], late[i], 1e-12);
            Assert.Equal(early[i], narrowLate[i], 1e-5);
        }
    }

    [Fact]
    public void Scores_of_any_size_are_weighed()
    {
        var layer = new WindowAttention<float>(new(1, 2, 4));
        const float Large = 1 << 14;
        float[] inputs = [Large, Large, Large, Large, 1, 2, -Large, Large, -Large, -Large, 3, 4];
        float[] outputs = Stream(layer, inputs, new float[layer.StateSize]);
        Assert.Equal([1, 2, 2, 3], outputs);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(-3, 0)]
    [InlineData(7.4f, 7)]
    [InlineData(float.PositiveInfinity, 511)]
    public void A_counter_that_no_step_gave_becomes_one(float found, float expected)
    {
        var layer = new WindowAttention<float>(new(1, 2, 4));
        var start = new float[layer.StateSize];
        start[^1] = found;
        layer.ConstrainStart(start);
        Assert.Equal(expected, start[^1]);
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowAttention<float>(new(0, 2, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowAttention<float>(new(1, 0, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowAttention<float>(new(1, 2, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowAttention<float>(new(1, 2, 4) { Rotary = 4 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowAttention<float>(new(1, 2, 4) { Base = 0 }));
        Assert.Throws<ArgumentException>(() => new WindowAttention<float>(new(1, 4, 4) { Rotary = 3 }));
    }

    private static T[] After<T>(WindowAttention<T> layer, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var state = new T[layer.StateSize];
        Stream(layer, new T[steps * layer.Inputs], state);
        return state;
    }

    private static T[] Stream<T>(ISequenceLayer<T> layer, T[] inputs, T[] state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int steps = inputs.Length / layer.Inputs;
        var outputs = new T[steps * layer.Outputs];
        T[] scratch = LayerRun<T>.Unwritten(layer.StepScratch(1));
        for (int step = 0; step < steps; step++)
        {
            layer.Step(
                inputs.AsSpan(step * layer.Inputs, layer.Inputs), [T.One], state, outputs.AsSpan(step * layer.Outputs, layer.Outputs), scratch);
        }

        return outputs;
    }

    private static double[] Plain(WindowAttentionOptions options, double[] inputs, int steps)
    {
        (int width, int units) = (options.Width, options.Heads * options.Width);
        var outputs = new double[steps * units];
        for (int head = 0; head < options.Heads; head++)
        {
            double[][] Rows(int part, bool turns) =>
            [
                .. Enumerable.Range(0, steps).Select(step =>
                {
                    double[] row = inputs[((((step * 3) + part) * units) + (head * width))..][..width];
                    return turns ? Turned(options, row, step) : row;
                }),
            ];
            (double[][] queries, double[][] keys, double[][] values) = (Rows(0, true), Rows(1, true), Rows(2, false));
            for (int step = 0; step < steps; step++)
            {
                int first = Math.Max(0, step - options.Window + 1);
                double[] weights =
                    [.. Enumerable.Range(first, step - first + 1).Select(s => Math.Exp(queries[step].Zip(keys[s], (a, b) => a * b).Sum() / Math.Sqrt(width)))];
                for (int channel = 0; channel < width; channel++)
                {
                    outputs[(step * units) + (head * width) + channel] = weights.Select((weight, i) => weight * values[first + i][channel]).Sum() / weights.Sum();
                }
            }
        }

        return outputs;
    }

    internal static double[] Turned(WindowAttentionOptions options, double[] row, int position)
    {
        double[] turned = [.. row];
        int pairs = options.Rotary / 2;
        for (int pair = 0; pair < pairs; pair++)
        {
            double angle = position * Math.Pow(options.Base, -2.0 * pair / options.Rotary);
            (int a, int b) = options.Style == RotaryStyle.Half ? (pair, pair + pairs) : (2 * pair, (2 * pair) + 1);
            turned[a] = (row[a] * Math.Cos(angle)) - (row[b] * Math.Sin(angle));
            turned[b] = (row[b] * Math.Cos(angle)) + (row[a] * Math.Sin(angle));
        }

        return turned;
    }
}
