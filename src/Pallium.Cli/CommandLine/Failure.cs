using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Cli;

/// <summary>Turns whatever stopped a verb into one sentence and an exit code.</summary>
internal static class Failure
{
    /// <summary>The environment variable that asks for the stack trace of an internal error.</summary>
    public const string DebugVariable = "PALLIUM_DEBUG";

    /// <summary>Writes the sentence.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception e, TextWriter error)
    {
        if (e is AggregateException { InnerException: { } inner })
        {
            return Report(inner, error);
        }

        (int code, string sentence) = Describe(e);
        error.WriteLine($"pallium: {sentence}");
        if (code == ExitCode.Failure && Environment.GetEnvironmentVariable(DebugVariable) == "1")
        {
            error.WriteLine(e);
        }

        return code;
    }

    private static (int Code, string Sentence) Describe(Exception e) => e switch
    {
        // The drawing that points at the place needs lines of its own; the sentence names its position.
        InputException { InnerException: StackTextException } => (ExitCode.Mistake, e.Message.Split('\n')[0]),
        InputException => (ExitCode.Mistake, OneLine(e.Message)),
        DivergenceException => (ExitCode.Failure, $"learning diverged before its first update and nothing was written; another --stack may do better ({OneLine(e.Message)})."),
        OperationCanceledException => (ExitCode.Stopped, "stopped; nothing was written."),
        FileNotFoundException { FileName: { } name } => (ExitCode.Mistake, $"{name}: found no such file."),
        IOException or UnauthorizedAccessException => (ExitCode.Mistake, OneLine(e.Message)),
        OutOfMemoryException => (ExitCode.Failure, "not enough memory for this much data."),
        _ => (ExitCode.Failure, $"internal error: {OneLine(e.Message)} ({e.GetType().Name}; {DebugVariable}=1 shows where)."),
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
