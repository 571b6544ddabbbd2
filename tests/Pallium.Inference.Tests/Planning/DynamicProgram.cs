namespace Pallium.Inference.Tests;

/// <summary>A state's coordinate as a grid has it.</summary>
/// <param name="Low">First point.</param>
/// <param name="High">Last point; of a circle the same as the first.</param>
/// <param name="Points">How many.</param>
/// <param name="Circle">Whether it comes round.</param>
internal sealed record GridAxis(double Low, double High, int Points, bool Circle = false)
{
    public double At(int i) => Low + ((High - Low) * i / (Points - 1));

    /// <summary>The point below and the share of the next one.</summary>
    public (int Below, double Share) Find(double x)
    {
        double turn = High - Low;
        double place = (Circle ? x - Low - (turn * Math.Floor((x - Low) / turn)) : Math.Clamp(x, Low, High) - Low) / turn * (Points - 1);
        int below = Math.Clamp((int)place, 0, Points - 2);
        return (below, place - below);
    }
}

/// <summary>The best policy of a plant over some slices, by dynamic programming on a grid: V_t(s) = min_a E[cost + V_(t+1)(s')].</summary>
/// <remarks>The expectation is a five-point Gauss-Hermite sum, values between grid points are linear. In one or two dimensions.</remarks>
internal sealed class DynamicProgram
{
    private static readonly (double At, double Weight)[] Noise =
    [
        (-2.8569700138728056, 0.011257411327720689), (-1.3556261799742659, 0.22207592200561264), (0, 0.53333333333333333),
        (1.3556261799742659, 0.22207592200561264), (2.8569700138728056, 0.011257411327720689),
    ];

    private readonly Plant _plant;
    private readonly GridAxis[] _axes;
    private readonly double[][] _values;

    public DynamicProgram(Plant plant, int slices, int actions, params GridAxis[] axes)
    {
        (_plant, _axes) = (plant, axes);
        int second = axes.Length == 2 ? axes[1].Points : 1;
        _values = [.. Enumerable.Range(0, slices + 1).Select(_ => new double[axes.Aggregate(1, (points, axis) => points * axis.Points)])];
        for (int t = slices - 1; t > 0; t--)
        {
            int slice = t;
            Parallel.For(0, axes[0].Points, i =>
            {
                for (int j = 0; j < second; j++)
                {
                    double[] state = axes.Length == 2 ? [axes[0].At(i), axes[1].At(j)] : [axes[0].At(i)];
                    _values[slice][(i * second) + j] = Best(state, slice, actions).Cost;
                }
            });
        }
    }

    /// <summary>Looks at the next slice alone.</summary>
    public static DynamicProgram Greedy(Plant plant) => new(plant, 0, 1);

    /// <summary>What to do.</summary>
    public double Action(double[] state, int slice) => Best(state, slice, 201).Action;

    private (double Cost, double Action) Best(double[] state, int slice, int actions)
    {
        (double Cost, double Action) best = (double.PositiveInfinity, 0);
        Span<double> next = stackalloc double[state.Length];
        for (int n = 0; n < actions; n++)
        {
            double action = _plant.Action.Low + ((_plant.Action.High - _plant.Action.Low) * n / (actions - 1));
            double cost = 0;
            foreach ((double noise, double weight) in Noise)
            {
                state.CopyTo(next);
                cost += weight * (_plant.Step(next, slice, action, noise) + Value(next, slice + 1));
            }

            best = cost < best.Cost ? (cost, action) : best;
        }

        return best;
    }

    private double Value(ReadOnlySpan<double> state, int slice)
    {
        if (slice >= _values.Length)
        {
            return 0;
        }

        double[] values = _values[slice];
        (int i, double u) = _axes[0].Find(state[0]);
        if (_axes.Length == 1)
        {
            return ((1 - u) * values[i]) + (u * values[i + 1]);
        }

        (int j, double v) = _axes[1].Find(state[1]);
        int at = (i * _axes[1].Points) + j;
        int after = at + _axes[1].Points;
        return ((1 - u) * (((1 - v) * values[at]) + (v * values[at + 1]))) + (u * (((1 - v) * values[after]) + (v * values[after + 1])));
    }
}
