using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What the known cells of later slices say about the slice at hand, by the model's linear-Gaussian part.</summary>
/// <remarks>
/// <para>A later cell y_c of slice T_c is predicted by μ_c = free mean + Σ_s Φ_(T_c-s) ε_s, with ε_s what was new in slice s, and spreads by
/// Ω = Σ_(s&gt;t) Φ C_s Φᵀ + R, s from the slices not sampled yet. Streams are weighted by the twisting function ψ = N(y; μ, Ω), so that they need not be
/// right by luck, and slices are proposed from the model's own conditional times what y says (Gaussian, since cell and y are jointly normal). ψ
/// becomes 1 once all known cells are reached: it steers, and never changes what is sampled. Sources: Whiteley and Lee, Annals of Statistics 42,
/// 2014 (twisted particle filters); Guarniero, Johansen and Lee, JASA 112, 2017.</para>
/// <para>An interval counts as the normal observation that gives the free prediction the moments it has within the interval.</para>
/// </remarks>
internal sealed class Lookahead
{
    /// <summary>Slices that are looked ahead at the most.</summary>
    public const int Reach = 64;

    /// <summary>Cells that steer at the same time: the nearest.</summary>
    private const int MostActive = 32;

    /// <summary>Noise, in innovation variances, by which a known number is doubted: the linear part is not the whole model.</summary>
    public const double Doubt = 1e-6;

    /// <summary>
    /// Variance of a known outcome, whose coordinate is 0 or 1: that of a fair coin. Outcomes jump, while the linear part drifts in steps far smaller
    /// than 1; taken at its word it would send all streams to an outcome ahead at once, and give up those that have yet to jump.
    /// </summary>
    private const double OutcomeNoise = 0.25;

    private readonly IParticleModel _model;
    private readonly int _d;
    private readonly List<Observation> _observations = [];
    private readonly Step[] _steps;

    /// <param name="model">What is sampled.</param>
    /// <param name="looks">Whether to look ahead at all.</param>
    public Lookahead(IParticleModel model, bool looks)
    {
        _model = model;
        _d = model.Layout.Coordinates;
        for (int h = 1; looks && h < model.Slices.Count; h++)
        {
            AddObservations(h);
        }

        StartMeans = [.. _observations.Select(cell => model.FreeMean(cell.Slice)[cell.Coordinate])];
        _steps = new Step[model.Slices.Count];
        int n = _observations.Count;
        double[] spread = new double[n * n];
        for (int c = 0; c < n; c++)
        {
            spread[(c * n) + c] = _observations[c].Noise;
        }

        for (int h = model.Slices.Count - 1; h >= 0; h--)
        {
            _steps[h] = NewStep(h, spread);
        }
    }

    /// <summary>A known cell to come.</summary>
    private readonly record struct Observation(int Slice, int Coordinate, double Value, double Noise);

    /// <summary>Known cells to come.</summary>
    public int Count => _observations.Count;

    /// <summary>μ before the first slice, [<see cref="Count"/>].</summary>
    public double[] StartMeans { get; }

    /// <summary>What steers slice <paramref name="slice"/>.</summary>
    public Step At(int slice) => _steps[slice];

    private void AddObservations(int slice)
    {
        CellPlan[] cells = _model.Slices[slice].Cells;
        var coordinates = new double[_d];
        _model.Layout.Encode([.. cells.Select(cell => cell.Value)], coordinates);
        foreach (SliceVariable variable in _model.Layout.Variables)
        {
            CellPlan cell = cells[variable.Channel];
            if (cell.Role == CellRole.Known && (variable.IsDiscrete || _model.Layout.DiscreteOf(variable.Channel) < 0 || cell.Value > 0))
            {
                // One indicator of several follows from the others.
                for (int i = 0; i < Math.Max(1, variable.Coordinates - 1); i++)
                {
                    int j = variable.Coordinate + i;
                    double noise = variable.IsDiscrete ? OutcomeNoise : Doubt * _model.Covariance(slice)[(j * _d) + j];
                    _observations.Add(new Observation(slice, j, coordinates[j], Math.Max(noise, 1e-12)));
                }
            }
            else if (cell.IsBounded && cell.ByPath is null && !variable.IsDiscrete && Within(slice, variable, cell) is { } site)
            {
                _observations.Add(site);
            }
        }
    }

    private Observation? Within(int slice, SliceVariable variable, CellPlan cell)
    {
        int j = variable.Coordinate;
        (double low, double high) = _model.Layout.Scale(variable.Channel).Edges(cell.Low, cell.High);
        double variance = 0;
        for (int s = Math.Max(0, slice - Reach); s <= slice; s++)
        {
            variance += Quadratic(_model.Response(s, slice - s).Slice(j * _d, _d), _model.Covariance(s));
        }

        return IntervalSite.Of(_model.FreeMean(slice)[j], Math.Sqrt(variance), low, high) is { } site ? new Observation(slice, j, site.Value, site.Variance) : null;
    }

    private double Quadratic(ReadOnlySpan<double> row, ReadOnlySpan<double> matrix)
    {
        double sum = 0;
        for (int i = 0; i < _d; i++)
        {
            sum += row[i] * Reduction.Dot(row, matrix.Slice(i * _d, _d));
        }

        return sum;
    }

    /// <summary>The step of slice <paramref name="h"/>; <paramref name="spread"/>, Ω of what later slices add, gets what this one does.</summary>
    private Step NewStep(int h, double[] spread)
    {
        int n = _observations.Count;
        int first = _observations.FindIndex(cell => cell.Slice >= h);
        int[] reached = first < 0 ? [] : [.. Enumerable.Range(first, n - first).Where(c => _observations[c].Slice <= h + Reach)];
        int[] ahead = [.. reached.Where(c => _observations[c].Slice > h)];
        int[] active = ahead[..Math.Min(ahead.Length, MostActive)];
        double[] after = Block(spread, n, active);
        double[] response = new double[reached.Length * _d];
        double[] carried = new double[reached.Length * _d];
        for (int a = 0; a < reached.Length; a++)
        {
            Observation cell = _observations[reached[a]];
            _model.Response(h, cell.Slice - h).Slice(cell.Coordinate * _d, _d).CopyTo(response.AsSpan(a * _d));
        }

        MatrixProduct.Accumulate<double>(reached.Length, _d, _d, response, _d, _model.Covariance(h), _d, carried, _d);
        for (int a = 0; a < reached.Length; a++)
        {
            for (int b = 0; b < reached.Length; b++)
            {
                spread[(reached[a] * n) + reached[b]] += Reduction.Dot<double>(carried.AsSpan(a * _d, _d), response.AsSpan(b * _d, _d));
            }
        }

        int skipped = reached.Length - ahead.Length;
        return new Step(
            _d, active, ahead, [.. _observations.Select(cell => cell.Value)], after, Block(spread, n, active), response[(skipped * _d)..], carried[(skipped * _d)..],
            _model.Covariance(h));
    }

    private static double[] Block(double[] matrix, int n, int[] rows)
    {
        var block = new double[rows.Length * rows.Length];
        for (int a = 0; a < rows.Length; a++)
        {
            for (int b = 0; b < rows.Length; b++)
            {
                block[(a * rows.Length) + b] = matrix[(rows[a] * n) + rows[b]];
            }
        }

        return block;
    }

    /// <summary>One slice's share of the look-ahead.</summary>
    public sealed class Step
    {
        private readonly int _d;
        private readonly int[] _active;
        private readonly int[] _ahead;
        private readonly double[] _values;
        private readonly double[] _response;
        private readonly double[] _gain;
        private readonly double[] _after;
        private readonly double[] _afterFactor;
        private readonly double[] _beforeFactor;
        private readonly double[] _afterLogs;
        private readonly double[] _beforeLogs;

        public Step(
            int d, int[] active, int[] ahead, double[] values, double[] after, double[] before, double[] response, double[] carried, ReadOnlySpan<double> covariance)
        {
            (_d, _active, _ahead, _values, _response, _after) = (d, active, ahead, values, response, after);
            int m = active.Length;
            _afterFactor = Factor(after, m);
            _beforeFactor = Factor(before, m);
            (_afterLogs, _beforeLogs) = (new double[m], new double[m]);
            PivotLogs(_afterFactor, _afterLogs);
            PivotLogs(_beforeFactor, _beforeLogs);

            // G = C Bᵀ Ω⁻¹: solve Ω X = B C, then G = Xᵀ.
            double[] solved = carried[..(m * d)];
            Cholesky.Solve(_beforeFactor, m, solved, d);
            _gain = solved;
            Covariance = covariance.ToArray();
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    double sum = 0;
                    for (int a = 0; a < m; a++)
                    {
                        sum = Math.FusedMultiplyAdd(solved[(a * d) + i], carried[(a * d) + j], sum);
                    }

                    Covariance[(i * d) + j] -= sum;
                }

                Covariance[(i * d) + i] = Math.Max(Covariance[(i * d) + i], 0);
            }
        }

        /// <summary>Whether anything ahead steers this slice.</summary>
        public bool IsActive => _active.Length > 0;

        /// <summary>The slice's covariance given the known cells ahead, [D, D].</summary>
        public double[] Covariance { get; }

        /// <summary>log ψ before the slice.</summary>
        public double LogBefore(ReadOnlySpan<double> means, Span<double> scratch) => LogDensity(_beforeFactor, _beforeLogs, means, scratch);

        /// <summary>log ψ after it.</summary>
        public double LogAfter(ReadOnlySpan<double> means, Span<double> scratch) => LogDensity(_afterFactor, _afterLogs, means, scratch);

        /// <summary>Ω after the slice where <paramref name="left"/>, [D, D], is not known of it, factored.</summary>
        public double[] FactorWith(ReadOnlySpan<double> left)
        {
            int m = _active.Length;
            double[] carried = new double[m * _d];
            double[] spread = (double[])_after.Clone();
            MatrixProduct.Accumulate<double>(m, _d, _d, _response, _d, left, _d, carried, _d);
            MatrixProduct.AccumulateTransposedB<double>(m, m, _d, carried, _d, _response, _d, spread, m);
            return Factor(spread, m);
        }

        /// <summary>log N(y; μ, Ω) of the cells that steer, from Ω's factor.</summary>
        public double LogDensity(ReadOnlySpan<double> factor, ReadOnlySpan<double> means, Span<double> scratch)
        {
            int m = _active.Length;
            PivotLogs(factor, scratch.Slice(m, m));
            return LogDensity(factor, scratch.Slice(m, m), means, scratch[..m]);
        }

        private double LogDensity(ReadOnlySpan<double> factor, ReadOnlySpan<double> pivotLogs, ReadOnlySpan<double> means, Span<double> scratch)
        {
            int m = _active.Length;
            Span<double> residual = scratch[..m];
            double log = 0;
            for (int a = 0; a < m; a++)
            {
                residual[a] = _values[_active[a]] - means[_active[a]];
            }

            Cholesky.SolveLower(factor, m, residual, 1);
            for (int a = 0; a < m; a++)
            {
                log += NormalInterval.LogDensity(residual[a]) - pivotLogs[a];
            }

            return log;
        }

        /// <summary>The slice's means given the known cells ahead: m + G (y - μ).</summary>
        public void Guide(ReadOnlySpan<double> means, ReadOnlySpan<double> sliceMeans, Span<double> guided)
        {
            sliceMeans.CopyTo(guided);
            for (int a = 0; a < _active.Length; a++)
            {
                RowUpdate.AddScaled(_values[_active[a]] - means[_active[a]], _gain.AsSpan(a * _d, _d), guided[.._d]);
            }
        }

        /// <summary>μ takes in what was new in the slice, [D].</summary>
        public void Advance(ReadOnlySpan<double> innovation, Span<double> means)
        {
            for (int a = 0; a < _ahead.Length; a++)
            {
                means[_ahead[a]] += Reduction.Dot(_response.AsSpan(a * _d, _d), innovation);
            }
        }

        /// <summary>Logarithms of a factor's pivots, which all streams share.</summary>
        private static void PivotLogs(ReadOnlySpan<double> factor, Span<double> logs)
        {
            for (int a = 0; a < logs.Length; a++)
            {
                logs[a] = Elementary.Log(factor[(a * logs.Length) + a]);
            }
        }

        private static double[] Factor(double[] spread, int m)
        {
            double[] factor = (double[])spread.Clone();
            Cholesky.FactorWithJitter(factor, m);
            return factor;
        }
    }
}
