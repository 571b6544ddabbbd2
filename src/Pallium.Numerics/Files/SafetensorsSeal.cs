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
        Span<byte> zeros = stackalloc byte[Digits];
        zeros.Fill((byte)'0');
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..start]);
        hash.AppendData(zeros);
        hash.AppendData(file[(start + Digits)..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest);
    }
}
