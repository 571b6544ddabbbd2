using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A score of a stack before it learns anything: how differently it answers different windows.</summary>
/// <remarks>
/// <code>
/// h_n   outputs after the last slice of window n, less their mean over channels, [C]
/// R     correlations of h_n and h_m over channels, [N, N];   λ its eigenvalues
/// S     -Σ log(λ_i + k) + 1/(λ_i + k),   k = 1e-5
/// </code>
/// S is greatest, -N, where no two windows are answered alike, and falls by 1e5 with every dimension that R lacks: stacks of fewer channels than windows rank by their channels alone.
/// Sources: Serianni and Kalita, ACL 2023 (arXiv 2306.00288), hidden covariance; the sum over eigenvalues is that of Mellor et al., 2020 (arXiv 2006.04647v1), of Jacobians.
/// </remarks>
public static class HiddenCovariance
{
    /// <summary>Windows that are compared with one another.</summary>
    public const int Windows = 16;

    private const int Steps = 32;
    private const int Batches = 4;
    private const double Guard = 1e-5;

    /// <summary>The score with newly drawn weights, the mean over four batches of 16 windows of 32 slices of independent normal numbers.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="inputs">Channels that its first layer reads.</param>
    /// <param name="rng">Draws weights and windows.</param>
    /// <returns>At most -16; minus infinity where a window is answered by the same number in all channels.</returns>
    /// <exception cref="StackTextException">Layers do not fit one another, or the stack not into memory.</exception>
    public static double Score(StackSpec stack, int inputs, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(stack);
        ISequenceLayer<double> layer = stack.Build<double>(inputs);
        layer.Initialize(rng.For("weights"));
        layer.Refresh();
        double sum = 0;
        var x = new double[Steps * Windows * inputs];
        for (int batch = 0; batch < Batches; batch++)
        {
            Rng draw = rng.For("windows").For(batch);
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = draw.Normal();
            }

            sum += Score(layer, x, Windows);
        }

        return sum / Batches;
    }

    /// <summary>The score of a layer as it is, for the windows that are given; one time unit passes between slices.</summary>
    /// <param name="layer">The layer; its state begins at zero.</param>
    /// <param name="inputs">x, [T, N, I].</param>
    /// <param name="windows">N, at least 2.</param>
    /// <exception cref="ArgumentException">The inputs are not whole slices of so many windows.</exception>
    public static double Score(ISequenceLayer<double> layer, ReadOnlySpan<double> inputs, int windows)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 2);
        int slice = windows * layer.Inputs;
        if (inputs.IsEmpty || inputs.Length % slice != 0)
        {
            throw new ArgumentException($"Found {inputs.Length} inputs, expected a multiple of the {slice} of a slice of {windows} windows.", nameof(inputs));
        }

        var elapsed = new double[windows];
        Array.Fill(elapsed, 1);
        var states = new double[windows * layer.StateSize];
        var outputs = new double[windows * layer.Outputs];
        var scratch = new double[layer.StepScratch(windows)];
        for (int at = 0; at < inputs.Length; at += slice)
        {
            layer.Step(inputs.Slice(at, slice), elapsed, states, outputs, scratch);
        }

        return OfOutputs(outputs, windows, layer.Outputs);
    }

    private static double OfOutputs(double[] outputs, int windows, int channels)
    {
        for (int n = 0; n < windows; n++)
        {
            Span<double> h = outputs.AsSpan(n * channels, channels);
            double mean = Reduction.Sum<double>(h) / channels;
            foreach (ref double value in h)
            {
                value -= mean;
            }

            double norm = Math.Sqrt(Reduction.SumOfSquares<double>(h));
            if (!(norm > 0))
            {
                return double.NegativeInfinity;
            }

            foreach (ref double value in h)
            {
                value /= norm;
            }
        }

        var correlations = new double[windows * windows];
        for (int n = 0; n < windows; n++)
        {
            for (int m = 0; m <= n; m++)
            {
                double correlation = Reduction.Dot<double>(outputs.AsSpan(n * channels, channels), outputs.AsSpan(m * channels, channels));
                (correlations[(n * windows) + m], correlations[(m * windows) + n]) = (correlation, correlation);
            }
        }

        var values = new double[windows];
        SymmetricEigen.Decompose(correlations, windows, values, new double[windows * windows]);
        double score = 0;
        foreach (double value in values)
        {
            // What is 0 may have come out a little below it.
            double eigenvalue = Math.Max(0, value) + Guard;
            score -= Elementary.Log(eigenvalue) + (1 / eigenvalue);
        }

        return score;
    }
}
