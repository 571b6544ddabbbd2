using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A joint Gaussian of cells that are clamped by linear forms.</summary>
/// <remarks>
/// Clamping C·x = d: K = Σ·Cᵀ·(C·Σ·Cᵀ)⁻, μ' = μ + K·(d - C·μ), Σ' = Σ - K·C·Σ. The inverse is that of the forms that do not follow from those
/// before them; the ones that do must agree. Clamping commutes. It conditions on the value of the form, not on a limit of events (Borel).
/// Then low ≤ g·x ≤ high for one more form: with u = Σ·g/s, s² = g'Σg, x = μ + u·z + ε, where z is standard normal between the bounds.
/// </remarks>
internal sealed class CellGaussian
{
    private const double LogRootTwoPi = 0.91893853320467274178;
    private const double Tolerance = 6;
    private const double ValueRounding = 1e-12;
    /// <param name="mean">μ, [m].</param>
    /// <param name="covariance">Σ, [m, m].</param>
    /// <param name="scales">[m]: standard deviations that rounding errors are measured by.</param>
    public CellGaussian(double[] mean, double[] covariance, double[] scales)
    {
        Mean = mean;
        Covariance = covariance;
        Scales = scales;
    }

    /// <summary>m.</summary>
    public int Count => Mean.Length;

    /// <summary>μ, [m], before the truncation.</summary>
    public double[] Mean { get; }

    /// <summary>Σ, [m, m], before the truncation.</summary>
    public double[] Covariance { get; }

    /// <summary>[m]: standard deviations that rounding errors are measured by.</summary>
    public double[] Scales { get; }

    /// <summary>log density of the equalities plus log probability of the truncation.</summary>
    public double LogEvidence { get; private set; }

    /// <summary>z, the form that lies between bounds, standardised; null: there is none.</summary>
    public TruncatedNormal? Truncation { get; private set; }

    /// <summary>u, [m]: what a unit of z moves.</summary>
    public double[] Loading { get; private set; } = [];

    /// <summary>Clamps forms to their values, in order. O(r·m² + r²·m) for r forms.</summary>
    /// <returns>The first clamp that cannot hold beside those before it; null: all hold.</returns>
    public Clamp? Condition(IReadOnlyList<LinearForm> forms)
    {
        int r = forms.Count;
        int m = Count;
        double[] cross = new double[r * m];
        double[] innovation = new double[r];
        double[] floors = new double[r];
        for (int i = 0; i < r; i++)
        {
            forms[i].CovarianceWith(Covariance, m).CopyTo(cross, i * m);
            innovation[i] = forms[i].Clamp.Low - forms[i].Apply(Mean);
            floors[i] = Floor(forms[i]);
        }

        double[] factor = new double[r * r];
        for (int i = 0; i < r; i++)
        {
            for (int j = 0; j < r; j++)
            {
                factor[(i * r) + j] = forms[j].Apply(cross.AsSpan(i * m, m));
            }
        }

        SemidefiniteCholesky.Factor(factor, r, floors);
        SemidefiniteCholesky.SolveLower(factor, r, innovation, 1);
        SemidefiniteCholesky.SolveLower(factor, r, cross, m);
        for (int i = 0; i < r; i++)
        {
            double pivot = factor[(i * r) + i];
            if (pivot > 0)
            {
                LogEvidence -= LogRootTwoPi + Elementary.Log(pivot) + (0.5 * innovation[i] * innovation[i]);
                Subtract(cross.AsSpan(i * m, m), innovation[i]);
            }
            else if (Math.Abs(innovation[i]) > Slack(forms[i]))
            {
                LogEvidence = double.NegativeInfinity;
                return forms[i].Clamp;
            }
        }

        return null;
    }

    /// <summary>Whether a form has a value already, as it follows from what was clamped.</summary>
    public bool Knows(LinearForm form) => form.Apply(form.CovarianceWith(Covariance, Count)) <= Floor(form);

    /// <summary>Whether a form that is known lies between the bounds of its clamp.</summary>
    public bool IsWithin(LinearForm form)
    {
        double mean = form.Apply(Mean);
        double slack = Slack(form);
        return mean >= form.Clamp.Low - slack && mean <= form.Clamp.High + slack;
    }

    /// <summary>Bounds one form that is not known.</summary>
    public void Truncate(LinearForm form)
    {
        double[] cross = form.CovarianceWith(Covariance, Count);
        double mean = form.Apply(Mean);
        double deviation = Math.Sqrt(form.Apply(cross));
        Truncation = new TruncatedNormal((form.Clamp.Low - mean) / deviation, (form.Clamp.High - mean) / deviation);
        Loading = [.. cross.Select(c => c / deviation)];
        LogEvidence += Truncation.LogMass;
    }

    /// <summary>Covariance after the truncation, [m, m].</summary>
    public double[] PosteriorCovariance()
    {
        double[] covariance = (double[])Covariance.Clone();
        for (int i = 0; Truncation is not null && i < Count; i++)
        {
            RowUpdate.AddScaled((Truncation.Variance - 1) * Loading[i], Loading, covariance.AsSpan(i * Count, Count));
        }

        return covariance;
    }

    /// <summary>What is believed of cell i.</summary>
    public Posterior Posterior(Channel channel, int i)
    {
        double variance = Math.Max(0, Covariance[(i * Count) + i]);
        if (Truncation is null || Loading[i] == 0)
        {
            return new GaussianPosterior(channel, Mean[i], variance);
        }

        // What z does not explain; nothing, where the cell is the form itself.
        double rest = variance - (Loading[i] * Loading[i]);
        return new TruncatedGaussianPosterior(channel, Mean[i], Loading[i], rest <= StateSpace.Rounding * variance ? 0 : Math.Sqrt(rest), Truncation);
    }

    /// <summary>Draws all cells together.</summary>
    /// <returns>[draws][m].</returns>
    public double[][] Draw(int draws, Rng rng)
    {
        int m = Count;
        double[] factor = (double[])Covariance.Clone();
        for (int i = 0; Truncation is not null && i < m; i++)
        {
            RowUpdate.AddScaled(-Loading[i], Loading, factor.AsSpan(i * m, m));
        }

        SemidefiniteCholesky.Factor(factor, m, [.. Scales.Select(scale => StateSpace.Rounding * scale * scale)]);
        double[][] rows = new double[draws][];
        double[] noise = new double[m];
        for (int k = 0; k < draws; k++)
        {
            Rng own = rng.For(k);
            double z = Truncation is null ? 0 : Truncation.Quantile(own.Uniform());
            own.Normal<double>(noise, 1);
            rows[k] = new double[m];
            for (int i = 0; i < m; i++)
            {
                double start = Truncation is null ? Mean[i] : Math.FusedMultiplyAdd(Loading[i], z, Mean[i]);
                rows[k][i] = Dense.Dot(factor.AsSpan(i * m, i + 1), noise.AsSpan(0, i + 1), start);
            }
        }

        return rows;
    }

    /// <summary>μ += w·innovation, Σ -= w·wᵀ for one whitened form.</summary>
    private void Subtract(ReadOnlySpan<double> whitened, double innovation)
    {
        RowUpdate.AddScaled(innovation, whitened, Mean);
        for (int i = 0; i < whitened.Length; i++)
        {
            if (whitened[i] != 0)
            {
                RowUpdate.AddScaled(-whitened[i], whitened, Covariance.AsSpan(i * Count, Count));
            }
        }
    }

    private double Floor(LinearForm form)
    {
        double size = form.Size(Scales);
        return StateSpace.Rounding * size * size;
    }

    private double Slack(LinearForm form)
    {
        double bound = double.IsFinite(form.Clamp.Low) ? Math.Abs(form.Clamp.Low) : Math.Abs(form.Clamp.High);
        return (Tolerance * Math.Sqrt(StateSpace.Rounding) * form.Size(Scales)) + (ValueRounding * (form.Size(Mean) + bound));
    }
}
