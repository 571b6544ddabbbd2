using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Refines a sequence of actions by quasi-Newton steps, with slopes from differences of mean cost: where T has become so low that only one valley is left.</summary>
/// <remarks>
/// g_i = (C(x + δ e_i) - C(x - δ e_i)) / 2δ under common noise in antithetic pairs, exact for a quadratic cost of a linear system; d = -H g over the actions
/// that their bounds do not hold, H from first curvatures and then by H ← (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ, ρ = 1/sᵀy. Steps of several lengths and the best changes of an
/// outcome are compared on fresh noise. Numbers are counted in units of their ranges. Source: Nocedal and Wright, Numerical Optimization, 2006, eq. 6.17.
/// </remarks>
internal sealed class ActionDescent
{
    private const int Replicates = 4;
    private const int MostPasses = 24;

    /// <summary>δ of the first pass, which is halved down to the least one.</summary>
    private const double FirstProbe = 0.08;
    private const double LeastProbe = 0.01;
    private static readonly double[] Lengths = [0, 0.1, 0.3, 0.6, 1, 1.6];

    private readonly MeanCosts _means;
    private readonly IReadOnlyList<ActionRange> _ranges;
    private readonly int _length;
    private readonly int[] _numbers;
    private readonly (int At, double Outcome)[] _changes;
    private readonly double[] _slopes;
    private readonly double[] _curvatures;
    private readonly double[] _inverse;
    private readonly double[] _direction;

    public ActionDescent(MeanCosts means)
    {
        _means = means;
        _ranges = means.Rollout.Actions;
        _length = means.Rollout.Horizon * _ranges.Count;
        _numbers = [.. Enumerable.Range(0, _length).Where(i => RangeOf(i).Channel.IsNumeric)];
        _changes =
        [
            .. Enumerable.Range(0, _length).Where(i => !RangeOf(i).Channel.IsNumeric)
                .SelectMany(i => Enumerable.Range(0, RangeOf(i).Outcomes).Select(k => (i, RangeOf(i).Low + k))),
        ];
        _slopes = new double[_numbers.Length];
        _curvatures = new double[_numbers.Length];
        _inverse = new double[_numbers.Length * _numbers.Length];
        _direction = new double[_numbers.Length];
    }

    /// <summary>Refines a sequence with about so many roll-outs.</summary>
    public double[] Run(double[] sequence, int effort, Rng rng)
    {
        int probes = 1 + (2 * _numbers.Length) + _changes.Length;
        int passes = Math.Min(MostPasses, effort / (Replicates * (probes + (2 * Lengths.Length))));
        double[] x = [.. sequence];
        double[] before = [];
        double[] slopesBefore = [];
        for (int pass = 0; pass < passes; pass++)
        {
            (int At, double Outcome)? change = Probe(x, Math.Max(LeastProbe, FirstProbe / (1 << Math.Min(pass, 8))), rng.For("probe").For(pass).NextBits());
            if (pass == 0)
            {
                Start();
            }
            else
            {
                Learn(x, before, slopesBefore);
            }

            Aim(x);
            (before, slopesBefore) = ([.. x], [.. _slopes]);
            x = Step(x, change, rng.For("step").For(pass).NextBits());
        }

        return x;
    }

    private ActionRange RangeOf(int i) => _ranges[i % _ranges.Count];

    private double Width(int i) => RangeOf(i).High - RangeOf(i).Low;

    /// <summary>Slopes and curvatures, and the change of an outcome that helps most; null: none helps.</summary>
    private (int At, double Outcome)? Probe(double[] x, double probe, ulong seed)
    {
        int n = _numbers.Length;
        var sequences = new double[(1 + (2 * n) + _changes.Length) * _length];
        for (int k = 0; k < sequences.Length / _length; k++)
        {
            Span<double> own = sequences.AsSpan(k * _length, _length);
            x.CopyTo(own);
            if (k > 2 * n)
            {
                own[_changes[k - 1 - (2 * n)].At] = _changes[k - 1 - (2 * n)].Outcome;
            }
            else if (k > 0)
            {
                int i = _numbers[(k - 1) / 2];
                double reach = Math.Max(probe * Width(i), RangeOf(i).Channel.Resolution);
                own[i] = RangeOf(i).Limit(x[i] + ((k & 1) != 0 ? reach : -reach));
            }
        }

        var costs = new double[sequences.Length / _length];
        _means.Of(sequences, Replicates, seed, costs);
        for (int j = 0; j < n; j++)
        {
            int i = _numbers[j];
            double up = (sequences[((1 + (2 * j)) * _length) + i] - x[i]) / Width(i);
            double down = (x[i] - sequences[((2 + (2 * j)) * _length) + i]) / Width(i);
            Slope(j, up, down, costs[1 + (2 * j)] - costs[0], costs[2 + (2 * j)] - costs[0]);
        }

        int best = costs.AsSpan(1 + (2 * n)).IndexOf(costs.Skip(1 + (2 * n)).DefaultIfEmpty().Min());
        return best >= 0 && costs[1 + (2 * n) + best] < costs[0] ? _changes[best] : null;
    }

    /// <summary>The parabola through three points; at a bound, where there are two, a line.</summary>
    private void Slope(int j, double up, double down, double costUp, double costDown)
    {
        (_slopes[j], _curvatures[j]) = (0, 0);
        if (!double.IsFinite(costUp) || !double.IsFinite(costDown))
        {
            return;
        }

        if (up > 0 && down > 0)
        {
            _slopes[j] = ((costUp * down / up) - (costDown * up / down)) / (up + down);
            _curvatures[j] = 2 * ((costUp / up) + (costDown / down)) / (up + down);
        }
        else if (up > 0)
        {
            _slopes[j] = costUp / up;
        }
        else if (down > 0)
        {
            _slopes[j] = -costDown / down;
        }
    }

    /// <summary>H from the curvatures alone.</summary>
    private void Start()
    {
        // A step of a tenth of the range where nothing is known to bend.
        double steepest = _slopes.Select(Math.Abs).DefaultIfEmpty().Max();
        double most = Math.Max(_curvatures.DefaultIfEmpty().Max(), 10 * steepest);
        for (int j = 0; j < _slopes.Length; j++)
        {
            double curvature = _curvatures[j] > 1e-2 * most ? _curvatures[j] : most;
            _inverse[(j * _slopes.Length) + j] = curvature > 0 ? 1 / curvature : 0;
        }
    }

    /// <summary>H learns from the last step.</summary>
    private void Learn(double[] x, double[] before, double[] slopesBefore)
    {
        int n = _slopes.Length;
        double[] s = [.. _numbers.Select(i => (x[i] - before[i]) / Width(i))];
        double[] y = [.. _slopes.Select((slope, j) => slope - slopesBefore[j])];
        double along = Reduction.Dot<double>(s, y);
        if (!(along > 1e-6 * Math.Sqrt(Reduction.SumOfSquares<double>(s)) * Math.Sqrt(Reduction.SumOfSquares<double>(y))))
        {
            return;
        }

        double[] hy = Product(y);
        double factor = (1 + (Reduction.Dot<double>(y, hy) / along)) / along;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                _inverse[(i * n) + j] += (factor * s[i] * s[j]) - (((hy[i] * s[j]) + (s[i] * hy[j])) / along);
            }
        }
    }

    /// <summary>d = -H g over the free actions.</summary>
    private void Aim(double[] x)
    {
        bool[] held = [.. _numbers.Select((i, j) => (x[i] <= RangeOf(i).Low && _slopes[j] >= 0) || (x[i] >= RangeOf(i).High && _slopes[j] <= 0))];
        double[] free = [.. _slopes.Select((slope, j) => held[j] ? 0 : slope)];
        double[] aim = Product(free);
        bool descends = Reduction.Dot<double>(aim, free) > 0;
        for (int j = 0; j < aim.Length; j++)
        {
            _direction[j] = held[j] ? 0 : descends ? -aim[j] : -_inverse[(j * aim.Length) + j] * free[j];
        }
    }

    /// <summary>The best of several steps along the direction, without and with the change of an outcome.</summary>
    private double[] Step(double[] x, (int At, double Outcome)? change, ulong seed)
    {
        var steps = new List<double[]>();
        foreach (double length in Lengths)
        {
            double[] step = [.. x];
            for (int j = 0; j < _numbers.Length; j++)
            {
                int i = _numbers[j];
                step[i] = RangeOf(i).Limit(x[i] + (length * _direction[j] * Width(i)));
            }

            steps.Add(step);
            if (change is { } found)
            {
                steps.Add([.. step]);
                steps[^1][found.At] = found.Outcome;
            }
        }

        var costs = new double[steps.Count];
        _means.Of([.. steps.SelectMany(step => step)], 2 * Replicates, seed, costs);
        return steps[costs.AsSpan().IndexOf(costs.Min())];
    }

    private double[] Product(double[] vector)
    {
        int n = vector.Length;
        return [.. Enumerable.Range(0, n).Select(i => Reduction.Dot<double>(_inverse.AsSpan(i * n, n), vector))];
    }
}
