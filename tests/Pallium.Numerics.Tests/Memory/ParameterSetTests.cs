namespace Pallium.Numerics.Tests;

public sealed class ParameterSetTests
{
    [Fact]
    public void Gradients_lie_one_after_another_in_the_order_of_the_set()
    {
        var weight = new Parameter<float>(2, 3);
        var bias = new Parameter<float>(4);
        var scale = new Parameter<float>();
        var set = new ParameterSet<float>([("weight", weight), ("bias", bias), ("scale", scale)]);
        Gradients<float> gradients = set.NewGradients();
        gradients[bias].Fill(2);
        gradients[scale][0] = 3;

        Assert.Equal(11, set.Length);
        Assert.Equal([0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 3], gradients.Values.ToArray());
        Assert.Equal(["weight", "bias", "scale"], set.Items.Select(item => item.Name));
    }

    [Fact]
    public void A_name_or_a_parameter_listed_twice_is_refused()
    {
        var one = new Parameter<float>(1);
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new ParameterSet<float>([("a", one), ("a", new(1))])).Message, StringComparison.Ordinal);
        Assert.Contains("'b'", Assert.Throws<ArgumentException>(() => new ParameterSet<float>([("a", one), ("b", one)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gradient_of_a_stranger_is_refused_instead_of_landing_elsewhere()
    {
        var first = new Parameter<float>(2);
        var second = new Parameter<float>(2);
        Gradients<float> gradients = new ParameterSet<float>([("first", first), ("second", second)]).NewGradients();
        Assert.Throws<InvalidOperationException>(() => gradients[new Parameter<float>(2)][0]);

        Gradients<float> other = new ParameterSet<float>([("second", second)]).NewGradients();
        Assert.Throws<InvalidOperationException>(() => gradients[second][0]);
        Assert.Throws<InvalidOperationException>(() => other[first][0]);
        Assert.Equal(2, other[second].Length);
    }

    [Fact]
    public void Collecting_the_same_parameters_again_changes_nothing()
    {
        Parameter<float>[] parameters = [new(2), new(3)];
        Gradients<float> gradients = Collect().NewGradients();
        Collect();
        gradients[parameters[1]].Fill(1);
        Assert.Equal([0, 0, 1, 1, 1], gradients.Values.ToArray());

        ParameterSet<float> Collect() => new([("a", parameters[0]), ("b", parameters[1])]);
    }
}
