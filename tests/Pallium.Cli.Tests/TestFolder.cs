namespace Pallium.Cli.Tests;

/// <summary>A folder of its own for a test, deleted at its end.</summary>
public sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pallium").FullName;

    /// <summary>Writes a file and returns its name.</summary>
    public string Write(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return name;
    }

    public string Read(string name) => File.ReadAllText(At(name));

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public string[] Files() => [.. Directory.GetFiles(Path).Select(file => System.IO.Path.GetFileName(file)).Order()];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
