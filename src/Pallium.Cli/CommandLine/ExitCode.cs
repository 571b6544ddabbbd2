namespace Pallium.Cli;

/// <summary>What the command returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Success = 0;

    /// <summary>The program failed.</summary>
    public const int Failure = 1;

    /// <summary>The user made a mistake, which was named.</summary>
    public const int Mistake = 2;

    /// <summary>The user stopped it.</summary>
    public const int Stopped = 130;
}
