using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A loss of all data at the present values of the parameters, and its gradient; the same every time it is asked at the same values.</summary>
/// <param name="gradients">d loss / d parameters is added here; it comes zeroed.</param>
/// <returns>The loss. What is not finite, or a <see cref="DivergenceException"/>, says that the values went too far.</returns>
public delegate double LossGradient(Gradients<double> gradients);

/// <summary>A loss as a function of one flat vector: writes the parameters, asks, counts.</summary>
internal sealed class LossSurface
{
    private readonly ParameterSet<double> _parameters;
    private readonly LossGradient _loss;
    private readonly Gradients<double> _gradients;

    /// <exception cref="NotSupportedException">A parameter that is not frozen has bounds.</exception>
    public LossSurface(ParameterSet<double> parameters, LossGradient loss, int mostEvaluations)
    {
        foreach ((string name, Parameter<double> parameter) in parameters.Items)
        {
            if (!parameter.IsFrozen && (parameter.Minimum ?? parameter.Maximum) is not null)
            {
                throw new NotSupportedException($"Parameter '{name}' has bounds; descent along lines keeps none: freeze it, or learn with Adam.");
            }
        }

        _parameters = parameters;
        _loss = loss;
        _gradients = parameters.NewGradients();
        Left = mostEvaluations;
    }

    /// <summary>Evaluations done.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Evaluations still allowed.</summary>
    public int Left { get; private set; }

    /// <summary>What the last evaluation met that was not finite; null: nothing.</summary>
    public string? Fault { get; private set; }

    public void Read(Span<double> point)
    {
        foreach ((_, Parameter<double> parameter) in _parameters.Items)
        {
            parameter.Values.CopyTo(point);
            point = point[parameter.Length..];
        }
    }

    /// <summary>Sets all parameters but the frozen ones.</summary>
    public void Write(ReadOnlySpan<double> point)
    {
        foreach ((_, Parameter<double> parameter) in _parameters.Items)
        {
            if (!parameter.IsFrozen)
            {
                point[..parameter.Length].CopyTo(parameter.Values);
            }

            point = point[parameter.Length..];
        }
    }

    /// <summary>The loss at a point, +infinity where loss or gradient is not finite; the gradient is 0 for what is frozen.</summary>
    /// <exception cref="DivergenceException">The loss is -infinity.</exception>
    public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        Write(point);
        Evaluations++;
        Left--;
        Fault = null;
        _gradients.Values.Clear();
        double loss;
        try
        {
            loss = _loss(_gradients);
        }
        catch (DivergenceException divergence)
        {
            Fault = divergence.Message;
            return double.PositiveInfinity;
        }

        if (double.IsNegativeInfinity(loss))
        {
            throw new DivergenceException("The loss is -infinity; a loss that is bounded below was expected.");
        }

        foreach ((_, Parameter<double> parameter) in _parameters.Items)
        {
            if (parameter.IsFrozen)
            {
                _gradients[parameter].Clear();
            }
        }

        _gradients.Values.CopyTo(gradient);
        double square = Reduction.SumOfSquares<double>(gradient);
        if (!double.IsFinite(loss) || !double.IsFinite(square))
        {
            Fault = FormattableString.Invariant($"the loss is {loss}, its gradient's squared norm {square}");
            return double.PositiveInfinity;
        }

        return loss;
    }
}
