namespace Pallium.Numerics.Tests;

public sealed class ParameterTests
{
    [Fact]
    public void A_parameter_is_zeros_of_its_shape()
    {
        var parameter = new Parameter<double>(2, 3, 4);
        Assert.Equal([2, 3, 4], parameter.Shape);
        Assert.Equal(new double[24], parameter.Values.ToArray());
        Assert.Equal(1, new Parameter<double>().Length);
        Assert.Equal(0, new Parameter<double>(5, 0).Length);
    }

    [Fact]
    public void The_shape_is_a_copy()
    {
        int[] shape = [2, 2];
        var parameter = new Parameter<double>(shape);
        shape[0] = 9;
        Assert.Equal([2, 2], parameter.Shape);
    }

    [Fact]
    public void Shapes_that_are_negative_or_too_large_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Parameter<double>(-2, -2));
        Assert.Throws<OverflowException>(() => new Parameter<double>(1 << 16, 1 << 16));
    }
}
