using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Ridge regression of every coordinate's residual on all coordinates' deviations over the last p slices.</summary>
internal sealed class CrossRegression
{
    private const int Block = 256;
    private readonly DeviationTable _table;
    private readonly double[] _residuals;
    private readonly int _slices;
    private readonly int _width;
    private readonly double[] _gram;
    private readonly double[] _right;
    private readonly List<int> _missing = [];
    private readonly double[]?[] _seenGrams;

    /// <summary>Sums the normal equations.</summary>
    /// <param name="table">Deviations: the inputs.</param>
    /// <param name="rows">Stretches to learn from.</param>
    /// <param name="skip">Rows left out at the start of a stretch, at least <paramref name="slices"/>.</param>
    /// <param name="slices">The largest p that will be asked for.</param>
    /// <param name="residuals">[N, D]: the targets.</param>
    public CrossRegression(DeviationTable table, IReadOnlyList<RowRange> rows, int skip, int slices, double[] residuals)
    {
        int d = table.Coordinates;
        _table = table;
        _residuals = residuals;
        _slices = slices;
        _width = slices * d;
        _gram = new double[_width * _width];
        _right = new double[_width * d];
        _seenGrams = new double[d][];
        double[] inputs = new double[Block * _width];
        double[] targets = new double[Block * d];
        int count = 0;
        foreach (RowRange range in rows)
        {
            for (int t = range.Start + skip; t < range.End; t++)
            {
                FillInputs(t, inputs.AsSpan(count * _width, _width));
                FillTargets(t, targets.AsSpan(count * d, d));
                if (++count == Block)
                {
                    AddBlock(count, inputs, targets);
                    count = 0;
                }
            }
        }

        AddBlock(count, inputs, targets);
    }

    /// <summary>Weights [p, D, D], target first, for p = <paramref name="slices"/> and a ridge of <paramref name="ridge"/>·k² rows at lag k.</summary>
    public double[] Solve(int slices, double ridge)
    {
        int d = _table.Coordinates;
        int q = slices * d;
        double[] cross = new double[q * d];
        double[] factor = Penalised(_gram, q, ridge);
        Cholesky.FactorWithJitter(factor, q);
        double[] all = _right[..(q * d)];
        Cholesky.Solve(factor, q, all, d);
        double[] weights = new double[q];
        for (int j = 0; j < d; j++)
        {
            for (int i = 0; i < q; i++)
            {
                weights[i] = all[(i * d) + j];
            }

            if (_table.HasHoles[j] && _missing.Count > 0)
            {
                SolveSeen(j, q, ridge, weights);
            }

            for (int k = 0; k < slices; k++)
            {
                weights.AsSpan(k * d, d).CopyTo(cross.AsSpan(((k * d) + j) * d));
            }
        }

        return cross;
    }

    /// <summary>Weights of a target with holes.</summary>
    private void SolveSeen(int target, int q, double ridge, double[] weights)
    {
        double[] gram = _seenGrams[target] ??= SeenGram(target);
        double[] factor = Penalised(gram, q, ridge);
        Cholesky.FactorWithJitter(factor, q);
        for (int i = 0; i < q; i++)
        {
            weights[i] = _right[(i * _table.Coordinates) + target];
        }

        Cholesky.Solve(factor, q, weights, 1);
    }

    /// <summary>The sums without the rows in which the target is a hole.</summary>
    private double[] SeenGram(int target)
    {
        int d = _table.Coordinates;
        double[] gram = (double[])_gram.Clone();
        double[] inputs = new double[Block * _width];
        double[] negated = new double[Block * _width];
        int count = 0;
        foreach (int row in _missing)
        {
            if (_table.Missing[(row * d) + target])
            {
                FillInputs(row, inputs.AsSpan(count * _width, _width));
                count++;
            }

            if (count == Block || row == _missing[^1])
            {
                for (int i = 0; i < count * _width; i++)
                {
                    negated[i] = -inputs[i];
                }

                MatrixProduct.AccumulateTransposedA<double>(_width, _width, count, negated, _width, inputs, _width, gram, _width);
                count = 0;
            }
        }

        return gram;
    }

    private double[] Penalised(double[] gram, int q, double ridge)
    {
        double[] factor = new double[q * q];
        for (int i = 0; i < q; i++)
        {
            gram.AsSpan(i * _width, q).CopyTo(factor.AsSpan(i * q));
            double lag = (i / _table.Coordinates) + 1;
            factor[(i * q) + i] += ridge * lag * lag;
        }

        return factor;
    }

    private void FillInputs(int row, Span<double> inputs)
    {
        int d = _table.Coordinates;
        for (int k = 1; k <= _slices; k++)
        {
            _table.Deviations.AsSpan((row - k) * d, d).CopyTo(inputs[((k - 1) * d)..]);
        }
    }

    private void FillTargets(int row, Span<double> targets)
    {
        int d = _table.Coordinates;
        _residuals.AsSpan(row * d, d).CopyTo(targets);
        bool missing = false;
        for (int j = 0; j < d; j++)
        {
            if (_table.Missing[(row * d) + j])
            {
                targets[j] = 0;
                missing = true;
            }
        }

        if (missing)
        {
            _missing.Add(row);
        }
    }

    private void AddBlock(int count, double[] inputs, double[] targets)
    {
        int d = _table.Coordinates;
        MatrixProduct.AccumulateTransposedA<double>(_width, _width, count, inputs, _width, inputs, _width, _gram, _width);
        MatrixProduct.AccumulateTransposedA<double>(_width, d, count, inputs, _width, targets, d, _right, d);
    }
}
