using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Ridge regression for any clamp set: each coordinate that is not given on those that are and on the last slices.</summary>
/// <remarks>
/// All sets share the products of all coordinates, G = Σ z zᵀ with z = [1, features]; a set's weights solve (G_ss + λ n I) w = G_st, without λ for the constant. λ is
/// chosen per channel by the squared error on the validation rows, G'_tt - 2 wᵀG'_st + wᵀG'_ss w, which gives the spread too; then both parts are fitted to.
/// Categories are regressed outcome by outcome.
/// </remarks>
internal sealed class SetRidge
{
    private const double LeastVariance = 1e-12;
    private static readonly double[] Ridges = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

    private readonly SetCells _cells;
    private readonly List<Products> _products = [];
    private readonly int[] _productsOf;
    private readonly int _size;

    /// <summary>Sums the products; a channel with holes has its own, over the rows where it is seen.</summary>
    public SetRidge(SetTraining training)
    {
        _cells = training.Cells;
        _size = 1 + _cells.Features;
        _productsOf = new int[_cells.Channels.Count];
        _products.Add(new Products(Sum(training.Fit), Sum(training.Validation)));
        for (int c = 0; c < _productsOf.Length; c++)
        {
            int first = _cells.Of(c).First();
            SetRows fit = training.Fit.Seen(first);
            SetRows validation = training.Validation.Seen(first);
            if (fit.Count + validation.Count < training.Fit.Count + training.Validation.Count)
            {
                _productsOf[c] = _products.Count;
                _products.Add(new Products(Sum(fit), Sum(validation)));
            }
        }
    }

    /// <summary>Fits to a set and says what is believed about slices.</summary>
    /// <param name="given">Which channels are given.</param>
    /// <param name="asked">The slices.</param>
    public SetBeliefs Predict(bool[] given, SetRows asked)
    {
        int d = _cells.Width;
        int[] read = [0, .. Enumerable.Range(0, given.Length).Where(c => given[c]).SelectMany(_cells.Of).Select(i => 1 + i), .. Enumerable.Range(1 + d, _cells.Features - d)];
        var beliefs = new SetBeliefs(new double[asked.Count * d], new double[d]);
        foreach (IGrouping<int, int> channels in Enumerable.Range(0, given.Length).Where(c => !given[c]).GroupBy(c => _productsOf[c]))
        {
            Products products = _products[channels.Key];
            foreach (IGrouping<double, int> same in channels.Zip(Choose(products, read, [.. channels], beliefs.Variances)).GroupBy(pair => pair.Second, pair => pair.First))
            {
                int[] targets = [.. same.SelectMany(_cells.Of)];
                Apply(Solve(products.All, read, targets, same.Key), read, targets, asked, beliefs.Means);
            }
        }

        return beliefs;
    }

    /// <summary>The best λ of each channel; its mean squared errors go to <paramref name="variances"/>.</summary>
    private double[] Choose(Products products, int[] read, int[] channels, double[] variances)
    {
        int[] targets = [.. channels.SelectMany(_cells.Of)];
        var best = new double[channels.Length];
        var least = new double[channels.Length];
        least.AsSpan().Fill(double.PositiveInfinity);
        foreach (double ridge in Ridges)
        {
            double[] errors = Errors(products.Validation, Solve(products.Fit, read, targets, ridge), read, targets);
            for (int i = 0, at = 0; i < channels.Length; i++)
            {
                int[] own = [.. _cells.Of(channels[i])];
                double error = own.Select((coordinate, k) => errors[at + k] * _cells.Deviation(coordinate) * _cells.Deviation(coordinate)).Sum(e => e);
                if (error < least[i])
                {
                    (least[i], best[i]) = (error, ridge);
                    errors.AsSpan(at, own.Length).CopyTo(variances.AsSpan(own[0]));
                }

                at += own.Length;
            }
        }

        return best;
    }

    /// <summary>w, [read, targets].</summary>
    private double[] Solve(double[] products, int[] read, int[] targets, double ridge)
    {
        int m = read.Length;
        var left = new double[m * m];
        var right = new double[m * targets.Length];
        for (int i = 0; i < m; i++)
        {
            ReadOnlySpan<double> row = products.AsSpan(read[i] * _size, _size);
            for (int j = 0; j < m; j++)
            {
                left[(i * m) + j] = row[read[j]];
            }

            left[(i * m) + i] += i == 0 ? 0 : ridge * products[0];
            for (int t = 0; t < targets.Length; t++)
            {
                right[(i * targets.Length) + t] = row[1 + targets[t]];
            }
        }

        Cholesky.FactorWithJitter(left, m);
        Cholesky.Solve(left, m, right, targets.Length);
        return right;
    }

    /// <summary>Mean squared error of each target.</summary>
    private double[] Errors(double[] products, double[] weights, int[] read, int[] targets)
    {
        int m = read.Length;
        int width = targets.Length;
        var left = new double[m * m];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < m; j++)
            {
                left[(i * m) + j] = products[(read[i] * _size) + read[j]];
            }
        }

        var image = new double[m * width];
        MatrixProduct.Accumulate<double>(m, width, m, left, m, weights, width, image, width);
        var errors = new double[width];
        for (int t = 0; t < width; t++)
        {
            int target = 1 + targets[t];
            double error = products[(target * _size) + target];
            for (int i = 0; i < m; i++)
            {
                error += weights[(i * width) + t] * (image[(i * width) + t] - (2 * products[(read[i] * _size) + target]));
            }

            errors[t] = Math.Max(error / Math.Max(products[0], 1), LeastVariance);
        }

        return errors;
    }

    private void Apply(double[] weights, int[] read, int[] targets, SetRows asked, double[] means)
    {
        for (int row = 0; row < asked.Count; row++)
        {
            ReadOnlySpan<double> features = asked.Features.AsSpan(row * _cells.Features, _cells.Features);
            for (int t = 0; t < targets.Length; t++)
            {
                double sum = weights[t];
                for (int i = 1; i < read.Length; i++)
                {
                    sum = Math.FusedMultiplyAdd(weights[(i * targets.Length) + t], features[read[i] - 1], sum);
                }

                means[(row * _cells.Width) + targets[t]] = sum;
            }
        }
    }

    /// <summary>Σ z zᵀ, [1 + F, 1 + F].</summary>
    private double[] Sum(SetRows rows)
    {
        const int Block = 256;
        int features = _cells.Features;
        var products = new double[_size * _size];
        var block = new double[Block * _size];
        for (int start = 0; start < rows.Count; start += Block)
        {
            int count = Math.Min(Block, rows.Count - start);
            for (int i = 0; i < count; i++)
            {
                block[i * _size] = 1;
                rows.Features.AsSpan((start + i) * features, features).CopyTo(block.AsSpan((i * _size) + 1));
            }

            MatrixProduct.AccumulateTransposedA<double>(_size, _size, count, block, _size, block, _size, products, _size);
        }

        return products;
    }

    /// <summary>Products of the rows that are fitted to at first, of those that choose, and of both.</summary>
    private sealed record Products(double[] Fit, double[] Validation)
    {
        public double[] All { get; } = [.. Fit.Zip(Validation, (a, b) => a + b)];
    }
}
