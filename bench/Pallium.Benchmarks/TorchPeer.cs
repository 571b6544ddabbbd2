using System.Diagnostics;
using System.Globalization;

namespace Pallium.Benchmarks;

/// <summary>A Python process with torch that does its side's blocks when told to: bench/peers/torch_peer.py.</summary>
/// <remarks>Python is that of PALLIUM_PYTHON, or the first found that has torch.</remarks>
internal sealed class TorchPeer : IDisposable
{
    private readonly Process _process;

    private TorchPeer(Process process, string version)
    {
        _process = process;
        Name = version;
    }

    /// <summary>What it is, with version.</summary>
    public string Name { get; }

    /// <summary>Starts the peer, or returns null where there is no Python with torch.</summary>
    /// <param name="sleepsWaiting">Whether its OpenMP threads wait asleep; spinning, the default, they starve those of OpenBLAS where there are two processors.</param>
    public static TorchPeer? Start(bool sleepsWaiting = false)
    {
        foreach (string? python in new[] { Environment.GetEnvironmentVariable("PALLIUM_PYTHON"), "python3", "/usr/bin/python3" })
        {
            if (python is not null && TryStart(python, sleepsWaiting) is TorchPeer peer)
            {
                return peer;
            }
        }

        Console.Error.WriteLine("No Python with torch: the rival's columns stay empty.");
        return null;
    }

    /// <summary>The peer's side of one case; the case is built now, and the one before is forgotten.</summary>
    public Contestant Case(string layer, string kind, int hidden, int threads)
    {
        string answer = Ask($"case {layer} {kind} {hidden} {threads}");
        return answer == "ready"
            ? calls => double.Parse(Ask($"run {calls}"), CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The torch peer answered '{answer}' to case {layer} {kind} {hidden} {threads}.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static TorchPeer? TryStart(string python, bool sleepsWaiting)
    {
        try
        {
            var start = new ProcessStartInfo(python, [Path.Combine("bench", "peers", "torch_peer.py")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            if (sleepsWaiting)
            {
                start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
            }

            Process? process = Process.Start(start);
            string? hello = process?.StandardOutput.ReadLine();
            if (process is not null && hello?.StartsWith("torch ", StringComparison.Ordinal) == true)
            {
                return new TorchPeer(process, hello);
            }

            process?.Dispose();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No such Python here.
        }

        return null;
    }

    private string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The torch peer has ended.");
    }
}
