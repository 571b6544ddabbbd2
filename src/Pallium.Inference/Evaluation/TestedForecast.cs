namespace Pallium.Inference;

/// <summary>A forecast under test: where it began and, once all of its slices have come, what came.</summary>
/// <param name="Series">The series that it belongs to.</param>
/// <param name="Index">Slices of the series before it.</param>
/// <param name="Horizon">Slices ahead.</param>
/// <param name="State">The stream at its origin.</param>
/// <param name="Histories">Each channel's last values before it, for the rivals.</param>
internal sealed record TestedForecast(TestedSeries Series, long Index, int Horizon, StreamState State, double[][] Histories)
{
    /// <summary>Slices of the series when all of its outcome is known.</summary>
    public long Due => Index + Horizon;

    /// <summary>Stamps of the outcome, [horizon].</summary>
    public double[] Times { get; set; } = [];

    /// <summary>The outcome, [horizon, channels].</summary>
    public double[] Truth { get; set; } = [];

    /// <summary>Sampled paths, [paths][horizon · channels].</summary>
    public double[][] Paths { get; set; } = [];
}
