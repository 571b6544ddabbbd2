using System.Buffers.Binary;

namespace Pallium.Cli;

/// <summary>Model files, told from data by their content.</summary>
internal static class ModelFile
{
    private const string Extension = ".pallium";

    /// <summary>Whether a file is a model, whole or broken: it begins as safetensors do, with the length of a JSON header (which no text
    /// can look like), or is called one. Of a file that is not there the name decides, so that it is missed as what it was meant to be.</summary>
    public static bool IsModel(string path)
    {
        bool isCalledModel = Path.GetExtension(path) == Extension;
        if (isCalledModel || !File.Exists(path))
        {
            return isCalledModel;
        }

        Span<byte> start = stackalloc byte[sizeof(ulong) + 1];
        using FileStream stream = File.OpenRead(path);
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        const ulong LongestHeader = 1UL << 32;
        return read == start.Length && start[^1] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) < LongestHeader;
    }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expertMemory">Bytes for experts in memory; null: all are.</param>
    /// <exception cref="InputException">There is no such file, it is no model, or has no experts, or there is too little memory for them.</exception>
    public static WorldModel Load(string path, long? expertMemory = null)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"{path}: found a folder, expected a model file.");
        }

        if (!File.Exists(path))
        {
            throw new InputException($"{path}: found no such file, expected a model (pallium learn DATA.csv -o {path} makes one).");
        }

        return IsModel(path) ? WorldModel.Load(path, new LoadOptions { ExpertMemory = expertMemory })
            : throw new InputException($"{path}: found data, expected a model (pallium learn {path} -o {Path.ChangeExtension(path, Extension)} makes one).");
    }
}
