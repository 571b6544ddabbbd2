using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pallium.Layers.Tests;

/// <summary>One file of published reference values: tensors in double, and the options they were made with.</summary>
internal sealed class GoldenFile
{
    private readonly Dictionary<string, (int[] Shape, double[] Values)> _tensors = [];
    private readonly JsonElement _options;

    public GoldenFile(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        foreach (JsonProperty item in json.RootElement.EnumerateObject())
        {
            if (item.Name == "__metadata__")
            {
                Case = item.Value.GetProperty("case").GetString()!;
                _options = JsonDocument.Parse(item.Value.GetProperty("hyperparameters").GetString()!).RootElement;
                continue;
            }

            int[] range = [.. item.Value.GetProperty("data_offsets").EnumerateArray().Select(x => x.GetInt32())];
            double[] values = MemoryMarshal.Cast<byte, double>(bytes.AsSpan(8 + header + range[0], range[1] - range[0])).ToArray();
            _tensors[item.Name] = ([.. item.Value.GetProperty("shape").EnumerateArray().Select(x => x.GetInt32())], values);
        }
    }

    public string Case { get; } = "";

    public double[] this[string name] => _tensors[name].Values;

    /// <summary>The folder with the files; null if there is none.</summary>
    public static string? Folder()
    {
        string? folder = Environment.GetEnvironmentVariable("PALLIUM_GOLDEN");
        if (folder is null)
        {
            DirectoryInfo? root = new(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, "Pallium.slnx")))
            {
                root = root.Parent;
            }

            folder = root is null ? "" : Path.Combine(root.FullName, "..", "shared", "golden");
        }

        return Directory.Exists(folder) ? folder : null;
    }

    public bool Has(string name) => _tensors.ContainsKey(name);

    public int Int(string option) => _options.GetProperty(option).GetInt32();

    public double Double(string option) => _options.GetProperty(option).GetDouble();

    public string Text(string option) => _options.GetProperty(option).GetString()!;

    public bool Flag(string option) => _options.GetProperty(option).GetBoolean();

    /// <summary>A tensor stored [B, T, ·], as [T, B, ·].</summary>
    public double[] TimeMajor(string name) => Transposed(_tensors[name].Values, _tensors[name].Shape[0], _tensors[name].Shape[1]);

    private static double[] Transposed(double[] values, int rows, int steps)
    {
        int width = values.Length / (rows * steps);
        var transposed = new double[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int step = 0; step < steps; step++)
            {
                values.AsSpan(((row * steps) + step) * width, width).CopyTo(transposed.AsSpan(((step * rows) + row) * width));
            }
        }

        return transposed;
    }
}
