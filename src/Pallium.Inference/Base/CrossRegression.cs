using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Ridge regression of every coordinate's residual on all coordinates' deviations over the last p slices.</summary>
/// <remarks>
/// An anchor adds, per real coordinate, an imagined row in which that coordinate alone has deviated and has not moved (as in
/// <see cref="LagRegression"/>): it draws Σ_k C_kjj to 1 - Σ_l w_jl, what own weights leave, and Σ_k C_kji of every other target to zero.
/// </remarks>
internal sealed class CrossRegression
{
    private const int Block = 256;
    private readonly DeviationTable _table;
    private readonly double[] _residuals;
    private readonly int _slices;
    private readonly int _width;
    private readonly double[] _left;
    private readonly double[] _gram;
    private readonly double[] _right;
    private readonly List<int> _missing = [];
    private readonly double[]?[] _seenGrams;

    /// <summary>Sums the normal equations.</summary>
    /// <param name="table">Deviations: the inputs.</param>
    /// <param name="rows">Stretches to learn from.</param>
    /// <param name="skip">Rows left out at the start of a stretch, at least <paramref name="slices"/>.</param>
    /// <param name="slices">The largest p that will be asked for.</param>
    /// <param name="own">[D, L]: own weights, whose residuals are the targets.</param>
    public CrossRegression(DeviationTable table, IReadOnlyList<RowRange> rows, int skip, int slices, double[] own)
    {
        int d = table.Coordinates;
        _table = table;
        _residuals = LagRegression.Residuals(table, rows, own, skip);
        _left = [.. Enumerable.Range(0, d).Select(j => 1 - own.AsSpan(j * (own.Length / d), own.Length / d).ToArray().Sum(w => w))];
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

    /// <summary>Weights [p, D, D], target first, with the structure's p, anchor, and ridge at lag k of k² times its strength.</summary>
    public double[] Solve(LinearStructure structure)
    {
        int d = _table.Coordinates;
        int slices = structure.CrossSlices;
        int q = slices * d;
        double[] cross = new double[q * d];
        double[] factor = Penalised(_gram, q, structure);
        Cholesky.FactorWithJitter(factor, q);
        double[] all = _right[..(q * d)];
        for (int i = 0; i < q; i++)
        {
            all[(i * d) + (i % d)] += Anchor(i % d, structure) * _left[i % d];
        }

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
                SolveSeen(j, q, structure, weights);
            }

            for (int k = 0; k < slices; k++)
            {
                weights.AsSpan(k * d, d).CopyTo(cross.AsSpan(((k * d) + j) * d));
            }
        }

        return cross;
    }

    /// <summary>Weights of a target with holes.</summary>
    private void SolveSeen(int target, int q, LinearStructure structure, double[] weights)
    {
        int d = _table.Coordinates;
        double[] gram = _seenGrams[target] ??= SeenGram(target);
        double[] factor = Penalised(gram, q, structure);
        Cholesky.FactorWithJitter(factor, q);
        for (int i = 0; i < q; i++)
        {
            weights[i] = _right[(i * d) + target] + (i % d == target ? Anchor(target, structure) * _left[target] : 0);
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

    private double[] Penalised(double[] gram, int q, LinearStructure structure)
    {
        int d = _table.Coordinates;
        double[] factor = new double[q * q];
        for (int i = 0; i < q; i++)
        {
            gram.AsSpan(i * _width, q).CopyTo(factor.AsSpan(i * q));
            double lag = (i / d) + 1;
            factor[(i * q) + i] += structure.CrossRidge * lag * lag;
            double anchor = Anchor(i % d, structure);
            for (int j = i % d; j < q && anchor > 0; j += d)
            {
                factor[(i * q) + j] += anchor;
            }
        }

        return factor;
    }

    /// <summary>The square of the level at which a coordinate of the imagined row stays; 0 for discrete ones.</summary>
    private double Anchor(int coordinate, LinearStructure structure) =>
        LagRegression.IsReal(_table.Groups, coordinate) ? structure.Anchor * _gram[(coordinate * _width) + coordinate] : 0;

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
