using Pallium.Learning;

namespace Pallium.Inference;

/// <summary>Draws of cells that are jointly Gaussian and of which several linear forms lie between bounds, which has no closed form.</summary>
/// <remarks>
/// Values and relations are conditioned on exactly before; only the forms are drawn one inside its bounds after the other (<see cref="IntervalSampler"/>), and the cells given them.
/// Cells are counted in their scales and forms in their deviations, as rounding is told there by numbers of about one.
/// </remarks>
internal static class BoundedDraws
{
    /// <summary>Weighted draws of all cells, in their units; their evidence is the probability of all bounds.</summary>
    /// <param name="joint">The cells, values and relations taken in.</param>
    /// <param name="bounds">Forms that are not known, in any order.</param>
    /// <param name="channels">For messages.</param>
    /// <param name="options">How many.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ContradictionException">The bounds cannot hold together.</exception>
    public static IntervalDraws Draw(
        CellGaussian joint, IReadOnlyList<LinearForm> bounds, IReadOnlyList<Channel> channels, AnswerOptions options, CancellationToken cancellation)
    {
        int m = joint.Count;
        double[] scales = [.. joint.Scales.Select(scale => scale > 0 ? scale : 1)];
        double[] covariance = [.. joint.Covariance.Select((value, i) => value / scales[i / m] / scales[i % m])];
        var standard = new GaussianMixture(m, [0], [new double[m]], [covariance]);

        // What leaves least comes first, so that later forms, given it, seldom miss their bounds (Gibson, Glasbey and Elston 1994).
        TableForm[] forms = [.. bounds.Select(bound => Standardised(bound, joint, scales)).OrderBy(form => NormalInterval.LogMass(form.Low, form.High))];
        IntervalDraws drawn = TableAnswer.Draw(new IntervalSampler(standard, forms, channels), m, options, cancellation);
        foreach (double[] row in drawn.Rows)
        {
            for (int i = 0; i < m; i++)
            {
                row[i] = Math.FusedMultiplyAdd(scales[i], row[i], joint.Mean[i]);
            }
        }

        return drawn;
    }

    private static TableForm Standardised(LinearForm form, CellGaussian joint, double[] scales)
    {
        double deviation = Math.Sqrt(form.Apply(form.CovarianceWith(joint.Covariance, joint.Count)));
        double mean = form.Apply(joint.Mean);
        var weights = new double[joint.Count];
        foreach ((int cell, double coefficient) in form.Terms)
        {
            weights[cell] += coefficient * scales[cell] / deviation;
        }

        return new TableForm(weights, (form.Clamp.Low - mean) / deviation, (form.Clamp.High - mean) / deviation, 0, form.Clamp);
    }
}
