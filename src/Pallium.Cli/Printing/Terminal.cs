using Spectre.Console;

namespace Pallium.Cli;

/// <summary>Standard output and standard error as consoles.</summary>
internal static class Terminal
{
    /// <summary>Width of tables in a file or a pipe.</summary>
    private const int RedirectedWidth = 160;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Out() => Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error.</summary>
    public static IAnsiConsole Error() => Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>A console on a writer; without colours where that is a file or a pipe.</summary>
    internal static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
