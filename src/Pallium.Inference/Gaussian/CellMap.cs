using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The unseen cells of a slice given its state and its seen cells: y_u = L·s + c + ε, ε ~ N(0, V).</summary>
/// <remarks>
/// With B = R_uo·R_oo⁻, L = C_u - B·C_o, c = d_u + B·(y_o - d_o), V = R_uu - B·R_ou. Given the state, they depend on no other slice. Rows of seen
/// cells are zero: they are what they are.
/// </remarks>
internal sealed class CellMap
{
    private readonly StateSpace _space;
    private readonly int[] _seen;
    private readonly double[] _carry;

    public CellMap(StateSpace space, int[] seen)
    {
        _space = space;
        _seen = seen;
        int d = space.D;
        int o = seen.Length;
        IsSeen = new bool[d];
        foreach (int c in seen)
        {
            IsSeen[c] = true;
        }

        double[] among = Dense.Block(space.R, d, seen, seen);
        SemidefiniteCholesky.Factor(among, o, Dense.Diagonal(among, o, StateSpace.Rounding));
        int[] all = [.. Enumerable.Range(0, d)];
        double[] carry = Dense.Block(space.R, d, seen, all);
        double[] half = (double[])carry.Clone();
        SemidefiniteCholesky.SolveLower(among, o, half, d);
        ClearDependent(among, half, o, d);
        SemidefiniteCholesky.Solve(among, o, carry, d);
        _carry = Dense.Transpose(carry, o, d);
        Loading = (double[])space.C.Clone();
        Noise = (double[])space.R.Clone();
        double[] negated = [.. _carry.Select(x => -x)];
        MatrixProduct.Accumulate<double>(d, space.N, o, negated, o, Dense.Rows(space.C, space.N, seen), space.N, Loading, space.N);
        double[] explained = new double[d * d];
        MatrixProduct.AccumulateTransposedA<double>(d, d, o, half, d, half, d, explained, d);
        for (int i = 0; i < d * d; i++)
        {
            bool fixedCell = IsSeen[i / d] || IsSeen[i % d];
            Noise[i] = fixedCell ? 0 : i / d == i % d ? Math.Max(0, Noise[i] - explained[i]) : Noise[i] - explained[i];
        }

        foreach (int c in seen)
        {
            Loading.AsSpan(c * space.N, space.N).Clear();
        }
    }

    /// <summary>[D].</summary>
    public bool[] IsSeen { get; }

    /// <summary>L, [D, N].</summary>
    public double[] Loading { get; }

    /// <summary>V, [D, D].</summary>
    public double[] Noise { get; }

    /// <summary>Mean of a cell where the state has this mean and the slice these values [D].</summary>
    public double Mean(int channel, ReadOnlySpan<double> stateMean, ReadOnlySpan<double> values)
    {
        if (IsSeen[channel])
        {
            return values[channel];
        }

        double mean = Dense.Dot(Loading.AsSpan(channel * _space.N, _space.N), stateMean, _space.Offset[channel]);
        for (int i = 0; i < _seen.Length; i++)
        {
            mean = Math.FusedMultiplyAdd(_carry[(channel * _seen.Length) + i], values[_seen[i]] - _space.Offset[_seen[i]], mean);
        }

        return mean;
    }

    private static void ClearDependent(ReadOnlySpan<double> factor, Span<double> rows, int n, int columns)
    {
        for (int i = 0; i < n; i++)
        {
            if (factor[(i * n) + i] == 0)
            {
                rows.Slice(i * columns, columns).Clear();
            }
        }
    }
}
