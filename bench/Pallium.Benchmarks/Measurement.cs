using System.Diagnostics;

namespace Pallium.Benchmarks;

/// <summary>One side of a comparison: makes the given number of calls and returns the seconds they took.</summary>
internal delegate double Contestant(int calls);

/// <summary>What a figure counts: seconds per call become value = Scale / seconds (a rate) or Scale · seconds (a time).</summary>
internal sealed record Unit(string Name, double Scale, bool IsRate)
{
    public double From(double secondsPerCall) => IsRate ? Scale / secondsPerCall : Scale * secondsPerCall;

    public static Unit GigaFlops(double operationsPerCall) => new("GFLOP/s", operationsPerCall / 1e9, true);

    public static Unit PerNanosecond(string things, double perCall) => new($"{things}/ns", perCall / 1e9, true);

    public static Unit PerSecond(string things, double perCall) => new($"{things}/s", perCall, true);

    public static Unit Microseconds { get; } = new("us", 1e6, false);

    public static Unit Milliseconds { get; } = new("ms", 1e3, false);
}

/// <summary>What is asked for: at least <see cref="Ratio"/> times the rival, or <see cref="Value"/> itself or better.</summary>
internal sealed record Target(double? Ratio = null, double? Value = null);

/// <summary>The blocks of one side in its unit, worst to best.</summary>
internal sealed class Spread
{
    private readonly double[] _values;

    public Spread(IEnumerable<double> secondsPerCall, Unit unit)
    {
        // The longest time is the worst value of a rate and of a time alike.
        _values = [.. secondsPerCall.OrderDescending().Select(unit.From)];
    }

    public double Worst => _values[0];

    public double WorseQuartile => At(0.25);

    public double Median => At(0.5);

    public double BetterQuartile => At(0.75);

    public double Best => _values[^1];

    private double At(double quantile)
    {
        double place = quantile * (_values.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, _values.Length - 1);
        return _values[below] + ((place - below) * (_values[above] - _values[below]));
    }
}

/// <summary>Runs both sides in alternating blocks, so that the machine's moods fall on both.</summary>
internal static class Interleaved
{
    private const double SecondsPerBlock = 0.1;

    /// <summary>Untimed beginning of a block: caches hold the other side's data, and a processor that slept starts slowly.</summary>
    private const double SecondsOfWarmUp = 0.05;

    /// <summary>Threads that wait for work spin at first, OpenBLAS's for a tenth of a second; until they sleep they would slow the other side down.</summary>
    private const int MillisecondsOfRest = 150;

    /// <summary>Seconds per call of every block of each side.</summary>
    public static (double[] Ours, double[] Rival) Run(int blocks, Contestant? ours, Contestant? rival)
    {
        double[][] seconds = Run(blocks, [.. new[] { ours, rival }.OfType<Contestant>()]);
        return (ours is null ? [] : seconds[0], rival is null ? [] : seconds[^1]);
    }

    /// <summary>Seconds per call of every block of each side.</summary>
    public static double[][] Run(int blocks, Contestant[] sides)
    {
        int[] calls = [.. sides.Select(CallsPerBlock)];
        var seconds = new double[sides.Length][];
        for (int side = 0; side < sides.Length; side++)
        {
            seconds[side] = new double[blocks];
        }

        for (int block = 0; block < blocks; block++)
        {
            for (int side = 0; side < sides.Length; side++)
            {
                seconds[side][block] = RunBlock(sides[side], calls[side]);
            }
        }

        return seconds;
    }

    /// <summary>A contestant of this process.</summary>
    public static Contestant InProcess(Action call) => calls =>
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    };

    private static double RunBlock(Contestant side, int calls)
    {
        Thread.Sleep(MillisecondsOfRest);
        if (calls > 1)
        {
            side(Math.Max(1, (int)(calls * SecondsOfWarmUp / SecondsPerBlock)));
        }

        return side(calls) / calls;
    }

    // Long enough for the clock, and warm: a just-in-time compiler replaces code during the first tenths of a second.
    private static int CallsPerBlock(Contestant side)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 1;
        double seconds = side(1);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.3 || seconds < SecondsPerBlock / 2)
        {
            if (seconds < SecondsPerBlock / 2)
            {
                calls *= 2;
            }

            seconds = side(calls);
        }

        return Math.Max(1, (int)(calls * SecondsPerBlock / seconds));
    }
}
