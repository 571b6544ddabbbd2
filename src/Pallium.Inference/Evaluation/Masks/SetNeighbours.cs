using System.Buffers;
using System.Numerics.Tensors;
using Pallium.Learning;

namespace Pallium.Inference;

/// <summary>Nearest neighbours for any clamp set: the mean of the slices whose given cells and whose past are most alike.</summary>
/// <remarks>
/// Distances are Euclidean in standardised coordinates; the past counts in full or as much as one slice. That and the number of neighbours are chosen per channel by the
/// squared error on validation rows, which gives the spread too; then both parts are searched. The distances of the past and of each channel are found once for all sets.
/// </remarks>
internal sealed class SetNeighbours(SetTraining training)
{
    private const int MostValidation = 200;
    private const int Most = 64;
    private const double LeastVariance = 1e-12;
    private static readonly int[] Counts = [1, 2, 4, 8, 16, 32, Most];
    private static readonly double[] PastWeights = [1, 1.0 / SetCells.Lags];
    private readonly SetCells _cells = training.Cells;

    private static int Candidates => Counts.Length * PastWeights.Length;

    /// <summary>What is believed about slices, for each set.</summary>
    /// <param name="sets">Which channels are given.</param>
    /// <param name="asked">The slices.</param>
    /// <param name="runner">Runs the sets.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    public SetBeliefs[] Predict(IReadOnlyList<bool[]> sets, SetRows asked, ChunkRunner runner, Action<double>? progress, CancellationToken cancellation)
    {
        int d = _cells.Width;
        SetRows validation = training.Validation;
        int every = Math.Max(1, validation.Count / MostValidation);
        int[] chosen = [.. Enumerable.Range(0, validation.Count).Where(row => row % every == 0)];
        int steps = chosen.Length + asked.Count;

        // Squared errors and their numbers, per set [candidates, D].
        double[][] errors = [.. sets.Select(_ => new double[Candidates * d])];
        double[][] counts = [.. sets.Select(_ => new double[Candidates * d])];
        var search = new Search(_cells, training.Fit);
        for (int q = 0; q < chosen.Length; q++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlyMemory<double> own = validation.Own.AsMemory(chosen[q] * d, d);
            search.Begin(validation.Features.AsSpan(chosen[q] * _cells.Features, _cells.Features));
            runner.Run(sets.Count, s =>
            {
                double[] means = search.Means(sets[s]);
                for (int i = 0; i < means.Length; i++)
                {
                    double error = means[i] - own.Span[i % d];
                    errors[s][i] += double.IsNaN(error) ? 0 : error * error;
                    counts[s][i] += double.IsNaN(error) ? 0 : 1;
                }
            });
            progress?.Invoke((double)q / steps);
        }

        SetBeliefs[] beliefs = [.. sets.Select(_ => new SetBeliefs(new double[asked.Count * d], new double[d]))];
        int[][] best = [.. sets.Select((given, s) => Choose(given, errors[s], counts[s], beliefs[s].Variances))];
        search = new Search(_cells, SetRows.Join([training.Fit, training.Validation]));
        for (int q = 0; q < asked.Count; q++)
        {
            cancellation.ThrowIfCancellationRequested();
            search.Begin(asked.Features.AsSpan(q * _cells.Features, _cells.Features));
            runner.Run(sets.Count, s =>
            {
                double[] means = search.Means(sets[s]);
                for (int i = 0; i < d; i++)
                {
                    double mean = means[(best[s][i] * d) + i];
                    beliefs[s].Means[(q * d) + i] = double.IsNaN(mean) ? 0 : mean;
                }
            });
            progress?.Invoke((double)(chosen.Length + q) / steps);
        }

        return beliefs;
    }

    /// <summary>The best candidate of each coordinate, the same for all of a channel; its mean squared errors go to <paramref name="variances"/>.</summary>
    private int[] Choose(bool[] given, double[] errors, double[] counts, double[] variances)
    {
        int d = _cells.Width;
        var best = new int[d];
        for (int c = 0; c < given.Length; c++)
        {
            int[] own = [.. _cells.Of(c)];
            double Error(int candidate, int i) => errors[(candidate * d) + i] / Math.Max(1, counts[(candidate * d) + i]);
            int least = Enumerable.Range(0, Candidates).MinBy(candidate => own.Sum(i => Error(candidate, i) * _cells.Deviation(i) * _cells.Deviation(i)));
            foreach (int i in own)
            {
                best[i] = least;
                variances[i] = Math.Max(Error(least, i), LeastVariance);
            }
        }

        return best;
    }

    /// <summary>The search among some rows for one slice at a time, for any set.</summary>
    private sealed class Search(SetCells cells, SetRows rows)
    {
        private readonly double[][] _channels = [.. cells.Channels.Select(_ => new double[rows.Count])];
        private readonly double[] _past = new double[rows.Count];

        /// <summary>Finds the squared distances of the past and of each channel.</summary>
        public void Begin(ReadOnlySpan<double> asked)
        {
            for (int c = 0; c < _channels.Length; c++)
            {
                Distances(asked, cells.Of(c).First(), cells.Of(c).Count(), _channels[c]);
            }

            Distances(asked, cells.Width, cells.Features - cells.Width, _past);
        }

        /// <summary>Means of the nearest rows by every candidate, [candidates, D]; NaN where none of them sees the coordinate.</summary>
        public double[] Means(bool[] given)
        {
            int d = cells.Width;
            var means = new double[Candidates * d];
            double[] rented = ArrayPool<double>.Shared.Rent(rows.Count);
            Span<double> distances = rented.AsSpan(0, rows.Count);
            for (int w = 0; w < PastWeights.Length; w++)
            {
                TensorPrimitives.Multiply(_past, PastWeights[w], distances);
                for (int c = 0; c < given.Length; c++)
                {
                    if (given[c])
                    {
                        TensorPrimitives.Add<double>(distances, _channels[c], distances);
                    }
                }

                Average(Nearest(distances), means.AsSpan(w * Counts.Length * d));
            }

            ArrayPool<double>.Shared.Return(rented);
            return means;
        }

        private void Distances(ReadOnlySpan<double> asked, int from, int count, double[] squares)
        {
            for (int row = 0; row < rows.Count; row++)
            {
                ReadOnlySpan<double> other = rows.Features.AsSpan(row * cells.Features, cells.Features);
                double sum = 0;
                for (int i = from; i < from + count; i++)
                {
                    sum += (other[i] - asked[i]) * (other[i] - asked[i]);
                }

                squares[row] = sum;
            }
        }

        private static int[] Nearest(ReadOnlySpan<double> distances)
        {
            int kept = 0;
            var near = new int[Math.Min(Most, distances.Length)];
            double worst = double.PositiveInfinity;
            for (int row = 0; row < distances.Length; row++)
            {
                if (distances[row] >= worst)
                {
                    continue;
                }

                int at = kept < near.Length ? kept++ : kept - 1;
                for (; at > 0 && distances[near[at - 1]] > distances[row]; at--)
                {
                    near[at] = near[at - 1];
                }

                near[at] = row;
                worst = kept < near.Length ? double.PositiveInfinity : distances[near[^1]];
            }

            return near;
        }

        private void Average(int[] near, Span<double> means)
        {
            int d = cells.Width;
            Span<double> sums = stackalloc double[d];
            Span<int> seen = stackalloc int[d];
            sums.Clear();
            seen.Clear();
            for (int k = 0, n = 0; k < Counts.Length; k++)
            {
                for (; n < Math.Min(Counts[k], near.Length); n++)
                {
                    for (int i = 0; i < d; i++)
                    {
                        double value = rows.Own[(near[n] * d) + i];
                        sums[i] += double.IsNaN(value) ? 0 : value;
                        seen[i] += double.IsNaN(value) ? 0 : 1;
                    }
                }

                for (int i = 0; i < d; i++)
                {
                    means[(k * d) + i] = seen[i] == 0 ? double.NaN : sums[i] / seen[i];
                }
            }
        }
    }
}
