namespace Pallium.Inference.Tests;

public sealed class GaussianFileTests
{
    [Fact]
    public void A_model_comes_back_bit_for_bit_with_its_record()
    {
        GaussianModel truth = RandomSystems.Oscillation();
        GaussianModel model = GaussianModel.Fit(
            Frame.FromArrays(truth.Channels, RandomSystems.Draw(truth, 100, 1)), new GaussianOptions { Candidates = [1, 2], MostPasses = 20 });
        string folder = Directory.CreateTempSubdirectory("pallium").FullName;
        try
        {
            string path = Path.Combine(folder, "model.safetensors");
            model.Save(path);
            GaussianModel loaded = GaussianModel.Load(path);
            Assert.Equal(GaussianFile.Write(model), GaussianFile.Write(loaded));
            Assert.Equal(model.Space.A, loaded.Space.A);
            Assert.Equal(model.Space.StartCovariance, loaded.Space.StartCovariance);
            Assert.Equal(model.Record!.LogLikelihoods, loaded.Record!.LogLikelihoods);
            Assert.Equal(model.Record.Candidates, loaded.Record.Candidates);
            Assert.Equal("a", loaded.Channels[0].Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_table_without_a_record_comes_back()
    {
        GaussianModel model = GaussianModel.Joint([new Channel("x", ChannelKind.Positive) { Unit = "m" }], [1], new double[,] { { 2 } });
        GaussianModel loaded = GaussianFile.Read(GaussianFile.Write(model), "table");
        Assert.Equal(0, loaded.StateSize);
        Assert.Null(loaded.Record);
        Assert.Equal("m", loaded.Channels[0].Unit);
        Assert.Equal(2, loaded.Parameters.ObservationNoise[0, 0]);
    }

    [Fact]
    public void Every_changed_or_missing_byte_is_an_error_in_a_sentence()
    {
        byte[] file = GaussianFile.Write(RandomSystems.Oscillation());
        for (int i = 0; i < file.Length; i += 7)
        {
            byte[] changed = (byte[])file.Clone();
            changed[i] ^= 0x11;
            Assert.StartsWith("m: found a file that is no whole Gaussian model", Assert.Throws<InputException>(() => GaussianFile.Read(changed, "m")).Message, StringComparison.Ordinal);
            Assert.Throws<InputException>(() => GaussianFile.Read(file.AsMemory(0, i), "m"));
        }

        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => GaussianModel.Load("/nowhere/m")).Message, StringComparison.Ordinal);
    }
}
