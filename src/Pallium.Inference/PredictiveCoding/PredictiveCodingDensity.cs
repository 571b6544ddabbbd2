using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>log p of the free nodes of a graph, -F up to a constant, -∞ outside the intervals that its channels are held in.</summary>
/// <remarks>
/// Coordinates are the noise y of the settled Gaussian, x = x* + A·y with A·A' = H⁻¹, in which that Gaussian is standard: nodes of
/// neighbouring layers depend on one another far too closely for chains that step along the nodes themselves. ∂/∂y = A'·∂/∂x.
/// </remarks>
/// <param name="energy">The graph.</param>
/// <param name="settling">Which nodes are free, and the curvature.</param>
/// <param name="settled">The settled state.</param>
/// <param name="walls">Intervals of forms of the bottom layer.</param>
internal sealed class PredictiveCodingDensity(
    PredictiveCodingEnergy energy, Settling settling, double[][] settled, IReadOnlyList<TableForm> walls) : IDifferentiableDensity
{
    private const double Rounding = 1e-9;
    private readonly double[][] _nodes = [.. settled.Select(layer => (double[])layer.Clone())];
    private readonly double[][] _free = [.. settling.Free.Select(layer => new double[layer.Length])];

    public int Dimension { get; } = settling.Free.Sum(layer => layer.Length);

    /// <summary>The nodes of a graph; valid until the next call.</summary>
    public double[][] Place(ReadOnlySpan<double> y)
    {
        foreach (double[] layer in _free)
        {
            y[..layer.Length].CopyTo(layer);
            y = y[layer.Length..];
        }

        settling.Curvature.Color(_free);
        for (int l = 0; l < _free.Length; l++)
        {
            for (int f = 0; f < _free[l].Length; f++)
            {
                int i = settling.Free[l][f];
                _nodes[l][i] = settled[l][i] + _free[l][f];
            }
        }

        return _nodes;
    }

    public double LogDensity(ReadOnlySpan<double> x, Span<double> gradient)
    {
        Place(x);
        foreach (TableForm wall in walls)
        {
            double form = Reduction.Dot<double>(wall.Weights, _nodes[0]);
            if (form < wall.Low - Rounding || form > wall.High + Rounding)
            {
                return double.NegativeInfinity;
            }
        }

        double value = energy.Evaluate(_nodes);
        energy.Gradient(settling.Free, _free);
        settling.Curvature.ColorTransposed(_free);
        int at = 0;
        foreach (double slope in _free.SelectMany(layer => layer))
        {
            gradient[at++] = -slope;
        }

        return -value;
    }
}
