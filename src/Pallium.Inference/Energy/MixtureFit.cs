using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Expectation maximisation of a mixture with full covariances over rows with holes.</summary>
/// <remarks>
/// E: shares r_k ∝ π_k·N(x_o; μ_k,o, Σ_k,oo) of the seen cells; x̂ = μ_m + Σ_mo·Σ_oo⁻¹·(x_o - μ_o) for the others, with the covariance
/// Σ_mm - Σ_mo·Σ_oo⁻¹·Σ_om that they keep. M: weighted moments; Σ_k gets <c>floor</c> on its diagonal, as if every cell had been recorded with noise
/// of that variance. Source: Ghahramani and Jordan, NIPS 1994.
/// </remarks>
internal sealed class MixtureFit
{
    private readonly double[][] _rows;
    private readonly int _dimension;
    private readonly MixtureOptions _options;
    private readonly HoleGroup[] _groups;

    /// <param name="rows">Encoded rows, [n][d]; NaN is a hole. Rows without a value are passed over.</param>
    /// <param name="options">How it is fitted.</param>
    public MixtureFit(double[][] rows, MixtureOptions options)
    {
        _rows = [.. rows.Where(row => !Array.TrueForAll(row, double.IsNaN))];
        _dimension = rows[0].Length;
        _options = options;
        _groups = HoleGroup.Of(_rows);
    }

    /// <summary>The mixture, and the mean log density of a row's seen cells in every pass, in nats.</summary>
    public (GaussianMixture Mixture, IReadOnlyList<double> LogDensities) Run()
    {
        GaussianMixture mixture = Start();
        var densities = new List<double>();
        for (int pass = 0; pass < _options.Passes; pass++)
        {
            (GaussianMixture next, double density) = Pass(mixture);
            densities.Add(density);
            mixture = next;
            if (pass > 0 && density - densities[^2] < _options.Tolerance)
            {
                break;
            }
        }

        return (mixture, densities);
    }

    private (GaussianMixture Next, double LogDensity) Pass(GaussianMixture mixture)
    {
        int d = _dimension;
        MixtureMoments[] moments = [.. Enumerable.Range(0, mixture.Count).Select(_ => new MixtureMoments(d))];
        var shares = new double[mixture.Count];
        var filled = new double[d];
        double total = 0;
        foreach (HoleGroup group in _groups)
        {
            var cells = new MixtureCells(mixture, group.Seen);
            HiddenCells[] rest = [.. Enumerable.Range(0, mixture.Count).Select(k => new HiddenCells(mixture, k, cells, group.Hidden))];
            foreach (double[] row in group.Rows)
            {
                total += cells.LogDensity(row, shares);
                for (int k = 0; k < mixture.Count; k++)
                {
                    double share = Elementary.Exp(shares[k]);
                    rest[k].Fill(row, filled);
                    moments[k].Add(share, filled);
                    rest[k].Weight += share;
                }
            }

            for (int k = 0; k < mixture.Count; k++)
            {
                rest[k].AddSpread(moments[k].Products);
            }
        }

        return (Maximize(moments), total / _rows.Length);
    }

    private GaussianMixture Maximize(MixtureMoments[] moments)
    {
        // A component that nothing belongs to keeps a thousandth of a row's weight, so that nothing is divided by zero.
        const double Least = 1e-3;
        double[] weights = [.. moments.Select(m => Math.Max(m.Weight, Least))];
        double total = weights.Sum(w => w);
        var means = new double[moments.Length][];
        var covariances = new double[moments.Length][];
        for (int k = 0; k < moments.Length; k++)
        {
            (means[k], covariances[k]) = moments[k].Normal(weights[k], _options.Floor);
        }

        return new GaussianMixture(_dimension, [.. weights.Select(w => Elementary.Log(w / total))], means, covariances);
    }

    /// <summary>Components at rows drawn far from one another (k-means++), as wide as all rows together.</summary>
    private GaussianMixture Start()
    {
        Rng rng = new Rng(_options.Seed).For("mixture start");
        int count = Math.Min(_options.Components, _rows.Length);
        var centres = new List<double[]>();
        double[] distances = [.. Enumerable.Repeat(1.0, _rows.Length)];
        while (centres.Count < count)
        {
            double[] weights = distances.Any(x => x > 0) ? distances : [.. Enumerable.Repeat(1.0, _rows.Length)];
            double[] centre = [.. _rows[rng.Categorical(weights)].Select(x => double.IsNaN(x) ? 0 : x)];
            centres.Add(centre);
            for (int i = 0; i < _rows.Length; i++)
            {
                double distance = Distance(_rows[i], centre);
                distances[i] = centres.Count == 1 ? distance : Math.Min(distances[i], distance);
            }
        }

        var moments = centres.Select(_ => new MixtureMoments(_dimension)).ToArray();
        foreach (double[] row in _rows)
        {
            int nearest = Enumerable.Range(0, count).MinBy(k => Distance(row, centres[k]));
            moments[nearest].Add(1, [.. row.Select((x, i) => double.IsNaN(x) ? centres[nearest][i] : x)]);
        }

        // Wide at first: a component of few rows would otherwise close around them.
        GaussianMixture mixture = Maximize(moments);
        foreach (double[] covariance in mixture.Covariances)
        {
            for (int i = 0; i < _dimension; i++)
            {
                covariance[i * (_dimension + 1)] += 0.3;
            }
        }

        return mixture;
    }

    private static double Distance(double[] row, double[] centre)
    {
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            double gap = double.IsNaN(row[i]) ? 0 : row[i] - centre[i];
            sum += gap * gap;
        }

        return sum;
    }
}
