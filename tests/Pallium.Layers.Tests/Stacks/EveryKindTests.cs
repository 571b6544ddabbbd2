using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>What holds for every layer that stack texts can name, in the form that they give it by default.</summary>
public sealed class EveryKindTests
{
    private const int Channels = 16;

    public static TheoryData<string> Kinds() => [.. LayerKind.All.Select(kind => kind.Example.Replace("64", "16", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Both_forms_agree_over_4096_steps(string text)
    {
        const int Steps = 4096;
        const double Tolerance = 1e-12;
        LayerRun<double> run = Run<double>(text, Steps, rows: 1);
        run.Start.AsSpan().Clear();
        run.Forward();
        double[] state = [.. run.Start];
        var outputs = new double[run.Layer.Outputs];
        var scratch = new double[run.Layer.StepScratch(1)];
        double largest = run.Outputs.Max(Math.Abs);
        for (int step = 0; step < Steps; step++)
        {
            run.Layer.Step(run.Inputs.AsSpan(step * Channels, Channels), run.Elapsed.AsSpan(step, 1), state, outputs, scratch);
            for (int i = 0; i < outputs.Length; i++)
            {
                double error = Math.Abs(outputs[i] - run.Outputs[(step * outputs.Length) + i]);
                Assert.True(error <= Tolerance * largest, $"{text}, step {step}, output {i}: forms differ by {error:R}, the largest output is {largest:R}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_size_is_known_before_it_is_made(string text)
    {
        StackSpec spec = StackText.Parse(text);
        ISequenceLayer<float> layer = spec.Build<float>(Channels);
        LayerSize size = spec.SizeOf(Channels);
        long weights = layer.Parameters.Sum(item => (long)item.Parameter.Length);
        Assert.Equal((layer.Outputs, layer.StateSize), (size.Outputs, (int)size.State));
        Assert.InRange(size.LeastWeights, weights < 100 ? 0 : weights / 20, weights);
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    public void The_width_of_vectors_does_not_show(string widthSwitch) => Assert.Equal(
        Digests(), OtherProcess.Run($"{typeof(EveryKindTests).FullName}.{nameof(Write_the_digests_where_asked_to)}", (widthSwitch, "0")));

    /// <summary>Not a test of its own: run in another process by the one above.</summary>
    [Fact]
    public void Write_the_digests_where_asked_to() => OtherProcess.WriteDown(Digests);

    private static string Digests() => string.Join('\n', LayerKind.All.Select(kind => kind.Example.Replace("64", "16", StringComparison.Ordinal))
        .Select(text => $"{text} {Digest<float>(text)} {Digest<double>(text)}"));

    /// <summary>SHA-256 of outputs, final states and all gradients of a window longer than any chunk that a layer may cut it into.</summary>
    private static string Digest<T>(string text)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LayerRun<T> run = Run<T>(text, steps: 70, rows: 3);
        run.Start.AsSpan().Clear();
        run.Forward().Backward();
        T[] all = [.. run.Outputs, .. run.Final, .. run.InputGradient, .. run.ElapsedGradient, .. run.StartGradient, .. run.Gradients.Values];
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(all.AsSpan())));
    }

    private static LayerRun<T> Run<T>(string text, int steps, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ISequenceLayer<T> layer = StackText.Parse(text).Build<T>(Channels);
        layer.Initialize(new Rng(5));
        return new LayerRun<T>(layer, steps, rows).Fill(17);
    }
}
