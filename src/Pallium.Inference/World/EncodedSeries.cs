namespace Pallium.Inference;

/// <summary>A series as the model reads it.</summary>
/// <param name="Source">The series in the channels' own units.</param>
/// <param name="Coordinates">[N, D], NaN for holes.</param>
/// <param name="Features">[N, E], exogenous.</param>
/// <param name="Elapsed">[N], in median steps; 1 for the first slice.</param>
internal sealed record EncodedSeries(Series Source, double[] Coordinates, double[] Features, double[] Elapsed)
{
    /// <summary>N.</summary>
    public int Length => Elapsed.Length;

    public ReadOnlySpan<double> CoordinatesOf(int slice)
    {
        int width = Coordinates.Length / Length;
        return Coordinates.AsSpan(slice * width, width);
    }

    public ReadOnlySpan<double> FeaturesOf(int slice)
    {
        int width = Features.Length / Length;
        return Features.AsSpan(slice * width, width);
    }
}
