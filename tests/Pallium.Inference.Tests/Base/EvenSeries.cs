namespace Pallium.Inference.Tests;

/// <summary>Series whose slices are one median step apart.</summary>
internal static class EvenSeries
{
    /// <summary>Of slices of so many coordinates, with their features if there are any.</summary>
    public static BaseSeries Of(double[] values, int coordinates, double[]? features = null) =>
        new(values, features ?? [], [.. Enumerable.Repeat(1.0, values.Length / coordinates)]);
}
