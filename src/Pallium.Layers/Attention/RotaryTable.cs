using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Cosines and sines of t·b^(-2j/R) for some positions t, and the rows of a head that they turn.</summary>
/// <remarks>
/// Rows lie with the two channels of every pair R/2 apart, whatever the style: a permutation that queries and keys share leaves their products as
/// they are. Source: Su et al., RoFormer, arXiv 2104.09864, eq. 15 and 34.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RotaryTable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _width;
    private readonly int _pairs;
    private readonly bool _isInterleaved;
    private readonly T[] _cosines;
    private readonly T[] _sines;

    /// <summary>The table for positions 0, 1, ... of <paramref name="options"/>; angles are computed in double.</summary>
    public RotaryTable(WindowAttentionOptions options, int positions)
    {
        _width = options.Width;
        _pairs = options.Rotary / 2;
        _isInterleaved = options.Style == RotaryStyle.Interleaved;
        _cosines = new T[checked(positions * _pairs)];
        _sines = new T[_cosines.Length];
        for (int pair = 0; pair < _pairs; pair++)
        {
            double frequency = Elementary.Pow(options.Base, -2.0 * pair / options.Rotary);
            for (int position = 0; position < positions; position++)
            {
                _cosines[(position * _pairs) + pair] = T.CreateChecked(Elementary.Cos(position * frequency));
                _sines[(position * _pairs) + pair] = T.CreateChecked(Elementary.Sin(position * frequency));
            }
        }
    }

    /// <summary>Whether positions count.</summary>
    public bool Turns => _pairs > 0;

    /// <summary>Cosines of a position, [R/2].</summary>
    public ReadOnlySpan<T> Cosines(int position) => _cosines.AsSpan(position * _pairs, _pairs);

    /// <summary>Sines of a position, [R/2].</summary>
    public ReadOnlySpan<T> Sines(int position) => _sines.AsSpan(position * _pairs, _pairs);

    /// <summary>Which channel of a head lies at a place of a row.</summary>
    public int ChannelAt(int place) =>
        !_isInterleaved || place >= 2 * _pairs ? place : place < _pairs ? 2 * place : (2 * (place - _pairs)) + 1;

    /// <summary>Takes a head's channels of n slices, times a factor.</summary>
    /// <param name="source">Begins with the head's channels of the first slice.</param>
    /// <param name="stride">Numbers from one slice to the next.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="rows">[n, D], overwritten.</param>
    public void Take(ReadOnlySpan<T> source, int stride, T factor, Span<T> rows)
    {
        for (int step = 0; step * _width < rows.Length; step++)
        {
            ReadOnlySpan<T> channels = source.Slice(step * stride, _width);
            Span<T> row = rows.Slice(step * _width, _width);
            channels.CopyTo(row);
            for (int pair = 0; _isInterleaved && pair < _pairs; pair++)
            {
                row[pair] = channels[2 * pair];
                row[_pairs + pair] = channels[(2 * pair) + 1];
            }

            if (factor != T.One)
            {
                TensorPrimitives.Multiply(row, factor, row);
            }
        }
    }

    /// <summary>Adds rows, times a factor, to a head's channels: the reverse of <see cref="Take"/>.</summary>
    public void Add(ReadOnlySpan<T> rows, T factor, Span<T> target, int stride)
    {
        if (!_isInterleaved)
        {
            HeadRows.Add(rows, _width, _width, factor, target, stride);
            return;
        }

        for (int step = 0; step * _width < rows.Length; step++)
        {
            Span<T> channels = target.Slice(step * stride, _width);
            ReadOnlySpan<T> row = rows.Slice(step * _width, _width);
            for (int place = 0; place < _width; place++)
            {
                int channel = ChannelAt(place);
                channels[channel] = T.FusedMultiplyAdd(row[place], factor, channels[channel]);
            }
        }
    }

    /// <summary>Turns row i by position + i.</summary>
    public void Turn(Span<T> rows, int position) => Turn(rows, position, T.One);

    /// <summary>Turns row i back by position + i: the transpose of <see cref="Turn(Span{T}, int)"/>.</summary>
    public void TurnBack(Span<T> rows, int position) => Turn(rows, position, -T.One);

    private void Turn(Span<T> rows, int position, T direction)
    {
        if (!Turns)
        {
            return;
        }

        for (int at = 0; at < rows.Length; at += _width, position++)
        {
            Span<T> low = rows.Slice(at, _pairs);
            Span<T> high = rows.Slice(at + _pairs, _pairs);
            if (LaneWidth.Is512)
            {
                TurnRow<Lanes512<T>>(low, high, Cosines(position), Sines(position), direction);
            }
            else if (LaneWidth.Is256)
            {
                TurnRow<Lanes256<T>>(low, high, Cosines(position), Sines(position), direction);
            }
            else
            {
                TurnRow<Lanes128<T>>(low, high, Cosines(position), Sines(position), direction);
            }
        }
    }

    /// <summary>(a, b) = (a cos - b sin, b cos + a sin).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TurnRow<V>(Span<T> low, Span<T> high, ReadOnlySpan<T> cosines, ReadOnlySpan<T> sines, T direction)
        where V : unmanaged, ILanes<V, T>
    {
        V sign = V.Broadcast(direction);
        for (int i = 0; i < low.Length; i += V.Count)
        {
            V a = LaneSpan.Load<T, V>(low, i);
            V b = LaneSpan.Load<T, V>(high, i);
            V cosine = LaneSpan.Load<T, V>(cosines, i);
            V sine = LaneSpan.Load<T, V>(sines, i) * sign;
            LaneSpan.Store(V.MultiplyAdd(a, cosine, -(b * sine)), low, i);
            LaneSpan.Store(V.MultiplyAdd(b, cosine, a * sine), high, i);
        }
    }
}
