namespace Pallium.Inference;

/// <summary>What a component expects of the hidden cells of rows with the same holes.</summary>
internal sealed class HiddenCells
{
    private readonly GaussianMixture _mixture;
    private readonly int _component;
    private readonly MixtureCells _cells;
    private readonly int[] _hidden;

    /// <summary>Σ_oo⁻¹·Σ_om, [seen, hidden].</summary>
    private readonly double[] _gain;

    public HiddenCells(GaussianMixture mixture, int component, MixtureCells cells, int[] hidden)
    {
        _mixture = mixture;
        _component = component;
        _cells = cells;
        _hidden = hidden;
        _gain = [.. cells.Seen.SelectMany(i => hidden.Select(j => Covariance(i, j)))];
        cells.Solve(component, _gain, hidden.Length);
    }

    /// <summary>Rows that belong to the component.</summary>
    public double Weight { get; set; }

    /// <summary>The row with its hidden cells as expected.</summary>
    public void Fill(double[] row, double[] filled)
    {
        row.CopyTo(filled, 0);
        double[] mean = _mixture.Means[_component];
        for (int j = 0; j < _hidden.Length; j++)
        {
            double sum = mean[_hidden[j]];
            for (int i = 0; i < _cells.Seen.Count; i++)
            {
                sum += _gain[(i * _hidden.Length) + j] * (row[_cells.Seen[i]] - mean[_cells.Seen[i]]);
            }

            filled[_hidden[j]] = sum;
        }
    }

    /// <summary>Adds the covariance that hidden cells keep, once for each row's share.</summary>
    public void AddSpread(double[] products)
    {
        for (int a = 0; a < _hidden.Length; a++)
        {
            for (int b = 0; b < _hidden.Length; b++)
            {
                double kept = Covariance(_hidden[a], _hidden[b]);
                for (int i = 0; i < _cells.Seen.Count; i++)
                {
                    kept -= Covariance(_hidden[a], _cells.Seen[i]) * _gain[(i * _hidden.Length) + b];
                }

                products[(_hidden[a] * _mixture.Dimension) + _hidden[b]] += Weight * kept;
            }
        }
    }

    private double Covariance(int i, int j) => _mixture.Covariances[_component][(i * _mixture.Dimension) + j];
}
