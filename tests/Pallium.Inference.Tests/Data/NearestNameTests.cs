namespace Pallium.Inference.Tests;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("tiem", "time")]
    [InlineData("TIME", "time")]
    [InlineData("temprature", "temperature")]
    [InlineData("co", "co2")]
    [InlineData("pressure", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_found_if_it_is_near(string wanted, string? expected) =>
        Assert.Equal(expected, NearestName.Find(wanted, ["time", "temperature", "co2"]));
}
