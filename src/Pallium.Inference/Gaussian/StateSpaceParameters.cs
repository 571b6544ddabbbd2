using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A linear-Gaussian state space, in the channels' own units, with n numbers of state and d channels.</summary>
/// <remarks>s[t+1] = A·s[t] + w, w ~ N(0, Q); y[t] = C·s[t] + offset + v, v ~ N(0, R); s[1] ~ N(m₁, P₁).</remarks>
public sealed record StateSpaceParameters
{
    /// <summary>A, [n, n].</summary>
    public required double[,] Transition { get; init; }

    /// <summary>Q, [n, n], symmetric, positive semidefinite.</summary>
    public required double[,] ProcessNoise { get; init; }

    /// <summary>C, [d, n].</summary>
    public required double[,] Observation { get; init; }

    /// <summary>[d].</summary>
    public required IReadOnlyList<double> Offset { get; init; }

    /// <summary>R, [d, d], symmetric, positive semidefinite.</summary>
    public required double[,] ObservationNoise { get; init; }

    /// <summary>m₁, [n].</summary>
    public required IReadOnlyList<double> StartMean { get; init; }

    /// <summary>P₁, [n, n], symmetric, positive semidefinite.</summary>
    public required double[,] StartCovariance { get; init; }

    /// <summary>The matrices as the engine keeps them.</summary>
    /// <exception cref="ArgumentException">Shapes that do not fit, numbers that are not finite, a covariance that is none.</exception>
    internal StateSpace Checked(int channels)
    {
        ArgumentNullException.ThrowIfNull(StartMean);
        int n = StartMean.Count;
        return new StateSpace(
            n, channels,
            Matrix(Transition, n, n, nameof(Transition)), Covariance(ProcessNoise, n, nameof(ProcessNoise)),
            Matrix(Observation, channels, n, nameof(Observation)), Vector(Offset, channels, nameof(Offset)), Covariance(ObservationNoise, channels, nameof(ObservationNoise)),
            Vector(StartMean, n, nameof(StartMean)), Covariance(StartCovariance, n, nameof(StartCovariance)));
    }

    /// <summary>The matrices of a model.</summary>
    internal static StateSpaceParameters Of(StateSpace space) => new()
    {
        Transition = Square(space.A, space.N, space.N),
        ProcessNoise = Square(space.Q, space.N, space.N),
        Observation = Square(space.C, space.D, space.N),
        Offset = [.. space.Offset],
        ObservationNoise = Square(space.R, space.D, space.D),
        StartMean = [.. space.StartMean],
        StartCovariance = Square(space.StartCovariance, space.N, space.N),
    };

    private static double[] Vector(IReadOnlyList<double> values, int length, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count == length && values.All(double.IsFinite)
            ? [.. values]
            : throw new ArgumentException($"{name}: found {values.Count} numbers, expected {length}, all finite.", name);
    }

    private static double[] Matrix(double[,] values, int rows, int columns, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        double[] flat = [.. values.Cast<double>()];
        return values.GetLength(0) == rows && values.GetLength(1) == columns && flat.All(double.IsFinite)
            ? flat
            : throw new ArgumentException($"{name}: found a matrix of {values.GetLength(0)} by {values.GetLength(1)}, expected {rows} by {columns} finite numbers.", name);
    }

    private static double[] Covariance(double[,] values, int n, string name)
    {
        const double Slack = 1e-9;
        double[] flat = Matrix(values, n, n, name);
        double largest = flat.Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < n * n; i++)
        {
            if (Math.Abs(flat[i] - flat[((i % n) * n) + (i / n)]) > Slack * largest)
            {
                throw new ArgumentException($"{name}: found entries ({i / n}, {i % n}) and ({i % n}, {i / n}) that differ, expected a symmetric matrix.", name);
            }
        }

        Dense.Symmetrise(flat, n);
        double[] eigenvalues = new double[n];
        SymmetricEigen.Decompose((double[])flat.Clone(), n, eigenvalues, new double[n * n]);
        double least = eigenvalues.DefaultIfEmpty(0).Min();
        return least >= -Slack * largest
            ? flat
            : throw new ArgumentException(FormattableString.Invariant($"{name}: found an eigenvalue of {least:G3}, expected none below zero."), name);
    }

    private static double[,] Square(double[] flat, int rows, int columns)
    {
        var matrix = new double[rows, columns];
        Buffer.BlockCopy(flat, 0, matrix, 0, flat.Length * sizeof(double));
        return matrix;
    }
}
