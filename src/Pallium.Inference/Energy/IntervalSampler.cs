using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Draws from a mixture of Gaussians whose linear forms lie in intervals.</summary>
/// <remarks>
/// The forms y = C·x of a component are normal, C·Σ·C' = L·L'; y₁ is drawn inside its interval, y₂ inside its own given y₁, and so on: a draw
/// weighs the product of the masses of these intervals, whose mean is the probability of all of them (the GHK simulator). Components are
/// drawn by the mass of the first interval, so that a single interval needs no weights. The rest follows by
/// x = x° + Σ·C'·(C·Σ·C')⁻¹·(y - C·x°), x° a draw without intervals.
/// Source: Geweke 1991; Hajivassiliou, McFadden and Ruud, Journal of Econometrics 72, 1996; for the last step Hoffman and Ribak, ApJ 380, 1991.
/// </remarks>
internal sealed class IntervalSampler
{
    private readonly GaussianMixture _mixture;
    private readonly IReadOnlyList<TableForm> _forms;
    private readonly IReadOnlyList<Channel> _channels;
    private readonly Component[] _components;
    private readonly double[] _choice;
    private readonly double _logFirst;

    /// <param name="mixture">Equalities are clamped in it already.</param>
    /// <param name="forms">Intervals; none: plain draws.</param>
    /// <param name="channels">For messages.</param>
    /// <exception cref="ContradictionException">An interval has no probability.</exception>
    public IntervalSampler(GaussianMixture mixture, IReadOnlyList<TableForm> forms, IReadOnlyList<Channel> channels)
    {
        _mixture = mixture;
        _forms = forms;
        _components = [.. Enumerable.Range(0, mixture.Count).Select(k => new Component(mixture, k, forms))];
        double[] logs = [.. _components.Select((component, k) => mixture.LogWeights[k] + (forms.Count == 0 ? 0 : component.LogMass(0, 0, forms[0])))];
        _logFirst = Reduction.LogSumExp<double>(logs);
        if (double.IsNegativeInfinity(_logFirst))
        {
            throw EngineQuestion.Contradiction(channels, forms[0].Clamp);
        }

        _choice = [.. logs.Select(log => Elementary.Exp(log - _logFirst))];
        _channels = channels;
    }

    /// <summary>Weighted draws.</summary>
    /// <exception cref="ContradictionException">No draw has any weight.</exception>
    public IntervalDraws Draw(int count, Rng rng, CancellationToken cancellation = default)
    {
        var rows = new double[count][];
        var logWeights = new double[count];
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Rng stream = rng.For(i);
            (rows[i], logWeights[i]) = _components[stream.Categorical(_choice)].Draw(ref stream, _forms);
        }

        return logWeights.All(double.IsNegativeInfinity)
            ? throw EngineQuestion.Contradiction(_channels, _forms[^1].Clamp, $": {count} draws met none that fits")
            : new IntervalDraws(rows, logWeights, _logFirst);
    }

    /// <summary>One component: its forms, what they say about the row, and a square root of its covariance.</summary>
    private sealed class Component
    {
        private const double Rounding = 1e-12;
        private readonly double[] _mean;
        private readonly double[] _root;
        private readonly double[] _formMeans;
        private readonly double[] _formRoot;
        private readonly double[] _gain;
        private readonly int _dimension;

        public Component(GaussianMixture mixture, int k, IReadOnlyList<TableForm> forms)
        {
            int d = _dimension = mixture.Dimension;
            int m = forms.Count;
            _mean = mixture.Means[k];
            _root = Root(mixture.Covariances[k], d);
            _formMeans = [.. forms.Select(form => Reduction.Dot<double>(form.Weights, _mean))];
            _gain = new double[m * d];
            var among = new double[m * m];
            for (int i = 0; i < m; i++)
            {
                mixture.Variance(k, forms[i].Weights, _gain.AsSpan(i * d, d));
                for (int j = 0; j < m; j++)
                {
                    among[(j * m) + i] = Reduction.Dot(forms[j].Weights, _gain.AsSpan(i * d, d));
                }
            }

            _formRoot = Root(among, m);
        }

        /// <summary>log of the mass of form i's interval, the earlier forms' noises given by <paramref name="shift"/>.</summary>
        public double LogMass(int i, double shift, TableForm form)
        {
            int m = _formMeans.Length;
            double scale = _formRoot[(i * m) + i];
            double mean = _formMeans[i] + shift;
            if (scale == 0)
            {
                return mean >= form.Low - Rounding && mean <= form.High + Rounding ? 0 : double.NegativeInfinity;
            }

            return NormalInterval.LogMass((form.Low - mean) / scale, (form.High - mean) / scale);
        }

        public (double[] Row, double LogWeight) Draw(ref Rng rng, IReadOnlyList<TableForm> forms)
        {
            int d = _dimension;
            int m = forms.Count;
            var noise = new double[d];
            rng.Normal<double>(noise, 1);
            double[] row = [.. _mean];
            for (int i = 0; i < d; i++)
            {
                row[i] += Reduction.Dot(_root.AsSpan(i * d, i + 1), noise);
            }

            // The noises of the forms are drawn one after the other, each inside its interval.
            var standard = new double[m];
            double logWeight = 0;
            for (int i = 0; i < m; i++)
            {
                double shift = Reduction.Dot(_formRoot.AsSpan(i * m, i), standard);
                logWeight += i == 0 ? 0 : LogMass(i, shift, forms[i]);
                double scale = _formRoot[(i * m) + i];
                double mean = _formMeans[i] + shift;
                standard[i] = scale == 0 ? 0 : NormalInterval.Quantile((forms[i].Low - mean) / scale, (forms[i].High - mean) / scale, rng.Uniform());
            }

            Correct(row, standard, forms);
            return (row, logWeight);
        }

        /// <summary>x += Σ·C'·(L·L')⁻¹·(y - C·x), y = C·μ + L·e.</summary>
        private void Correct(double[] row, double[] standard, IReadOnlyList<TableForm> forms)
        {
            int m = forms.Count;
            var gap = new double[m];
            for (int i = 0; i < m; i++)
            {
                gap[i] = _formMeans[i] + Reduction.Dot(_formRoot.AsSpan(i * m, i + 1), standard) - Reduction.Dot<double>(forms[i].Weights, row);
            }

            SemidefiniteCholesky.Solve(_formRoot, m, gap, 1);
            for (int i = 0; i < m; i++)
            {
                RowUpdate.AddScaled(gap[i], _gain.AsSpan(i * _dimension, _dimension), row);
            }
        }

        /// <summary>L with L·L' = A, A positive semidefinite, in its lower triangle: what follows from earlier rows, as clamped cells do, has no column of its own.</summary>
        private static double[] Root(double[] a, int n)
        {
            double[] root = [.. a];
            SemidefiniteCholesky.Factor(root, n, [.. Enumerable.Range(0, n).Select(i => Rounding * (1 + a[i * (n + 1)]))]);
            return root;
        }
    }
}
