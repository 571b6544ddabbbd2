using System.Text.Json;
using Pallium.Layers;

namespace Pallium.Cli.Tests;

public sealed class StacksVerbTests
{
    [Fact]
    public void Every_layer_and_option_has_a_line()
    {
        string text = PalliumProcess.Run(Path.GetTempPath(), "stacks").Succeeded().Output;
        foreach (LayerKind kind in LayerKind.All)
        {
            Assert.Contains($"│ {kind.Example} ", text, StringComparison.Ordinal);
            Assert.All(kind.Options, option => Assert.Contains($"│   {option.Name}", text, StringComparison.Ordinal));
        }

        Assert.Contains("backbone=1x128", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_is_counted_layer_by_layer()
    {
        string text = PalliumProcess.Run(Path.GetTempPath(), "stacks", "lstm(64)x2+linear(16)", "--inputs", "5", "--json").Succeeded().Output;
        JsonElement[] layers = [.. JsonDocument.Parse(text).RootElement.GetProperty("layers").EnumerateArray()];
        Assert.Equal(["lstm(64)", "lstm(64)", "linear(16)", "in all"], layers.Select(layer => layer.GetProperty("layer").GetString()));
        Assert.Equal((4 * 64 * 69) + 192, layers[0].GetProperty("multiplyAdds").GetInt64());
        Assert.Equal(4 * 64 * (5 + 64 + 2) * 4, layers[0].GetProperty("weightBytes").GetInt64());
        Assert.Equal(1024, layers[3].GetProperty("stateBytes").GetInt64());
        JsonElement energy = layers[2].GetProperty("picojoules");
        Assert.Equal([4.6 * 1024, 0.3 * 1024, 1.0 * 1024], energy.EnumerateObject().Select(kind => kind.Value.GetDouble()), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void A_stack_has_an_estimate_of_its_energy() => Assert.Contains(
        "4.7 nJ in float32, 307 pJ in int8, 1.0 nJ in L-Mul", PalliumProcess.Run(Path.GetTempPath(), "stacks", "linear(16)").Succeeded().Output, StringComparison.Ordinal);

    [Fact]
    public void A_stack_is_scored_before_it_learns()
    {
        string first = PalliumProcess.Run(Path.GetTempPath(), "stacks", "gru(32)", "--inputs", "5", "--score", "--json").Succeeded().Output;
        Assert.Equal(first, PalliumProcess.Run(Path.GetTempPath(), "stacks", "gru(32)", "--inputs", "5", "--score", "--json", "--seed", "1").Succeeded().Output);
        Assert.InRange(JsonDocument.Parse(first).RootElement.GetProperty("score").GetDouble(), -1e6, -HiddenCovariance.Windows);
        Assert.Contains("Score before learning: -", PalliumProcess.Run(Path.GetTempPath(), "stacks", "gru(32)", "--score").Succeeded().Output, StringComparison.Ordinal);
        PalliumProcess.Run(Path.GetTempPath(), "stacks", "--score").Refused("Option --score: found no stack");
    }

    [Theory]
    [InlineData("lstm(64)+lnear(16)", "position 10", "'lnear'", "did you mean 'linear'?")]
    [InlineData("lstm(16384)x256", "position 1", "weights of", "would take", "GB", "expected at most")]
    [InlineData("gru(8)+residual(linear(5))", "position 8", "reads 8 channels and writes 5")]
    public void A_stack_that_cannot_be_is_refused(string stack, params string[] parts) =>
        PalliumProcess.Run(Path.GetTempPath(), "stacks", stack).Refused(parts);
}
