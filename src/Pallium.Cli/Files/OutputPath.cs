namespace Pallium.Cli;

/// <summary>Checks, before any work is done, that its result can be written.</summary>
internal static class OutputPath
{
    /// <summary>The path itself.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="option">The option that names it.</param>
    /// <param name="inputs">Files that must not be written over.</param>
    /// <exception cref="InputException">It is a folder, lies in one that does not exist, or is an input.</exception>
    public static string Check(string path, string option, params string[] inputs)
    {
        if (path.Length == 0 || Directory.Exists(path))
        {
            throw new InputException($"Option {option}: found {(path.Length == 0 ? "nothing" : $"the folder '{path}'")}, expected the name of a file.");
        }

        string full = Path.GetFullPath(path);
        return !Directory.Exists(Path.GetDirectoryName(full))
            ? throw new InputException($"Option {option}: found '{path}', expected a file in a folder that exists.")
            : inputs.Any(input => Path.GetFullPath(input) == full)
            ? throw new InputException($"Option {option}: found '{path}', which is read as well, expected another file.")
            : path;
    }
}
