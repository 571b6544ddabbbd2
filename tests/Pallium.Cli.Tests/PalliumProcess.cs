using System.Diagnostics;

namespace Pallium.Cli.Tests;

/// <summary>One run of the built command.</summary>
public sealed record PalliumProcess(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static string Command => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "pallium.exe" : "pallium");

    /// <summary>Runs the command in a folder and waits for its end.</summary>
    public static PalliumProcess Run(string folder, params string[] arguments) => RunWith(folder, "", arguments);

    /// <summary>Runs the command with a text on standard input.</summary>
    public static PalliumProcess RunWith(string folder, string input, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input.
        }

        Assert.True(process.WaitForExit(Patience), $"pallium {string.Join(' ', arguments)} did not end.");
        return new PalliumProcess(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts the command.</summary>
    public static Process Start(string folder, params string[] arguments) => Process.Start(new ProcessStartInfo(Command, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Holds that the run ended well.</summary>
    public PalliumProcess Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }

    /// <summary>Holds that the run ended with a user's mistake, told in one sentence with these words.</summary>
    public void Refused(params string[] words)
    {
        Assert.True(ExitCode == 2, $"exit code {ExitCode}: {Error}");
        string sentence = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.Contains("warning:", StringComparison.Ordinal));
        Assert.StartsWith("pallium: ", sentence, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, sentence, StringComparison.Ordinal));
    }
}
