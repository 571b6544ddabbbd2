using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class SliceNetworkTests
{
    private const int Steps = 6;
    private const int Rows = 3;

    [Theory]
    [InlineData("gru(5)")]
    [InlineData("lstm(4)+rmsnorm")]
    [InlineData("cfc(5,backbone=1x8)x2")]
    [InlineData("ltc(ncp:12)")]
    public void The_learning_form_and_the_streaming_form_agree(string stack)
    {
        Compare<double>(stack, 1e-12);
        Compare<float>(stack, 1e-5);
    }

    private static void Compare<T>(string stack, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SliceCore core = Simulated.MixedModel.Engine.Core;
        SliceNetwork<T> network = Random<T>(stack, core);
        WindowChunk<T> chunk = Chunk(core, network);
        SliceWindow<T> window = chunk.Window;
        var tape = new Tape<T>();
        (Variable real, Variable discrete, _) = network.Forward(tape, window);
        T[] expectedReal = tape.Value(real).ToArray();
        T[] expectedDiscrete = tape.Value(discrete).ToArray();

        // Answer before every step, then take the slice in, row by row.
        NetworkScratch scratch = network.NewScratch();
        for (int row = 0; row < Rows; row++)
        {
            double[] start = new double[network.StateSize];
            network.Start(start);
            double[] state = [.. start];
            if (!window.FreshRows[row])
            {
                Widened<T>(window.States.AsSpan(row * network.Trunk.StateSize, network.Trunk.StateSize)).CopyTo(state, 0);
            }

            // A row without slices before it was asked without a past (it is marked so); others carry the last output.
            Widened<T>(window.LastOutputs.AsSpan(row * network.Trunk.Outputs, network.Trunk.Outputs)).CopyTo(state, network.Trunk.StateSize);
            for (int t = 0; t < Steps; t++)
            {
                int at = (t * Rows) + row;
                double[] features = Widened<T>(window.HeadFeatures.AsSpan(at * core.HeadFeatures, core.HeadFeatures));
                double[] realOut = new double[network.RealOutputs];
                double[] discreteOut = new double[network.DiscreteOutputs];
                network.Answer(1, window.WithoutPast[at] ? start : state, features, realOut, discreteOut, scratch);
                Close(expectedReal.AsSpan(at * realOut.Length, realOut.Length), realOut, tolerance);
                Close(expectedDiscrete.AsSpan(at * discreteOut.Length, discreteOut.Length), discreteOut, tolerance);
                double[] inputs = Widened<T>(window.EncoderInputs.AsSpan(at * core.EncoderInputs, core.EncoderInputs));
                network.Step(inputs, [double.CreateTruncating(window.Elapsed[at])], state, scratch);
            }
        }
    }

    [Fact]
    public void Several_rows_answer_as_each_does_alone()
    {
        SliceCore core = Simulated.MixedModel.Engine.Core;
        SliceNetwork<float> network = Random<float>("gru(5)", core);
        var rng = new Rng(3);
        double[] states = new double[7 * network.StateSize];
        double[] features = new double[7 * core.HeadFeatures];
        rng.Normal<double>(states, 0.5);
        rng.Normal<double>(features, 1);
        double[] real = new double[7 * network.RealOutputs];
        double[] discrete = new double[7 * network.DiscreteOutputs];
        NetworkScratch scratch = network.NewScratch();
        network.Answer(7, states, features, real, discrete, scratch);
        for (int row = 0; row < 7; row++)
        {
            double[] one = new double[network.RealOutputs];
            double[] two = new double[network.DiscreteOutputs];
            network.Answer(
                1, states.AsSpan(row * network.StateSize, network.StateSize), features.AsSpan(row * core.HeadFeatures, core.HeadFeatures), one, two, scratch);
            Assert.Equal(one, real[(row * one.Length)..((row + 1) * one.Length)]);
            Assert.Equal(two, discrete[(row * two.Length)..((row + 1) * two.Length)]);
        }
    }

    [Fact]
    public void Gradients_of_the_loss_of_a_window_are_those_of_finite_differences()
    {
        SliceCore core = Simulated.MixedModel.Engine.Core;
        SliceNetwork<double> network = Random<double>("gru(3)", core);
        WindowChunk<double> chunk = Chunk(core, network);
        Gradients<double> gradients = network.Parameters.NewGradients();
        double[] states = [.. chunk.Window.States];
        double[] outputs = [.. chunk.Window.LastOutputs];
        bool[] fresh = [.. chunk.Window.FreshRows];
        void Restore()
        {
            states.CopyTo(chunk.Window.States, 0);
            outputs.CopyTo(chunk.Window.LastOutputs, 0);
            fresh.CopyTo(chunk.Window.FreshRows, 0);
        }

        double loss = chunk.Learn(gradients);
        Restore();
        Assert.Equal(loss, chunk.Evaluate(), 1e-9 * Math.Abs(loss));
        int checks = 0;
        foreach ((string name, Parameter<double> parameter) in network.Parameters.Items)
        {
            Span<double> gradient = gradients[parameter];
            for (int i = 0; i < parameter.Length; i += Math.Max(1, parameter.Length / 7))
            {
                const double Difference = 1e-5;
                double kept = parameter.Values[i];
                parameter.Values[i] = kept + Difference;
                network.Refresh();
                double above = chunk.Evaluate();
                parameter.Values[i] = kept - Difference;
                network.Refresh();
                double below = chunk.Evaluate();
                parameter.Values[i] = kept;
                double expected = (above - below) / (2 * Difference);
                Assert.True(Math.Abs(expected - gradient[i]) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"{name}[{i}]: {gradient[i]} for {expected}");
                checks++;
            }
        }

        Assert.InRange(checks, 60, 1000);
    }

    private static void Close<T>(ReadOnlySpan<T> expected, ReadOnlySpan<double> found, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = 1;
        foreach (T x in expected)
        {
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(x)));
        }

        for (int i = 0; i < found.Length; i++)
        {
            Assert.Equal(double.CreateTruncating(expected[i]), found[i], tolerance * largest);
        }
    }

    private static double[] Widened<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = double.CreateTruncating(values[i]);
        }

        return wide;
    }

    /// <summary>A network whose every parameter, the start state too, is of some size.</summary>
    private static SliceNetwork<T> Random<T>(string stack, SliceCore core)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SliceNetwork<T> network = WorldLearner.NewNetwork<T>(StackText.Parse(stack), core, hidden: 8);
        network.Initialize(new Rng(1));
        var rng = new Rng(2);
        foreach ((string name, Parameter<T> parameter) in network.Parameters.Items)
        {
            if (!name.StartsWith("trunk", StringComparison.Ordinal))
            {
                rng.For(name).Normal(parameter.Values, 0.3);
            }
        }

        network.Refresh();
        return network;
    }

    /// <summary>Real questions about mixed data: fresh rows, carried rows, questions without a past.</summary>
    private static WindowChunk<T> Chunk<T>(SliceCore core, SliceNetwork<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WorldEngine engine = Simulated.MixedModel.Engine;
        EncodedSeries series = WorldEngine.Encode(
            engine.Schema, engine.Normalizer, engine.Clock, core.Layout, Simulated.Mixed(60, 8, irregular: true, holes: 0.1).Series[0]);
        var chunk = new WindowChunk<T>(core, network, Steps, Rows);
        chunk.Clear();
        var rng = new Rng(6);
        rng.Normal<T>(chunk.Window.States, 0.3);
        rng.Normal<T>(chunk.Window.LastOutputs, 0.3);
        var maker = new QuestionMaker(core);
        for (int row = 0; row < Rows; row++)
        {
            var state = new double[core.StateSize];
            core.Start(state);
            bool fresh = chunk.Window.FreshRows[row] = row == 0;
            if (!fresh)
            {
                maker.WarmUp(series, 0, 10 * row, state, []);
            }

            for (int t = 0; t < Steps; t++)
            {
                Rng draw = rng.For(row).For(t);
                maker.Ask(series, (10 * row) + t, state, null, (t * Rows) + row, chunk.Window, chunk.Targets, ref draw);
            }
        }

        chunk.Window.WithoutPast[^1] = true;
        return chunk;
    }
}
