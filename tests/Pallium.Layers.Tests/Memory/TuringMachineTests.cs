using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class TuringMachineTests : SequenceLayerLaws
{
    /// <summary>Far enough out that σ and tanh are 0 or ±1 to twelve digits.</summary>
    private const double Far = 40;

    [Fact]
    public void What_was_written_is_read_in_the_next_slice()
    {
        // x = (1, 0) writes (tanh 0.5, tanh -1) to the slot where both heads stand; x = (0, 1) writes nothing. Nobody moves.
        TuringMachine<double> layer = Standing(out Parameter<double> input);
        TuringMachineLayout at = Layout;
        input.Values[at.Add * 2] = 0.5;
        input.Values[(at.Add + 1) * 2] = -1;
        layer.Refresh();
        var state = new double[layer.StateSize];
        var y = new double[2];
        var scratch = new double[layer.StepScratch(1)];
        layer.Step([1, 0], [1], state, y, scratch);
        Assert.All(y, number => Assert.Equal(1e-6, number, 1e-9));
        layer.Step([0, 1], [1], state, y, scratch);
        Assert.Equal(1e-6 + Math.Tanh(0.5), y[0], 1e-9);
        Assert.Equal(1e-6 + Math.Tanh(-1), y[1], 1e-9);
    }

    [Fact]
    public void What_is_erased_is_gone()
    {
        TuringMachine<double> layer = Standing(out Parameter<double> input);
        TuringMachineLayout at = Layout;
        input.Values[at.Add * 2] = 0.5;
        for (int m = 0; m < at.Width; m++)
        {
            input.Values[((at.Erase + m) * 2) + 1] = 2 * Far;
        }

        layer.Refresh();
        var state = new double[layer.StateSize];
        var y = new double[2];
        var scratch = new double[layer.StepScratch(1)];
        layer.Step([1, 0], [1], state, y, scratch);
        layer.Step([0, 1], [1], state, y, scratch);
        Assert.Equal(1e-6 + Math.Tanh(0.5), y[0], 1e-9);
        layer.Step([0, 0], [1], state, y, scratch);
        Assert.All(y, number => Assert.Equal(0, number, 1e-9));
    }

    [Fact]
    public void A_fresh_stream_begins_with_the_learned_read_and_weightings()
    {
        var layer = new TuringMachine<double>(new(1, 1) { Slots = 4, Width = 2 });
        layer.Initialize(new Rng(1));
        double[] fresh = Run(new double[layer.StateSize]);
        double[] given = Run(Given());
        Assert.Equal(fresh, given);

        double[] Run(double[] state)
        {
            var y = new double[1];
            layer.Step([0.3], [1], state, y, new double[layer.StepScratch(1)]);
            return [.. y, .. state];
        }

        // The same state, but said to be under way: weightings and read as numbers.
        double[] Given()
        {
            double[] Parameter(string name) => [.. layer.Parameters.Single(item => item.Name == name).Parameter.Values];
            double[][] weightings = [.. Parameter("first_weighting").Chunk(4)];
            foreach (double[] weighting in weightings)
            {
                Reduction.Softmax<double>(weighting);
            }

            return [.. new double[8], .. weightings.SelectMany(w => w), .. Parameter("first_read"), 1];
        }
    }

    [Fact]
    public void A_shift_that_could_go_round_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TuringMachine<float>(new(1, 1) { Slots = 4, Range = 2 }));

    protected override ISequenceLayer<T> Create<T>() => new TuringMachine<T>(new(3, 4) { Slots = 6, Width = 3 });

    private static TuringMachineOptions Small => new(2, 2) { Slots = 5, Width = 2 };

    private static TuringMachineLayout Layout => new(Small);

    /// <summary>Heads that stay at slot 1, erase nothing and add nothing; y is what was read.</summary>
    private static TuringMachine<double> Standing(out Parameter<double> input)
    {
        var layer = new TuringMachine<double>(Small);
        Dictionary<string, Parameter<double>> parameters = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter);
        TuringMachineLayout at = Layout;
        Span<double> bias = parameters["control.bias"].Values;
        bias.Slice(at.Erase, at.Reads).Fill(-Far);
        bias.Slice(at.Gates, at.Weightings).Fill(-Far);
        for (int i = 0; i < at.Weightings; i++)
        {
            bias[at.ShiftShares + (i * at.Shifts) + 1] = Far;
            parameters["first_weighting"].Values[(i * at.Slots) + 1] = Far;
        }

        // y = r: columns are x, then r.
        parameters["output.weight"].Values[2] = 1;
        parameters["output.weight"].Values[7] = 1;
        input = parameters["control.input"];
        return layer;
    }
}

public sealed class TuringMachineOfTwoHeadsTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new TuringMachine<T>(new(2, 3) { Slots = 9, Width = 2, Heads = 2, Range = 2 });
}
