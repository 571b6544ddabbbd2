using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Lets the free nodes of a graph settle at a minimum of the free energy, for one choice of clamped nodes.</summary>
/// <remarks>
/// Gradient descent on F, dx_l = -∂F/∂x_l, settles at the same state but needs a number of steps that grows with the spread of the precisions.
/// The steps here are Newton's: -H⁻¹·∂F/∂x with the curvature of neighbouring layers, solved by one message down the hierarchy and one up
/// (<see cref="BlockTridiagonal"/>). A linear graph settles in one step, exactly, as F is quadratic; others in a few, halved until F falls,
/// Gauss-Newton where F is not convex. Scratch inside: one thread.
/// </remarks>
internal sealed class Settling
{
    private const int Halvings = 40;
    private readonly PredictiveCodingEnergy _energy;
    private readonly double _tolerance;
    private readonly int _mostSteps;
    private readonly double[][] _step;
    private readonly double[][] _trial;
    private bool _factored;

    /// <param name="energy">The graph.</param>
    /// <param name="free">Indices of the free nodes of every layer.</param>
    /// <param name="tolerance">Largest change of a node at which it has settled.</param>
    /// <param name="mostSteps">Steps at most.</param>
    public Settling(PredictiveCodingEnergy energy, int[][] free, double tolerance, int mostSteps)
    {
        _energy = energy;
        Free = free;
        _tolerance = tolerance;
        _mostSteps = mostSteps;
        _step = [.. free.Select(nodes => new double[nodes.Length])];
        _trial = [.. energy.Layers.Select(layer => new double[layer.Size])];
        Curvature = new BlockTridiagonal([.. free.Select(nodes => nodes.Length)]);
    }

    /// <summary>Indices of the free nodes of every layer.</summary>
    public int[][] Free { get; }

    /// <summary>H at the settled state, factored.</summary>
    public BlockTridiagonal Curvature { get; }

    /// <summary>The free nodes of rows with clamped numbers and NaN elsewhere.</summary>
    public static int[][] FreeOf(IReadOnlyList<double[]> nodes) =>
        [.. nodes.Select(layer => Enumerable.Range(0, layer.Length).Where(i => double.IsNaN(layer[i])).ToArray())];

    /// <summary>Settles the free nodes in place; they start where the layers above predict them.</summary>
    /// <returns>F of the settled state, steps taken, and whether the last one was below the tolerance.</returns>
    public (double Energy, int Steps, bool Converged) Run(double[][] nodes)
    {
        Guess(nodes);
        double energy = _energy.Evaluate(nodes);
        int taken = 0;
        bool converged = false;
        while (taken < _mostSteps && !converged)
        {
            Direct(nodes);
            taken++;
            (energy, bool moved) = Move(nodes, energy);
            converged = !moved || _step.All(layer => layer.All(x => Math.Abs(x) <= _tolerance));
        }

        // The curvature belongs to the state, not to the step before it.
        _energy.Evaluate(nodes);
        Factor();
        return (energy, taken, converged);
    }

    /// <summary>-log p of the clamped nodes by Laplace's method: F - ½·n·log 2π + ½·log|H|; exact in a linear graph.</summary>
    public double FreeEnergy(double energy) =>
        energy + (Free.Sum(nodes => nodes.Length) * NormalInterval.LogDensity(0)) + (0.5 * Curvature.LogDeterminant);

    private void Guess(double[][] nodes)
    {
        for (int l = nodes.Length - 1; l >= 0; l--)
        {
            foreach (int i in Free[l])
            {
                nodes[l][i] = _energy.Predict(l, i, nodes);
            }
        }
    }

    /// <summary>The Newton step at the state that was evaluated last.</summary>
    private void Direct(double[][] nodes)
    {
        Factor();
        _energy.Gradient(Free, _step);
        Curvature.Solve(_step);
    }

    private void Factor()
    {
        if (_energy.IsLinear && _factored)
        {
            return;
        }

        _energy.Hessian(Free, bent: true, Curvature);
        if (!Curvature.TryFactor())
        {
            _energy.Hessian(Free, bent: false, Curvature);
            if (!Curvature.TryFactor())
            {
                throw new DivergenceException("The curvature of a predictive-coding graph is not positive definite: its weights or precisions are out of all range.");
            }
        }

        _factored = true;
    }

    /// <summary>Goes along the step, halved until F does not rise.</summary>
    private (double Energy, bool Moved) Move(double[][] nodes, double energy)
    {
        double factor = 1;
        for (int halving = 0; halving < Halvings; halving++, factor *= 0.5)
        {
            for (int l = 0; l < nodes.Length; l++)
            {
                nodes[l].CopyTo(_trial[l], 0);
                for (int f = 0; f < Free[l].Length; f++)
                {
                    _trial[l][Free[l][f]] -= factor * _step[l][f];
                }
            }

            double reached = _energy.Evaluate(_trial);
            if (reached <= energy + (1e-13 * Math.Abs(energy)))
            {
                for (int l = 0; l < nodes.Length; l++)
                {
                    _trial[l].CopyTo(nodes[l], 0);
                }

                return (reached, true);
            }
        }

        _energy.Evaluate(nodes);
        return (energy, false);
    }
}
