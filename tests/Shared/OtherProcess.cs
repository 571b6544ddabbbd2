using System.Diagnostics;

namespace Pallium.Shared;

/// <summary>What a test computes in another process, with other switches: the test writes it down where this class asks it to.</summary>
internal static class OtherProcess
{
    private const string Output = "PALLIUM_DIGEST_FILE";

    /// <summary>Runs one test of this program in another process and returns what it wrote down.</summary>
    /// <param name="method">Full name of the test; it calls <see cref="WriteDown"/>.</param>
    /// <param name="environment">Switches.</param>
    public static string Run(string method, params (string Name, string Value)[] environment)
    {
        string path = Path.Combine(Path.GetTempPath(), $"pallium-digest-{Guid.NewGuid():N}");
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,

            // Another test may have gone to a folder that it will delete.
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add("--filter-method");
        start.ArgumentList.Add(method);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(OtherProcess).Assembly.Location);
        }

        start.Environment[Output] = path;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using Process child = Process.Start(start)!;
            string said = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            Assert.True(child.ExitCode == 0 && File.Exists(path), said);
            return File.ReadAllText(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Writes something down where the other process asked for it; nothing otherwise.</summary>
    public static void WriteDown(Func<string> what)
    {
        if (Environment.GetEnvironmentVariable(Output) is { } path)
        {
            File.WriteAllText(path, what());
        }
    }
}
