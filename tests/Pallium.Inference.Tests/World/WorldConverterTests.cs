using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class WorldConverterTests
{
    private const string Stack = "linear(8)+residual(rmsnorm+attention(8,window=6,heads=2))x2+gru(8)";
    private const string Converted = "linear(8)+residual(rmsnorm+attention(8,window=6,heads=2))+residual(rmsnorm+gla(8,heads=2))+gru(8)";
    private static readonly Lazy<WorldModel> Teacher = new(() => WorldModel.Learn(Simulated.Mixed(420, 1), Simulated.Quick with { Stack = Stack, Epochs = 8, Rate = 0.01 }));

    private static readonly ConversionOptions Short = new()
    {
        Layers = [2],
        Updates = 60,
        Rate = 0.02,
        Threads = 1,
        Evaluation = new() { Horizon = 3, Paths = 8, Threads = 1 },
    };

    private static readonly Lazy<Conversion> LazyResult = new(() => Teacher.Value.Convert("attention=gla(heads=2)", Simulated.Mixed(420, 1), Short));

    [Fact]
    public void A_layer_is_replaced_by_one_that_learned_from_it_and_the_model_itself_stays()
    {
        byte[] before = Simulated.Bytes(Teacher.Value);
        Conversion result = LazyResult.Value;
        Assert.Equal(before, Simulated.Bytes(Teacher.Value));
        Assert.Equal(Converted, result.Model.Summary.Stack);
        ConversionStep step = Assert.Single(result.Steps);
        Assert.Equal((2, "attention(8,window=6,heads=2)", "gla(8,heads=2)"), (step.Layer, step.Old, step.New));
        Assert.True(step.Error < 0.5 * step.StartError, $"error {step.Error:R} from {step.StartError:R}");
        Assert.True(step.Loss <= step.ExchangedLoss);
        Assert.InRange(step.ExchangedLoss - result.TeacherLoss, -0.05, 0.05);
        Assert.Contains("held back of", result.Loss.Source, StringComparison.Ordinal);
        Assert.Contains("(42 slices)", result.Loss.Source, StringComparison.Ordinal);
        Assert.Equal(2, result.Model.Summary.Runs.Count);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void The_file_answers_as_the_model_does_and_any_threads_give_its_bits()
    {
        Conversion Convert(ConversionOptions options) => Teacher.Value.Convert("attention=gla", Simulated.Mixed(420, 1), options with { Updates = 3, Test = Simulated.Mixed(30, 9) });
        Conversion result = Convert(Short);
        byte[] file = Simulated.Bytes(result.Model);
        Frame test = Simulated.Mixed(12, 9);
        Assert.Equal(Simulated.Answers(result.Model, test, 4), Simulated.Answers(Simulated.Loaded(file), test, 4));
        Conversion again = Convert(Short with { Threads = 2 });
        Assert.Equal(file, Simulated.Bytes(again.Model));
        Assert.Equal(result.Loss, again.Loss);
        Assert.NotEqual(file, Simulated.Bytes(Convert(Short with { Seed = 2 }).Model));
    }

    [Fact]
    public void What_is_not_replaced_is_carried_bit_for_bit_and_stays_so_while_the_new_layer_imitates()
    {
        var learned = (LearnedNetwork<float>)Simulated.Loaded(Simulated.Bytes(Teacher.Value)).Learned!;
        new Rng(7).Uniform(learned.Typed.StartState[^8..], -1.0, 1.0);
        SliceCore core = Teacher.Value.Engine.Core;
        StackExchange exchange = Assert.Single(WorldConverter.Plan(Stack, core.EncoderInputs, StackReplacement.Parse("attention=lstm"), [1])).Exchange;
        SliceNetwork<float> both = NetworkExchange.Begin(exchange, learned.Typed, core, learned.Hidden, new Rng(4));
        SliceNetwork<float> after = NetworkExchange.End(exchange, both, core, learned.Hidden);
        Dictionary<string, float[]> Values(SliceNetwork<float> network) => network.Parameters.Items.ToDictionary(item => item.Name, item => item.Parameter.Values.ToArray());
        Dictionary<string, float[]> old = Values(learned.Typed);
        string[] kept = [.. old.Keys.Where(name => !name.StartsWith("trunk.1.", StringComparison.Ordinal) && name != "start.state")];
        Assert.Contains(kept, name => name.StartsWith("trunk.2.1.project", StringComparison.Ordinal));
        Assert.All(kept, name => Assert.Equal(old[name], Values(after)[name]));
        Assert.All(both.Parameters.Items, item => Assert.Equal(!item.Name.Contains("imitating", StringComparison.Ordinal), item.Parameter.IsFrozen));
        Assert.DoesNotContain(after.Parameters.Items, item => item.Parameter.IsFrozen);

        // Until the new layer takes its place, the network is what it was.
        double[] state = new double[both.StateSize];
        double[] others = new double[learned.Typed.StateSize];
        both.Start(state);
        learned.Typed.Start(others);
        double[] inputs = [.. Enumerable.Range(0, core.EncoderInputs).Select(i => 0.1 * i)];
        for (int step = 0; step < 10; step++)
        {
            both.Step(inputs, [1.0], state, both.NewScratch());
            learned.Typed.Step(inputs, [1.0], others, learned.Typed.NewScratch());
            Assert.Equal(others[^8..], state[^8..]);
        }

        // The state of a layer that stays begins as it did: the last of the trunk.
        Assert.Equal(old["start.state"][^8..], Values(after)["start.state"][^8..]);
    }

    [Fact]
    public void Without_data_it_learns_from_what_the_model_remembers_and_is_measured_on_the_rest()
    {
        Conversion result = Teacher.Value.Convert("attention=gla", options: Short with { Layers = null, Updates = 2 });
        Assert.Equal(2, result.Steps.Count);
        Assert.Equal("linear(8)+residual(rmsnorm+gla(8))x2+gru(8)", result.Model.Summary.Stack);
        Assert.Contains("what the model remembers", result.Loss.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Rounded_weights_stay_rounded_and_given_data_measure()
    {
        WorldModel rounded = WorldQuantizer.Round(Teacher.Value, WeightFormat.Int8);
        Conversion result = rounded.Convert("attention=gla", Simulated.Mixed(420, 1), Short with { Updates = 2, Test = Simulated.Mixed(60, 9) });
        Assert.Equal(WeightFormat.Int8, result.Model.Summary.Weights);
        Assert.Equal(Simulated.Bytes(result.Model), Simulated.Bytes(WorldQuantizer.Round(result.Model, WeightFormat.Int8)));
        Assert.DoesNotContain("held back", result.Loss.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_is_refused_before_anything_is_learned()
    {
        Refused("attention=gla", Short with { Layers = [3] }, "Option layers: found 3, expected numbers from 1 to 2");
        Refused("attention=gla", Short with { Layers = [] }, "Option layers: found none");
        Refused("attention=gla", Short with { Updates = 0 }, "Option updates: found 0");
        Refused("attention=gla(9)", Short, "Option replace: Replacement, position 11: found 'gla(9)', which gives 9 channels");
        Refused("lstm=gla", Short, "which has no layer 'lstm'");
        Assert.Contains("stack 'none'", Assert.Throws<InputException>(() => Simulated.WalkModel.Convert("attention=gla")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "expected at least 20 to judge", Assert.Throws<InputException>(() => Teacher.Value.Convert("attention=gla", Simulated.Mixed(60, 2), Short)).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(
            () => Teacher.Value.Convert("attention=gla", Simulated.Mixed(420, 1), Short, cancellation: new CancellationToken(canceled: true)));

        void Refused(string replacement, ConversionOptions options, string part) =>
            Assert.Contains(part, Assert.Throws<InputException>(() => Teacher.Value.Convert(replacement, Simulated.Mixed(420, 1), options)).Message, StringComparison.Ordinal);
    }
}
