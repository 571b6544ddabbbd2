using System.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>A layer made for a golden file, and how the file's tensors become the layer's.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="StateNames">Tensors of the state row, in order.</param>
internal sealed record GoldenLayer<T>(ISequenceLayer<T> Layer, params string[] StateNames)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The file's name of a parameter.</summary>
    public Func<string, string> Rename { get; init; } = name => name.Replace('.', '/');

    /// <summary>The values that the layer keeps of a tensor.</summary>
    public Func<string, double[], double[]> Pick { get; init; } = (_, values) => values;

    /// <summary>State rows [B, S].</summary>
    public double[] States(string prefix, GoldenFile file)
    {
        int rows = file.Int("B");
        int size = Layer.StateSize / Math.Max(1, StateNames.Length);
        return [.. Enumerable.Range(0, rows).SelectMany(row => StateNames.SelectMany(name => file[prefix + name].Skip(row * size).Take(size)))];
    }
}

/// <summary>Which layer a golden case is about.</summary>
internal static class GoldenLayers
{
    private static readonly string[] Prefixes = ["lstm", "cfc_default", "cfc_no_gate", "cfc_pure", "cfc_mixed"];

    public static bool IsKnown(string name) => Prefixes.Any(prefix => name == prefix || name.StartsWith(prefix + "_", StringComparison.Ordinal));

    public static GoldenLayer<T> Create<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => file.Case.Split('_')[0] switch
        {
            "lstm" => new(new Lstm<T>(new(file.Int("I"), file.Int("H"))), "h", "c"),
            "cfc" => ClosedForm<T>(file),
            _ => throw new ArgumentException($"No layer is known for the case '{file.Case}'.", nameof(file)),
        };

    private static GoldenLayer<T> ClosedForm<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal("lecun_tanh", file.Text("activation"));
        bool mixed = file.Flag("mixed_memory");
        var options = new CfcOptions(file.Int("I"), file.Int("H"))
        {
            Mode = Mode(file),
            BackboneLayers = file.Int("backbone_layers"),
            BackboneUnits = file.Int("backbone_units"),
            MixedMemory = mixed,
        };
        return new(new Cfc<T>(options), mixed ? ["h", "c"] : ["h"]);
    }

    private static CfcMode Mode(GoldenFile file) => file.Text("mode") switch
    {
        "default" => CfcMode.Default,
        "no_gate" => CfcMode.NoGate,
        "pure" => CfcMode.Pure,
        string other => throw new ArgumentException($"Unknown mode '{other}'.", nameof(file)),
    };
}
