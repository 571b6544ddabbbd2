using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pallium.Inference.Tests;

/// <summary>The same bits for any thread count and vector width: weights after 200 learning steps, and streamed answers.</summary>
public sealed class SameBitsTests
{
    private const string Tiny = "PALLIUM_DIGEST_TINY";

    [Fact]
    public void Threads_do_not_show_in_the_model()
    {
        byte[] one = Simulated.Bytes(Learned(threads: 1, tiny: true));
        Assert.Equal(one, Simulated.Bytes(Learned(threads: 2, tiny: true)));
        Assert.NotEqual(one, Simulated.Bytes(WorldModel.Learn(Simulated.Mixed(120, 4), Options(1, true) with { Seed = 2 })));
    }

    [Fact]
    public void Vectors_of_512_bits_do_not_show_in_weights_and_answers() =>
        Assert.Equal(Digest(threads: 2, tiny: false), Elsewhere("DOTNET_EnableAVX512", tiny: false));

    [Fact]
    public void Vectors_of_256_bits_do_not_show_in_weights_and_answers() =>
        Assert.Equal(Digest(threads: 1, tiny: true), Elsewhere("DOTNET_EnableAVX2", tiny: true));

    /// <summary>Not a test of its own: run in another process by those above, it writes down what that process computes.</summary>
    [Fact]
    public void Write_the_digest_where_asked_to() =>
        OtherProcess.WriteDown(() => Digest(threads: 1, Environment.GetEnvironmentVariable(Tiny) == "1"));

    private static string Elsewhere(string widthSwitch, bool tiny) => OtherProcess.Run(
        $"{typeof(SameBitsTests).FullName}.{nameof(Write_the_digest_where_asked_to)}", (widthSwitch, "0"), (Tiny, tiny ? "1" : "0"));

    /// <summary>SHA-256 of the model file after learning, and of what the model says while it watches, forecasts and answers.</summary>
    private static string Digest(int threads, bool tiny)
    {
        WorldModel model = Learned(threads, tiny);
        Frame test = Simulated.Mixed(12, 9, irregular: true);
        byte[] answers = MemoryMarshal.AsBytes<double>([.. Simulated.Answers(model, test, tiny ? 3 : 10), .. Simulated.Clamped(model, test)]).ToArray();
        return $"{Convert.ToHexString(SHA256.HashData(Simulated.Bytes(model)))} {Convert.ToHexString(SHA256.HashData(answers))}";
    }

    private static WorldModel Learned(int threads, bool tiny) => WorldModel.Learn(Simulated.Mixed(120, 4), Options(threads, tiny));

    // 108 slices are one step an epoch.
    private static LearnOptions Options(int threads, bool tiny) => new()
    {
        Stack = tiny ? "gru(3)" : "liquid(8)+rmsnorm+lstm(6)",
        Hidden = tiny ? 8 : 24,
        Epochs = tiny ? 3 : 200,
        Threads = threads,
    };
}
