using System.Buffers.Binary;

namespace Pallium.Inference;

/// <summary>A session's state as bytes: the model's fingerprint, then numbers, little-endian.</summary>
internal static class SessionBytes
{
    private const int FingerprintLength = 32;

    public static byte[] Write(WorldModel model, StreamState state)
    {
        double[] numbers = [state.Time, state.Count, state.Statics.Length, .. state.Statics, .. state.Core, .. state.Network, .. state.Levels.Values];
        var bytes = new byte[FingerprintLength + (sizeof(double) * numbers.Length)];
        model.Fingerprint.CopyTo(bytes);
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(FingerprintLength + (sizeof(double) * i)), numbers[i]);
        }

        return bytes;
    }

    public static StreamState Read(WorldModel model, ReadOnlySpan<byte> bytes)
    {
        int statics = model.Schema.Statics.Count;
        var state = new StreamState(model.Engine, new double[statics]);
        int expected = FingerprintLength + (sizeof(double) * (3 + statics + state.Core.Length + state.Network.Length + state.Levels.Values.Length));
        if (bytes.Length != expected)
        {
            throw new InputException($"Found a saved session of {bytes.Length} bytes, expected {expected} for this model.");
        }

        if (!bytes[..FingerprintLength].SequenceEqual(model.Fingerprint))
        {
            throw new InputException("Found a session that was saved by another model, expected one of this model.");
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
        if (Next(ref rest) != statics)
        {
            throw new InputException("Found a saved session with another number of static columns, expected that of this model.");
        }

        var levels = new double[state.Levels.Values.Length];
        foreach (double[] part in new[] { state.Statics, state.Core, state.Network, levels })
        {
            for (int i = 0; i < part.Length; i++)
            {
                part[i] = Next(ref rest);
            }
        }

        state.Levels.Values = levels;
        return state;
    }
}
