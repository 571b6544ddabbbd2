using System.Globalization;
using System.Text;

[assembly: AssemblyFixture(typeof(Pallium.Cli.Tests.LearnedModel))]

namespace Pallium.Cli.Tests;

/// <summary>A small model that all tests share, learned by the command itself.</summary>
public sealed class LearnedModel : IDisposable
{
    public const string Header = "time,level [m],rain [mm],pump,kind";
    private const int Rows = 200;
    private readonly TestFolder _folder = new();

    public LearnedModel()
    {
        Data = _folder.At("data.csv");
        Model = _folder.At("data.pallium");
        File.WriteAllText(Data, Csv(0, Rows));
        Output = PalliumProcess.Run(_folder.Path, "learn", "data.csv", "-o", "data.pallium", "--stack", "liquid(8)", "--epochs", "1").Succeeded().Output;
    }

    /// <summary>What it was learned from.</summary>
    public string Data { get; }

    /// <summary>The model file.</summary>
    public string Model { get; }

    /// <summary>What learning printed.</summary>
    public string Output { get; }

    /// <summary>Rows of a tank whose level follows rain and a pump, one an hour.</summary>
    public static string Csv(int from, int to)
    {
        var text = new StringBuilder(Header).Append('\n');
        for (int i = from; i < to; i++)
        {
            text.Append(Row(i)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One row.</summary>
    public static string Row(int i)
    {
        int noise = unchecked((int)(((uint)i * 2654435761u) >> 24));
        double rain = i % 7 < 3 ? noise % 40 / 10.0 : 0;
        int pump = i % 5 == 0 ? 1 : 0;
        double level = 2 + (i % 24 / 12.0) + (rain / 10) - (0.3 * pump) + (noise / 1000.0);
        string kind = rain > 1 ? "wet" : i % 24 < 12 ? "day" : "night";
        DateTime time = new DateTime(2020, 1, 1).AddHours(i);
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss},{level:F3},{rain:F1},{pump},{kind}");
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
