using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class WorldQuantizerTests
{
    private static readonly EvaluateOptions Short = new() { Horizon = 3, Paths = 8, Threads = 1 };

    public static TheoryData<string> Names => [.. WeightFormat.All.Select(format => format.Name)];

    [Theory, MemberData(nameof(Names))]
    public void The_loaded_file_answers_as_the_rounded_model_does_and_the_model_itself_stays(string name)
    {
        WorldModel model = Simulated.MixedModel;
        byte[] before = Simulated.Bytes(model);
        Quantization result = model.Quantize(WeightFormat.Find(name)!, Simulated.Mixed(60, 9), Short);
        Assert.Equal(before, Simulated.Bytes(model));
        byte[] file = Simulated.Bytes(result.Model);
        WorldModel loaded = Simulated.Loaded(file);
        Frame test = Simulated.Mixed(12, 9, irregular: true);
        double[] Answers(WorldModel of) => [.. Simulated.Answers(of, test, 4), .. Simulated.Clamped(of, test)];
        Assert.Equal(Answers(result.Model), Answers(loaded));
        Assert.NotEqual(Answers(result.Model), Answers(model));
        Assert.Equal(file, Simulated.Bytes(loaded));
        Assert.Equal(name, loaded.Summary.Weights!.Name);
        Assert.Equal(result.Record, loaded.Summary.Quantization);
        Assert.DoesNotContain(SafetensorsFile.Parse(file).Tensors, tensor => tensor.Name.StartsWith("optimizer", StringComparison.Ordinal));
    }

    [Fact]
    public void The_stated_bytes_are_those_of_the_file_and_a_quarter_or_half_of_the_weights()
    {
        // Of a usual size; here one update of it is enough.
        WorldModel model = WorldModel.Learn(Simulated.Mixed(60, 1), new LearnOptions { Epochs = 1, Threads = 1 });
        foreach ((WeightFormat format, double least) in new[] { (WeightFormat.Int8, 3.9), (WeightFormat.Bfloat16, 2), (WeightFormat.LMul4, 2.25) })
        {
            WorldModel rounded = WorldQuantizer.Round(model, format);
            SafetensorsFile file = SafetensorsFile.Parse(Simulated.Bytes(rounded));
            long bytes = file.Tensors.Sum(tensor => tensor.Type switch { SafetensorsType.I8 => tensor.Length, SafetensorsType.U8 => tensor.Length, SafetensorsType.BF16 => 2L * tensor.Length, _ => 0 });
            Assert.Equal(bytes, rounded.Summary.StoredBytes);
            Assert.Equal(4 * model.Summary.NetworkParameters, model.Summary.StoredBytes);
            Assert.True(bytes * least <= model.Summary.StoredBytes, $"{format}: {bytes} of {model.Summary.StoredBytes} bytes");
        }
    }

    [Fact]
    public void Without_data_it_is_measured_on_what_the_model_remembers()
    {
        Quantization result = Simulated.MixedModel.Quantize(WeightFormat.Bfloat16, options: Short);
        Assert.Contains("remembers", result.Record.Source, StringComparison.Ordinal);
        Assert.Contains("(50 slices)", result.Record.Source, StringComparison.Ordinal);
        Assert.InRange(result.Record.Loss, -0.01, 0.01);
        Assert.Equal(result.Record.LogLossBefore, result.Before.Channels.Average(channel => channel.LogLoss));
        Assert.NotEqual(0, result.Record.LikelihoodLoss);
        WorldModel small = WorldModel.Learn(Simulated.Mixed(60, 6), new LearnOptions { Stack = "gru(2)", Epochs = 1, Hidden = 8, Threads = 1 });
        Assert.Contains("remembers 6 slices", Assert.Throws<InputException>(() => small.Quantize(WeightFormat.Int8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_is_measured_by_likelihood_alone()
    {
        Frame walk = Simulated.Walk(300, 3);
        var table = new Frame(walk.Schema with { IsTable = true }, walk.Series);
        Quantization result = WorldModel.Learn(table, Simulated.Quick).Quantize(WeightFormat.Int8, options: Short);
        Assert.True(double.IsNaN(result.Record.ErrorIncrease));
        Assert.True(double.IsFinite(result.Record.Loss));
        Assert.Equal(result.Record, Simulated.Loaded(Simulated.Bytes(result.Model)).Summary.Quantization);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_model_can_be_learned_rounded_with_the_same_bits_for_any_threads(string name)
    {
        LearnOptions options = Simulated.Quick with { Weights = WeightFormat.Find(name) };
        WorldModel model = WorldModel.Learn(Simulated.Mixed(120, 4), options);
        byte[] bytes = Simulated.Bytes(model);
        Assert.Equal(bytes, Simulated.Bytes(WorldModel.Learn(Simulated.Mixed(120, 4), options with { Threads = 2 })));
        Assert.Equal(name, model.Summary.Weights!.Name);
        Assert.Null(model.Summary.Quantization);

        // Nothing is left to round, and the file is the model.
        Assert.Equal(bytes, Simulated.Bytes(WorldQuantizer.Round(model, model.Summary.Weights)));
        Frame test = Simulated.Mixed(12, 9);
        Assert.Equal(Simulated.Answers(model, test, 4), Simulated.Answers(Simulated.Loaded(bytes), test, 4));
    }

    [Fact]
    public void A_model_stored_for_LMul_multiplies_by_it_and_stored_otherwise_exactly_again()
    {
        static LMul? ProductOf(WorldModel of) =>
            Assert.Single(((LearnedNetwork<float>)of.Learned!).Typed.Parameters.Items.Where(item => item.Parameter.TakesProduct).Select(item => item.Parameter.Product).Distinct());
        WorldModel rounded = WorldQuantizer.Round(Simulated.MixedModel, WeightFormat.LMul4);
        Assert.Equal(new LMul(4), ProductOf(rounded));
        Assert.Equal(new LMul(4), ProductOf(Simulated.Loaded(Simulated.Bytes(rounded))));
        Assert.Null(ProductOf(WorldQuantizer.Round(rounded, WeightFormat.Bfloat16)));
        WorldModel wide = WorldModel.Learn(Simulated.Mixed(60, 6), new LearnOptions { Stack = "gru(2)", Epochs = 1, Hidden = 8, Threads = 1, Precision = Precision.Double });
        Assert.Contains("multiplied in single precision", Assert.Throws<InputException>(() => WorldQuantizer.Round(wide, WeightFormat.LMul4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_on_keeps_the_format_and_leaves_the_old_model_alone()
    {
        // Hardly learned, and nothing for a linear base, so that learning on pays.
        WorldModel rounded = WorldQuantizer.Round(WorldModel.Learn(Parabola(400, 0.3), Simulated.Quick with { Epochs = 2 }), WeightFormat.Int8);
        byte[] before = Simulated.Bytes(rounded);
        Continuation more = rounded.LearnMore(Parabola(400, 0.1), Simulated.Quick with { Epochs = 150, Rate = 0.03 });
        Assert.Equal(before, Simulated.Bytes(rounded));
        Assert.NotSame(rounded, more.Model);
        Assert.Equal(WeightFormat.Int8, more.Model.Summary.Weights);
        Assert.Equal(Simulated.Bytes(more.Model), Simulated.Bytes(WorldQuantizer.Round(more.Model, WeightFormat.Int8)));
        Assert.True(more.OldLossAfter + more.NewLossAfter <= more.OldLossBefore + more.NewLossBefore);
    }

    /// <summary>x' = 1 - 1.8 x².</summary>
    private static Frame Parabola(int rows, double x)
    {
        var values = new double[rows];
        for (int t = 0; t < rows; t++, x = 1 - (1.8 * x * x))
        {
            values[t] = Math.Round(x, 3);
        }

        return Frame.FromArrays([new Channel("x", ChannelKind.Real) { Resolution = 0.001 }], values);
    }

    [Fact]
    public void What_has_no_weights_or_too_large_ones_is_refused()
    {
        Assert.Contains("stack 'none'", Assert.Throws<InputException>(() => Simulated.WalkModel.Quantize(WeightFormat.Int8)).Message, StringComparison.Ordinal);
        LearnOptions none = Simulated.BaseOnly with { Weights = WeightFormat.Int8 };
        Assert.Contains("Option weights: found int8", Assert.Throws<InputException>(() => WorldModel.Learn(Simulated.Walk(50, 1), none)).Message, StringComparison.Ordinal);
        WorldModel wide = WorldModel.Learn(Simulated.Mixed(60, 6), new LearnOptions { Stack = "gru(2)", Epochs = 1, Hidden = 8, Threads = 1, Precision = Precision.Double });
        ((LearnedNetwork<double>)wide.Learned!).Typed.Parameters.Items[2].Parameter.Values[0] = 1e300;
        Assert.Contains("too large to be stored as bf16", Assert.Throws<InputException>(() => WorldQuantizer.Round(wide, WeightFormat.Bfloat16)).Message, StringComparison.Ordinal);
    }
}
