using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Turns a channel's log prior and scores into honest logits: a_k + b·log p_k + c·score_k.</summary>
/// <remarks>Fitted by Newton's method on the logistic likelihood of training slices with random clamp sets, with a ridge towards a = 0, b = c = 1.</remarks>
internal sealed class DiscreteCalibration
{
    private const double Ridge = 1;
    private const int MostIterations = 12;
    private const double LargestLogit = 30;
    private readonly int _classes;
    private readonly double[] _parameters;

    /// <summary>The identity: LDA as it comes.</summary>
    public DiscreteCalibration(int classes)
        : this([.. new double[classes], 1, 1])
    {
    }

    /// <summary>From saved parameters, [a_1 .. a_n, b, c].</summary>
    public DiscreteCalibration(double[] parameters)
    {
        _classes = parameters.Length - 2;
        _parameters = parameters;
    }

    /// <summary>[a_1 .. a_n, b, c].</summary>
    public ReadOnlySpan<double> Parameters => _parameters;

    /// <summary>Normalised log probabilities into <paramref name="logits"/>, [n], which holds the log priors on entry.</summary>
    public void Apply(Span<double> logits, ReadOnlySpan<double> scores)
    {
        double largest = double.NegativeInfinity;
        for (int k = 0; k < _classes; k++)
        {
            double score = Math.Clamp(_parameters[_classes + 1] * scores[k], -1e6, 1e6);
            logits[k] = _parameters[k] + (_parameters[_classes] * logits[k]) + score;
            largest = Math.Max(largest, logits[k]);
        }

        double total = 0;
        for (int k = 0; k < _classes; k++)
        {
            logits[k] = Math.Max(logits[k] - largest, -LargestLogit);
            total += Elementary.Exp(logits[k]);
        }

        double shift = Elementary.Log(total);
        for (int k = 0; k < _classes; k++)
        {
            logits[k] -= shift;
        }
    }

    /// <summary>Fits to examples.</summary>
    /// <param name="logPriors">[M, n].</param>
    /// <param name="scores">[M, n].</param>
    /// <param name="classes">[M]: what was observed.</param>
    public void Fit(ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<int> classes)
    {
        int n = _classes;
        int q = n + 2;
        double[] gradient = new double[q];
        double[] hessian = new double[q * q];
        double[] features = new double[q];
        double[] average = new double[q];
        double[] p = new double[n];
        double loss = Loss(logPriors, scores, classes, p);
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            gradient.AsSpan().Clear();
            hessian.AsSpan().Clear();
            for (int j = 0; j < q; j++)
            {
                gradient[j] = Ridge * (_parameters[j] - (j < n ? 0 : 1));
                hessian[(j * q) + j] = Ridge;
            }

            for (int example = 0; example < classes.Length; example++)
            {
                AddExample(logPriors.Slice(example * n, n), scores.Slice(example * n, n), classes[example], p, features, average, gradient, hessian);
            }

            Cholesky.FactorWithJitter(hessian, q);
            Cholesky.Solve(hessian, q, gradient, 1);
            double next = Descend(gradient, loss, logPriors, scores, classes, p);
            if (loss - next < 1e-6 * (1 + Math.Abs(loss)))
            {
                return;
            }

            loss = next;
        }
    }

    /// <summary>A Newton step, halved until the loss falls.</summary>
    private double Descend(double[] step, double loss, ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<int> classes, double[] p)
    {
        double[] start = (double[])_parameters.Clone();
        for (double length = 1; length > 1e-3; length /= 2)
        {
            for (int j = 0; j < start.Length; j++)
            {
                _parameters[j] = start[j] - (length * step[j]);
            }

            double next = Loss(logPriors, scores, classes, p);
            if (next <= loss)
            {
                return next;
            }
        }

        start.CopyTo(_parameters, 0);
        return loss;
    }

    private double Loss(ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<int> classes, double[] p)
    {
        double sum = 0;
        for (int j = 0; j < _parameters.Length; j++)
        {
            double distance = _parameters[j] - (j < _classes ? 0 : 1);
            sum += Ridge / 2 * distance * distance;
        }

        for (int example = 0; example < classes.Length; example++)
        {
            logPriors.Slice(example * _classes, _classes).CopyTo(p);
            Apply(p, scores.Slice(example * _classes, _classes));
            sum -= p[classes[example]];
        }

        return sum;
    }

    private void AddExample(
        ReadOnlySpan<double> logPriors,
        ReadOnlySpan<double> scores,
        int observed,
        double[] p,
        double[] features,
        double[] average,
        double[] gradient,
        double[] hessian)
    {
        int n = _classes;
        int q = n + 2;
        logPriors.CopyTo(p);
        Apply(p, scores);
        average.AsSpan().Clear();
        for (int k = 0; k < n; k++)
        {
            p[k] = Elementary.Exp(p[k]);
            Features(k, logPriors, scores, features);
            for (int j = 0; j < q; j++)
            {
                average[j] += p[k] * features[j];
            }
        }

        Features(observed, logPriors, scores, features);
        for (int j = 0; j < q; j++)
        {
            gradient[j] += average[j] - features[j];
        }

        for (int k = 0; k < n; k++)
        {
            Features(k, logPriors, scores, features);
            for (int i = 0; i < q; i++)
            {
                double left = p[k] * (features[i] - average[i]);
                for (int j = 0; j < q; j++)
                {
                    hessian[(i * q) + j] += left * (features[j] - average[j]);
                }
            }
        }
    }

    private void Features(int k, ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, double[] features)
    {
        features.AsSpan().Clear();
        features[k] = 1;
        features[_classes] = logPriors[k];
        features[_classes + 1] = scores[k];
    }
}
