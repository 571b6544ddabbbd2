namespace Pallium.Numerics.Tests;

public sealed class ArithmeticEnergyTests
{
    [Fact]
    public void A_thousand_multiply_adds_cost_their_operations()
    {
        Assert.Equal(4600, ArithmeticEnergy.Single.Picojoules(1000), 1e-9);
        Assert.Equal(300, ArithmeticEnergy.Integer8.Picojoules(1000), 1e-9);
        Assert.Equal(1000, ArithmeticEnergy.LMul.Picojoules(1000), 1e-9);
    }
}
