using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Ridge regression summed row by row: what the fast ones are held against.</summary>
internal sealed class PlainRegression(int inputs)
{
    private readonly double[] _gram = new double[inputs * inputs];
    private readonly double[] _right = new double[inputs];

    /// <summary>Adds a row.</summary>
    public void Add(double[] row, double target)
    {
        for (int i = 0; i < inputs; i++)
        {
            _right[i] += row[i] * target;
            for (int j = 0; j < inputs; j++)
            {
                _gram[(i * inputs) + j] += row[i] * row[j];
            }
        }
    }

    /// <summary>The weights, with a penalty per input.</summary>
    public double[] Solve(Func<int, double> penalty)
    {
        double[] factor = [.. _gram];
        double[] weights = [.. _right];
        for (int i = 0; i < inputs; i++)
        {
            factor[(i * inputs) + i] += penalty(i);
        }

        Cholesky.FactorWithJitter(factor, inputs);
        Cholesky.Solve(factor, inputs, weights, 1);
        return weights;
    }
}
