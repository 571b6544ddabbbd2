using Pallium.Learning;

namespace Pallium.Cli;

/// <summary>A curriculum in a file.</summary>
internal static class CurriculumFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="InputException">There is no such file, or it is no curriculum; the message names file, line and property.</exception>
    public static Curriculum Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"Option --curriculum: found no file '{path}', expected a JSON file of stages.");
        }

        try
        {
            return Curriculum.Parse(File.ReadAllText(path), path);
        }
        catch (CurriculumException error)
        {
            throw new InputException(error.Message, error);
        }
    }
}
