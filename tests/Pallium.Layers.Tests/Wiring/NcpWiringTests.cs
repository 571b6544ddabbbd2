using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class NcpWiringTests
{
    [Theory]
    [InlineData(1, 4, 1, 0.5)]
    [InlineData(8, 32, 8, 0.5)]
    [InlineData(32, 19, 1, 0.2)]
    [InlineData(3, 100, 5, 0.9)]
    public void Signals_flow_from_inputs_over_inter_and_command_to_motor_neurons_and_reach_all(int inputs, int units, int outputs, double sparsity)
    {
        NcpOptions options = NcpOptions.Auto(inputs, units, outputs, sparsity);
        Assert.Equal(units, options.Inter + options.Command + options.Motor);
        NcpWiring wiring = NcpWiring.Draw(options, new Rng(9));
        bool IsMotor(int neuron) => neuron < outputs;
        bool IsCommand(int neuron) => !IsMotor(neuron) && neuron < outputs + wiring.Command;
        bool IsInter(int neuron) => neuron >= outputs + wiring.Command;

        Assert.All(wiring.Sensory, synapse => Assert.True(IsInter(synapse.Target)));
        Assert.All(wiring.Synapses, synapse => Assert.True(
            (IsInter(synapse.Source) && IsCommand(synapse.Target)) || (IsCommand(synapse.Source) && !IsInter(synapse.Target))));
        var reached = wiring.Sensory.Concat(wiring.Synapses).Select(synapse => synapse.Target).ToHashSet();
        Assert.Equal(units, reached.Count);
        var heard = wiring.Synapses.Where(synapse => IsMotor(synapse.Target)).Select(synapse => synapse.Source).ToHashSet();
        Assert.Equal(wiring.Command, heard.Count);
        Assert.All(
            wiring.Synapses.Where(synapse => IsInter(synapse.Source)).GroupBy(synapse => synapse.Source),
            group => Assert.True(group.Count() >= options.InterFanOut));
    }

    [Fact]
    public void A_circuit_with_too_few_neurons_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NcpOptions.Auto(3, 6, 4));

    [Fact]
    public void A_fan_larger_than_its_layer_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NcpWiring.Draw(
            new(3, 4, 2, 1) { SensoryFanOut = 5, InterFanOut = 1, RecurrentCommandSynapses = 1, MotorFanIn = 1 }, new Rng(1)));
}
