using System.Globalization;

namespace Pallium.Experiments;

/// <summary>Pairs of --name value.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    public Arguments(ReadOnlySpan<string> pairs)
    {
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (!pairs[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == pairs.Length)
            {
                throw new ExperimentException($"Found '{pairs[i]}', expected --name value.");
            }

            _values[pairs[i][2..]] = pairs[i + 1];
        }
    }

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    public int Count(string name, int otherwise)
    {
        if (!_values.TryGetValue(name, out string? text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new ExperimentException($"Option --{name}: found '{text}', expected a positive whole number.");
    }

    /// <summary>Positive numbers between commas.</summary>
    public double[] Numbers(string name, IEnumerable<double> otherwise) => !_values.TryGetValue(name, out string? text) ? [.. otherwise] :
    [
        .. text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0
            ? value
            : throw new ExperimentException($"Option --{name}: found '{part}', expected positive numbers such as {string.Join(',', otherwise)}.")),
    ];
}
