using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What the time of day and week leads to expect of a value, learned as the stream goes by.</summary>
/// <remarks>
/// value = w·φ(time) + noise of unit size, with φ a constant, three harmonics of the day and two of the week, and weights that drift:
/// w[t] = w[t-1] + N(0, I/τ²). The Kalman filter of that model: g = P φ, d = 1 + φ·g, w += g (value - w·φ)/d, P += I/τ² - g gᵀ/d.
/// Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, section 3.2.
/// </remarks>
internal sealed class ClockCurve
{
    private const double Unknown = 100;
    private readonly Clock _clock;
    private readonly double _drift;

    public ClockCurve(AnomalyOptions options)
    {
        _clock = new Clock([Clock.Day, Clock.Day / 2, Clock.Day / 3, Clock.Week, Clock.Week / 2], options.TimeZone);
        double memory = options.Memory * options.Learning;
        _drift = 1 / (memory * memory);
    }

    /// <summary>Numbers of a state: w and P.</summary>
    public int StateLength => Terms * (Terms + 1);

    private int Terms => 1 + _clock.Features;

    /// <summary>Nothing known.</summary>
    public void Begin(Span<double> state)
    {
        state.Clear();
        for (int i = 0; i < Terms; i++)
        {
            state[Terms + (i * Terms) + i] = Unknown;
        }
    }

    /// <summary>What of a value was not expected, in its unit, before it is learned from.</summary>
    public double Observe(double time, double value, Span<double> state)
    {
        int n = Terms;
        Span<double> phi = stackalloc double[n];
        Span<double> gain = stackalloc double[n];
        phi[0] = 1;
        _clock.Write(time, phi[1..]);
        Span<double> weights = state[..n];
        Span<double> covariance = state.Slice(n, n * n);
        double expected = 0;
        double variance = 1;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> row = covariance.Slice(i * n, n);
            double sum = 0;
            for (int j = 0; j < n; j++)
            {
                sum += row[j] * phi[j];
            }

            gain[i] = sum;
            variance += sum * phi[i];
            expected += weights[i] * phi[i];
        }

        double error = value - expected;
        for (int i = 0; i < n; i++)
        {
            Span<double> row = covariance.Slice(i * n, n);
            weights[i] += gain[i] * error / variance;
            for (int j = 0; j < n; j++)
            {
                row[j] -= gain[i] * gain[j] / variance;
            }

            row[i] += _drift;
        }

        return error;
    }
}
