namespace Pallium.Shared;

/// <summary>Whether tests are to run in their long form.</summary>
internal static class LongForm
{
    /// <summary>PALLIUM_LONG=1 asks for it.</summary>
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("PALLIUM_LONG") == "1";
}
