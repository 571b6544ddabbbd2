using System.Text.Json;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>One file of published reference values: tensors in double, and the options they were made with.</summary>
internal sealed class GoldenFile
{
    private readonly SafetensorsFile _file;
    private readonly JsonElement _options;

    public GoldenFile(string path)
    {
        _file = SafetensorsFile.Read(path);
        Case = _file.Metadata["case"];
        _options = JsonDocument.Parse(_file.Metadata["hyperparameters"]).RootElement;
    }

    public string Case { get; }

    /// <summary>B; N where the file's slices stand in no order of time.</summary>
    public int Rows => Int(IsTimed ? "B" : "N");

    /// <summary>T; 1 where there is none.</summary>
    public int Steps => IsTimed ? Int("T") : 1;

    public double[] this[string name] => _file[name].Values<double>().ToArray();

    /// <summary>A tensor of indices.</summary>
    public long[] Indices(string name) => _file[name].Values<long>().ToArray();

    /// <summary>Tensors whose names are written with | between them, one after another.</summary>
    public double[] Joined(string prefix, string names) => [.. names.Split('|').SelectMany(name => this[prefix + name])];

    public bool Has(string name) => _file.Find(name) is not null;

    public int Int(string option) => _options.GetProperty(option).GetInt32();

    public double Double(string option) => _options.GetProperty(option).GetDouble();

    public string Text(string option) => _options.GetProperty(option).GetString()!;

    public bool Flag(string option) => _options.GetProperty(option).GetBoolean();

    /// <summary>A tensor stored [B, T, ·], as [T, B, ·]; one without time, [N, ·], as it is.</summary>
    public double[] TimeMajor(string name) => IsTimed ? Transposed(this[name], _file[name].Shape[0], _file[name].Shape[1]) : this[name];

    private bool IsTimed => _options.TryGetProperty("T", out _);

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
