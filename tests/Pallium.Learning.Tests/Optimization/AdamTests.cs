using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class AdamTests
{
    [Fact]
    public void Updates_follow_the_published_algorithm()
    {
        var weight = new Parameter<double>(7, 5) { Decays = true };
        var bias = new Parameter<double>(3);
        var set = new ParameterSet<double>([("w", weight), ("b", bias)]);
        var rng = new Rng(3);
        rng.Normal(weight.Values, 1);
        rng.Normal(bias.Values, 1);
        double[] expected = [.. weight.Values, .. bias.Values];
        var m = new double[expected.Length];
        var v = new double[expected.Length];
        var adam = new Adam<double>(set, new AdamOptions { WeightDecay = 0.1 });
        Gradients<double> gradients = set.NewGradients();
        for (int t = 1; t <= 20; t++)
        {
            rng.Normal(gradients.Values, 2);
            adam.Step(gradients, 0.01);
            for (int i = 0; i < expected.Length; i++)
            {
                double g = gradients.Values[i];
                m[i] = (0.9 * m[i]) + (0.1 * g);
                v[i] = (0.999 * v[i]) + (0.001 * g * g);
                double mean = m[i] / (1 - Math.Pow(0.9, t));
                double square = v[i] / (1 - Math.Pow(0.999, t));
                expected[i] -= 0.01 * ((mean / (Math.Sqrt(square) + 1e-8)) + (i < 35 ? 0.1 * expected[i] : 0));
            }
        }

        double[] actual = [.. weight.Values, .. bias.Values];
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 12));
    }

    [Fact]
    public void A_parameter_with_a_minimum_never_falls_below_it()
    {
        var conductance = new Parameter<float>(4) { Minimum = 1e-5 };
        conductance.Values.Fill(0.001f);
        var set = new ParameterSet<float>([("g", conductance)]);
        Gradients<float> gradients = set.NewGradients();
        gradients.Values.Fill(1);
        var adam = new Adam<float>(set);
        adam.Step(gradients, 0.1);
        Assert.All(conductance.Values.ToArray(), value => Assert.Equal(1e-5f, value));
    }

    [Fact]
    public void A_parameter_with_a_maximum_never_rises_above_it()
    {
        var weight = new Parameter<double>(4) { Minimum = -1, Maximum = 1 };
        weight.Values.Fill(0.9);
        var set = new ParameterSet<double>([("w", weight)]);
        Gradients<double> gradients = set.NewGradients();
        new[] { -1.0, 1, -0.5, 0 }.CopyTo(gradients.Values);
        var adam = new Adam<double>(set);
        adam.Step(gradients, 3);
        Assert.Equal([1, -1, 1, 0.9], weight.Values.ToArray());
    }

    [Fact]
    public void Resuming_goes_on_where_it_stopped()
    {
        (Parameter<double> Weight, ParameterSet<double> Set) Make()
        {
            var weight = new Parameter<double>(9);
            weight.Values.Fill(1);
            return (weight, new ParameterSet<double>([("w", weight)]));
        }

        (Parameter<double> one, ParameterSet<double> setOne) = Make();
        (Parameter<double> two, ParameterSet<double> setTwo) = Make();
        var straight = new Adam<double>(setOne);
        var first = new Adam<double>(setTwo);
        Gradients<double> gradientsOne = setOne.NewGradients();
        Gradients<double> gradientsTwo = setTwo.NewGradients();
        var rng = new Rng(5);
        void Draw()
        {
            rng.Normal(gradientsOne.Values, 1);
            gradientsOne.Values.CopyTo(gradientsTwo.Values);
        }

        for (int t = 0; t < 10; t++)
        {
            Draw();
            straight.Step(gradientsOne, 0.1);
            first.Step(gradientsTwo, 0.1);
        }

        var second = new Adam<double>(setTwo);
        first.Mean.CopyTo(second.Mean);
        first.Square.CopyTo(second.Square);
        second.Resume(first.Steps);
        Draw();
        straight.Step(gradientsOne, 0.1);
        second.Step(gradientsTwo, 0.1);
        Assert.All(one.Values.ToArray().Zip(two.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 12));
    }
}
