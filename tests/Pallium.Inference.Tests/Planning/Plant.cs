using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>A thing to be steered by one action, slice by slice.</summary>
internal abstract class Plant
{
    /// <summary>What may be done.</summary>
    public abstract ActionRange Action { get; }

    /// <summary>Numbers of its state.</summary>
    public abstract int StateSize { get; }

    /// <summary>Moves on by a slice; returns what the slice costs.</summary>
    /// <param name="state">Advanced.</param>
    /// <param name="slice">Which slice, from 0.</param>
    /// <param name="action">What is done.</param>
    /// <param name="noise">Standard normal.</param>
    public abstract double Step(Span<double> state, int slice, double action, double noise);

    /// <summary>What a policy costs from a state on, in all slices.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="slices">How many slices.</param>
    /// <param name="seed">Of the noise: the same for every policy.</param>
    /// <param name="policy">From state and slice to action.</param>
    /// <param name="watch">Told every slice's action and the state that it led to.</param>
    public double Run(double[] start, int slices, ulong seed, Func<double[], int, double> policy, Action<int, double, double[]>? watch = null)
    {
        double[] state = [.. start];
        double cost = 0;
        for (int t = 0; t < slices; t++)
        {
            double action = Action.Limit(policy(state, t));
            cost += Step(state, t, action, new Rng(seed).For("plant").For(t).Normal());
            watch?.Invoke(t, action, state);
        }

        return cost;
    }
}

/// <summary>
/// A room of temperature T, in °C, one slice an hour: T' = T + 0.15 (outside - T) + 3 heating + 0.3 noise; outside swings by the day between -3 and 15. At night full
/// heating holds 17 degrees, so that heating must begin before it is cold. Cost (T' - 21)² + 0.1 heating.
/// </summary>
internal sealed class Thermostat : Plant
{
    public override ActionRange Action { get; } = new(new Channel("heating", ChannelKind.Real) { Resolution = 0.01 }, 0, 1);

    public override int StateSize => 1;

    public static double Outside(int slice) => 6 - (9 * Math.Cos(2 * Math.PI * (slice + 12) / 24.0));

    public override double Step(Span<double> state, int slice, double action, double noise)
    {
        state[0] += (0.15 * (Outside(slice) - state[0])) + (3 * action) + (0.3 * noise);
        return ((state[0] - 21) * (state[0] - 21)) + (0.1 * action);
    }
}

/// <summary>
/// A pendulum of angle θ, from upright, and velocity ω, ten slices a second: θ'' = 5 sin θ + torque, torque within ±3.5, noise 0.05 in ω. Held still it cannot be lifted from
/// more than 44 degrees: from below it must be swung up. Cost θ² + 0.1 ω² + 0.001 torque², θ within ±π.
/// </summary>
internal sealed class Pendulum : Plant
{
    private const int Substeps = 2;
    private const double Second = 0.1;

    public override ActionRange Action { get; } = new(new Channel("torque", ChannelKind.Real) { Resolution = 0.01 }, -3.5, 3.5);

    public override int StateSize => 2;

    /// <summary>The angle within ±π.</summary>
    public static double Wrapped(double angle) => angle - (2 * Math.PI * Math.Round(angle / (2 * Math.PI)));

    public override double Step(Span<double> state, int slice, double action, double noise)
    {
        for (int i = 0; i < Substeps; i++)
        {
            state[1] += Second / Substeps * ((5 * Math.Sin(state[0])) + action);
            state[0] += Second / Substeps * state[1];
        }

        state[1] += 0.05 * noise;
        double angle = Wrapped(state[0]);
        return (angle * angle) + (0.1 * state[1] * state[1]) + (0.001 * action * action);
    }
}
