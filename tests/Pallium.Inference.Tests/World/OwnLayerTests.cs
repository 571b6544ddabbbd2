using Pallium.Layers;

namespace Pallium.Inference.Tests;

/// <summary>A layer of one's own learns, streams, is saved and loaded like a built-in one.</summary>
public sealed class OwnLayerTests
{
    static OwnLayerTests() => LayerKind.Register(new LeakyKind());

    [Fact]
    public void It_learns_streams_and_is_kept()
    {
        var options = new LearnOptions { Stack = "leaky(8)+gru(4)", Epochs = 4, Hidden = 16, Threads = 2 };
        WorldModel model = WorldModel.Learn(Simulated.Mixed(300, 1), options);
        Frame test = Simulated.Mixed(12, 9, irregular: true);
        using var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        Assert.Equal(Simulated.Answers(model, test, 4), Simulated.Answers(WorldModel.Load(file), test, 4));
        Assert.Equal(Simulated.Bytes(model), Simulated.Bytes(WorldModel.Learn(Simulated.Mixed(300, 1), options with { Threads = 1 })));
    }

    [Fact]
    public void The_architecture_shows_what_is_run_here()
    {
        string shown = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Pallium.Inference.Tests", "World", "Leaky.cs"));
        string[] code = [.. lines.SkipWhile(line => !line.StartsWith("internal", StringComparison.Ordinal)).Where(line => line.Trim() is not ("" or "{" or "}"))];
        Assert.InRange(code.Length, 10, 20);
        Assert.All(code, line => Assert.Contains(line.Trim().Replace("internal ", "", StringComparison.Ordinal), shown, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => LayerKind.Register(new LeakyKind()));
        Assert.StartsWith("There is a layer 'leaky' already.", error.Message, StringComparison.Ordinal);
    }
}
