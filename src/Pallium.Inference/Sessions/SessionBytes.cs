using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pallium.Inference;

/// <summary>A session's state as bytes: the model's fingerprint, then numbers, little-endian, then the SHA-256 of all that.</summary>
internal static class SessionBytes
{
    private const int FingerprintLength = SHA256.HashSizeInBytes;

    public static byte[] Write(WorldModel model, StreamState state)
    {
        double[] numbers = [state.Time, state.Count, .. state.Statics, .. state.Core, .. state.Network, .. state.Levels.Values, .. state.Forecasts.Save()];
        var bytes = new byte[FingerprintLength + (sizeof(double) * numbers.Length) + SHA256.HashSizeInBytes];
        model.Fingerprint.CopyTo(bytes);
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(FingerprintLength + (sizeof(double) * i)), numbers[i]);
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));
        return bytes;
    }

    public static StreamState Read(WorldModel model, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FingerprintLength || !bytes[..FingerprintLength].SequenceEqual(model.Fingerprint))
        {
            throw new InputException("Found a session that was not saved by this model, expected one that was.");
        }

        int statics = model.Schema.Statics.Count;
        var state = new StreamState(model.Engine, new double[statics]);
        var levels = new double[state.Levels.Values.Length];
        int numbers = 2 + statics + state.Core.Length + state.Network.Length + levels.Length;
        int least = FingerprintLength + (sizeof(double) * numbers) + SHA256.HashSizeInBytes;
        if (bytes.Length < least || (bytes.Length - least) % sizeof(double) != 0 || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            throw new InputException($"Found a saved session of {bytes.Length} bytes that was changed or cut short, expected what was saved, at least {least} bytes.");
        }

        ReadOnlySpan<byte> rest = bytes[FingerprintLength..];
        double Next(ref ReadOnlySpan<byte> from)
        {
            double value = BinaryPrimitives.ReadDoubleLittleEndian(from);
            from = from[sizeof(double)..];
            return value;
        }

        state.Time = Next(ref rest);
        state.Count = (long)Next(ref rest);
        foreach (double[] part in new[] { state.Statics, state.Core, state.Network, levels })
        {
            for (int i = 0; i < part.Length; i++)
            {
                part[i] = Next(ref rest);
            }
        }

        state.Levels.Values = levels;
        var forecasts = new double[(bytes.Length - least) / sizeof(double)];
        for (int i = 0; i < forecasts.Length; i++)
        {
            forecasts[i] = Next(ref rest);
        }

        state.Forecasts.Restore(forecasts);
        return state;
    }
}
