using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Turns a channel's log prior and scores into honest logits: a_k + b·log p_k + c·score_k + w_kᵀx.</summary>
/// <remarks>
/// x are the conditional means of the slice's other coordinates, clamped ones included: discriminant analysis knows only how they deviate from what
/// the season lets expect, but snow needs frost whatever the season. Fitted by Newton's method on the logistic likelihood of training slices
/// with random clamp sets, with a ridge towards a = w = 0, b = c = 1.
/// </remarks>
internal sealed class DiscreteCalibration
{
    private const double Ridge = 1;
    private const double InputRidge = 3;
    private const int MostInputWeights = 64;
    private const int MostIterations = 12;
    private const double LargestLogit = 30;
    private readonly int _classes;
    private readonly int _inputs;
    private readonly double[] _parameters;

    /// <summary>The identity: LDA as it comes.</summary>
    public DiscreteCalibration(int classes, int inputs)
        : this(classes, [.. new double[classes], 1, 1, .. new double[classes * inputs]])
    {
    }

    /// <summary>From saved parameters, [a_1 .. a_n, b, c, w_1 .. w_n].</summary>
    public DiscreteCalibration(int classes, double[] parameters)
    {
        _classes = classes;
        _inputs = (parameters.Length - classes - 2) / classes;
        _parameters = parameters;
    }

    /// <summary>[a_1 .. a_n, b, c, w_1 .. w_n].</summary>
    public ReadOnlySpan<double> Parameters => _parameters;

    /// <summary>How many inputs the calibration of a channel has: all other coordinates, or none where that would be too many weights.</summary>
    public static int InputsOf(BaseGroup group, int coordinates) =>
        group.Classes * (coordinates - group.Count) <= MostInputWeights ? coordinates - group.Count : 0;

    /// <summary>Normalised log probabilities.</summary>
    /// <param name="logits">Log priors on entry, log probabilities on return, [n].</param>
    /// <param name="scores">[n].</param>
    /// <param name="inputs">x.</param>
    public void Apply(Span<double> logits, ReadOnlySpan<double> scores, ReadOnlySpan<double> inputs)
    {
        double largest = double.NegativeInfinity;
        for (int k = 0; k < _classes; k++)
        {
            double score = Math.Clamp(_parameters[_classes + 1] * scores[k], -1e6, 1e6);
            logits[k] = _parameters[k] + (_parameters[_classes] * logits[k]) + score;
            for (int i = 0; i < _inputs; i++)
            {
                logits[k] = Math.FusedMultiplyAdd(_parameters[InputWeight(k) + i], inputs[i], logits[k]);
            }

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
    /// <param name="inputs">[M, inputs].</param>
    /// <param name="classes">[M]: what was observed.</param>
    public void Fit(ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<double> inputs, ReadOnlySpan<int> classes)
    {
        int n = _classes;
        int q = _parameters.Length;
        double[] gradient = new double[q];
        double[] hessian = new double[q * q];
        double[] features = new double[q];
        double[] average = new double[q];
        double[] p = new double[n];
        double loss = Loss(logPriors, scores, inputs, classes, p);
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            gradient.AsSpan().Clear();
            hessian.AsSpan().Clear();
            for (int j = 0; j < q; j++)
            {
                gradient[j] = RidgeOf(j) * (_parameters[j] - CentreOf(j));
                hessian[(j * q) + j] = RidgeOf(j);
            }

            for (int example = 0; example < classes.Length; example++)
            {
                AddExample(
                    logPriors.Slice(example * n, n), scores.Slice(example * n, n), inputs.Slice(example * _inputs, _inputs), classes[example], p, features, average, gradient, hessian);
            }

            Cholesky.FactorWithJitter(hessian, q);
            Cholesky.Solve(hessian, q, gradient, 1);
            double next = Descend(gradient, loss, logPriors, scores, inputs, classes, p);
            if (loss - next < 1e-6 * (1 + Math.Abs(loss)))
            {
                return;
            }

            loss = next;
        }
    }

    /// <summary>A Newton step, halved until the loss falls.</summary>
    private double Descend(
        double[] step, double loss, ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<double> inputs, ReadOnlySpan<int> classes, double[] p)
    {
        double[] start = (double[])_parameters.Clone();
        for (double length = 1; length > 1e-3; length /= 2)
        {
            for (int j = 0; j < start.Length; j++)
            {
                _parameters[j] = start[j] - (length * step[j]);
            }

            double next = Loss(logPriors, scores, inputs, classes, p);
            if (next <= loss)
            {
                return next;
            }
        }

        start.CopyTo(_parameters, 0);
        return loss;
    }

    private double Loss(ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<double> inputs, ReadOnlySpan<int> classes, double[] p)
    {
        double sum = 0;
        for (int j = 0; j < _parameters.Length; j++)
        {
            double distance = _parameters[j] - CentreOf(j);
            sum += RidgeOf(j) / 2 * distance * distance;
        }

        for (int example = 0; example < classes.Length; example++)
        {
            logPriors.Slice(example * _classes, _classes).CopyTo(p);
            Apply(p, scores.Slice(example * _classes, _classes), inputs.Slice(example * _inputs, _inputs));
            sum -= p[classes[example]];
        }

        return sum;
    }

    private void AddExample(
        ReadOnlySpan<double> logPriors,
        ReadOnlySpan<double> scores,
        ReadOnlySpan<double> inputs,
        int observed,
        double[] p,
        double[] features,
        double[] average,
        double[] gradient,
        double[] hessian)
    {
        int n = _classes;
        int q = _parameters.Length;
        logPriors.CopyTo(p);
        Apply(p, scores, inputs);
        average.AsSpan().Clear();
        for (int k = 0; k < n; k++)
        {
            p[k] = Elementary.Exp(p[k]);
            Features(k, logPriors, scores, inputs, features);
            for (int j = 0; j < q; j++)
            {
                average[j] += p[k] * features[j];
            }
        }

        Features(observed, logPriors, scores, inputs, features);
        for (int j = 0; j < q; j++)
        {
            gradient[j] += average[j] - features[j];
        }

        for (int k = 0; k < n; k++)
        {
            Features(k, logPriors, scores, inputs, features);
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

    private int InputWeight(int k) => _classes + 2 + (k * _inputs);

    private double RidgeOf(int parameter) => parameter < _classes + 2 ? Ridge : InputRidge;

    private double CentreOf(int parameter) => parameter == _classes || parameter == _classes + 1 ? 1 : 0;

    private void Features(int k, ReadOnlySpan<double> logPriors, ReadOnlySpan<double> scores, ReadOnlySpan<double> inputs, Span<double> features)
    {
        features.Clear();
        features[k] = 1;
        features[_classes] = logPriors[k];
        features[_classes + 1] = scores[k];
        inputs.CopyTo(features[InputWeight(k)..]);
    }
}
