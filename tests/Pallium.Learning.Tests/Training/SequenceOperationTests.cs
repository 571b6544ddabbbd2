using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class SequenceOperationTests
{
    private const int Steps = 4;
    private const int Rows = 3;

    /// <summary>Central differences at 1e-6 in double leave about 1e-9.</summary>
    private const double Tolerance = 1e-7;

    [Theory]
    [InlineData("linear(6)+dropout(0.4)+gru(3)")]
    [InlineData("chunks(linear(6)+dropout(0.4)+gru(3),slices=2)")]
    public void Gradients_are_those_of_what_the_noise_left(string text)
    {
        ISequenceLayer<double> layer = StackText.Parse(text).Build<double>(2);
        layer.Initialize(new Rng(3));
        var operation = new SequenceOperation<double>(layer);
        var set = new ParameterSet<double>(layer.Parameters);
        Gradients<double> gradients = set.NewGradients();
        var tape = new Tape<double>();
        tape.Backward(Loss(), gradients);
        foreach ((string name, Parameter<double> parameter) in set.Items)
        {
            for (int i = 0; i < parameter.Length; i++)
            {
                double expected = Difference(parameter, i);
                Assert.True(Math.Abs(expected - gradients[parameter][i]) <= Tolerance, $"{name}[{i}]: {gradients[parameter][i]:R} where differences give {expected:R}");
            }
        }

        Variable Loss()
        {
            tape.Reset();
            Variable x = tape.Constant(Steps * Rows, layer.Inputs);
            new Rng(4).Normal(tape.Value(x), 1);
            Variable elapsed = tape.Constant(Steps, Rows);
            tape.Value(elapsed).Fill(1);
            return tape.Sum(tape.Square(operation.Forward(tape, x, elapsed, tape.Constant(Rows, layer.StateSize), new LearningWindow(new Rng(9), 16, 0.5))));
        }

        double Difference(Parameter<double> parameter, int i)
        {
            const double Width = 1e-6;
            double middle = parameter.Values[i];
            parameter.Values[i] = middle + Width;
            layer.Refresh();
            double above = tape.Value(Loss())[0];
            parameter.Values[i] = middle - Width;
            layer.Refresh();
            double below = tape.Value(Loss())[0];
            parameter.Values[i] = middle;
            layer.Refresh();
            return (above - below) / (2 * Width);
        }
    }
}
