using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The covariance of one slice, which many streams share while their means differ, as coordinates become known one by one.</summary>
/// <remarks>
/// Knowing coordinate j moves every mean by g_i (v - m_j) with the gains g_i = C_ij / C_jj, and takes c_j c_jᵀ / C_jj from C, whatever the value v: so
/// D² work serves all streams. The rules are those of <see cref="SliceGaussian"/>: a coordinate that others have used up moves nothing.
/// </remarks>
internal sealed class SharedCovariance(int coordinates)
{
    private readonly double[] _floor = new double[coordinates];
    private readonly double[] _row = new double[Math.Max(1, coordinates)];
    private readonly double[] _values = new double[coordinates * coordinates];

    /// <summary>C, [D, D].</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Takes a covariance of which nothing is known yet, [D, D].</summary>
    public void Reset(ReadOnlySpan<double> covariance)
    {
        covariance.CopyTo(_values);
        for (int j = 0; j < coordinates; j++)
        {
            _floor[j] = SliceGaussian.UsedUp * covariance[(j * coordinates) + j];
        }
    }

    /// <summary>C_jj.</summary>
    public double Variance(int j) => _values[(j * coordinates) + j];

    /// <summary>Whether knowing coordinate <paramref name="j"/> tells anything.</summary>
    public bool Informs(int j) => Variance(j) > _floor[j];

    /// <summary>Coordinate <paramref name="j"/> becomes known.</summary>
    /// <param name="j">Which.</param>
    /// <param name="gains">Receives g, [D]; zero for coordinate j itself.</param>
    public void Condition(int j, Span<double> gains)
    {
        double variance = Variance(j);
        _values.AsSpan(j * coordinates, coordinates).CopyTo(_row);
        gains[..coordinates].Clear();
        if (Informs(j))
        {
            for (int i = 0; i < coordinates; i++)
            {
                if (_row[i] != 0 && i != j)
                {
                    gains[i] = _row[i] / variance;
                    RowUpdate.AddScaled(-gains[i], _row, _values.AsSpan(i * coordinates, coordinates));
                    _values[(i * coordinates) + i] = Math.Max(_values[(i * coordinates) + i], 0);
                }
            }
        }

        _values.AsSpan(j * coordinates, coordinates).Clear();
        for (int i = 0; i < coordinates; i++)
        {
            _values[(i * coordinates) + j] = 0;
        }
    }
}
