using System.Security.Cryptography;

namespace Pallium.Numerics;

/// <summary>A SHA-256 of a whole file, kept inside it.</summary>
/// <remarks>
/// The metadata key <see cref="Key"/> holds the digest, in lower-case hexadecimal, of all bytes of the file with those
/// <see cref="Digits"/> digits themselves taken as zeros ('0'). It covers the header's length, spaces and metadata too, so that
/// no byte can change unnoticed; whoever can write the file can of course seal it anew.
/// </remarks>
internal static class SafetensorsSeal
{
    public const string Key = "sha256";

    public const int Digits = 2 * SHA256.HashSizeInBytes;

    /// <summary>What the seal lying at <paramref name="start"/> must read.</summary>
    public static string Digest(ReadOnlySpan<byte> file, int start)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..start]);
        AppendZeros(hash);
        hash.AppendData(file[(start + Digits)..]);
        return Text(hash);
    }

    /// <inheritdoc cref="Digest(ReadOnlySpan{byte}, int)"/>
    public static string Digest(MappedBytes file, int start)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        file.CopyTo(0, start, (piece, count) => hash.AppendData(piece, 0, count));
        AppendZeros(hash);
        file.CopyTo(start + Digits, file.Length, (piece, count) => hash.AppendData(piece, 0, count));
        return Text(hash);
    }

    private static void AppendZeros(IncrementalHash hash)
    {
        Span<byte> zeros = stackalloc byte[Digits];
        zeros.Fill((byte)'0');
        hash.AppendData(zeros);
    }

    private static string Text(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest);
    }
}
