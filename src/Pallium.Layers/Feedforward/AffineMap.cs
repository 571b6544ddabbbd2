using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = W z + b over many rows z, where W and b are put together from named parameters, so that one product does the work of several.</summary>
/// <remarks>
/// Row blocks of W are outputs (gates, heads), column groups are inputs (x | h). Each output accumulates b first, then
/// z in order, so that a row alone, a row in a batch and a row of a window give the same bits. Where all weights ask for the same <see cref="Parameter{T}.Product"/>,
/// y is computed by it; gradients are always those of exact products.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AffineMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Block> _weights = [];
    private readonly List<(Parameter<T> Parameter, int Source, int Length, int Row)> _biases = [];
    private readonly T[] _constant;
    private readonly AlignedBuffer<T> _dense;
    private readonly AlignedBuffer<T> _bias;
    private readonly PackedMatrix<T> _forward;
    private readonly int[] _groups;

    // Answers never go backwards: packed when first asked for, and from then on at every refresh.
    private PackedMatrix<T>[]? _reverse;

    /// <summary>A map to <paramref name="outputs"/> numbers from column groups of the given sizes.</summary>
    public AffineMap(int outputs, params int[] groups)
    {
        Outputs = outputs;
        Inputs = groups.Sum();
        _constant = new T[outputs];
        _dense = new AlignedBuffer<T>(checked(outputs * Inputs));
        _bias = new AlignedBuffer<T>(outputs);
        _forward = new PackedMatrix<T>(Inputs, outputs);
        _groups = [.. groups];
    }

    /// <summary>Columns of W.</summary>
    public int Inputs { get; }

    /// <summary>Rows of W.</summary>
    public int Outputs { get; }

    /// <summary>Scratch that <see cref="AccumulateParameters(int, ReadOnlySpan{T}, ReadOnlySpan{T}, int, Gradients{T}, Span{T})"/> needs.</summary>
    public int GradientScratch => (IsWhole ? 0 : SpanCarver.Room(_dense.Length)) + (_biases.Count > 0 ? SpanCarver.Room(Outputs) : 0);

    private bool IsWhole => _weights is [{ Mask: null } only] && only.Rows * only.Columns == _dense.Length;

    /// <summary>Puts rows of a weight [.., columns] at a place in W, times a mask of the weight's shape if there is one.</summary>
    public void AddWeight(Parameter<T> weight, int row = 0, int column = 0, int? source = null, int? rows = null, T[]? mask = null)
    {
        weight.TakesProduct = true;
        _weights.Add(new(weight, source ?? 0, rows ?? weight.Shape[0], row, column, mask));
    }

    /// <summary>Adds entries of a bias to b.</summary>
    public void AddBias(Parameter<T> bias, int row = 0, int? source = null, int? length = null) =>
        _biases.Add((bias, source ?? 0, length ?? bias.Length, row));

    /// <summary>Adds a number to entries of b.</summary>
    public void AddConstant(T value, int row, int length) => _constant.AsSpan(row, length).Fill(value);

    /// <summary>Takes the parameters' present values.</summary>
    public void Refresh()
    {
        _constant.CopyTo(_bias.Span);
        foreach ((Parameter<T> bias, int source, int length, int row) in _biases)
        {
            Span<T> target = _bias.Span.Slice(row, length);
            TensorPrimitives.Add(target, bias.Values.Slice(source, length), target);
        }

        foreach (Block block in _weights)
        {
            for (int i = 0; i < block.Rows; i++)
            {
                Span<T> target = _dense.Span.Slice(((block.Row + i) * Inputs) + block.Column, block.Columns);
                Range source = block.SourceRow(i);
                block.Weight.Values[source].CopyTo(target);
                if (block.Mask is { } mask)
                {
                    TensorPrimitives.Multiply(target, mask.AsSpan(source), target);
                }
            }
        }

        _forward.Product = _weights.Count > 0 ? _weights[0].Weight.Product : null;
        foreach (Block block in _weights)
        {
            _forward.Product = block.Weight.Product == _forward.Product ? _forward.Product : null;
        }

        _forward.PackTransposed(_dense.Span);
        if (_reverse is { } reverse)
        {
            Pack(reverse);
        }
    }

    /// <summary>y = W z + b.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="z">[rows, Inputs] at a stride of <paramref name="strideZ"/>.</param>
    /// <param name="strideZ">Numbers from one row of z to the next.</param>
    /// <param name="y">[rows, Outputs] at a stride of <paramref name="strideY"/>, overwritten.</param>
    /// <param name="strideY">Numbers from one row of y to the next.</param>
    public void Apply(int rows, ReadOnlySpan<T> z, int strideZ, Span<T> y, int strideY) =>
        _forward.Multiply(rows, z, strideZ, _bias.Span, strideStart: 0, y, strideY);

    /// <summary>y += W z, without b: the bits are those of one product over what y was computed from and z.</summary>
    public void Accumulate(int rows, ReadOnlySpan<T> z, int strideZ, Span<T> y, int strideY) => _forward.Accumulate(rows, z, strideZ, y, strideY);

    /// <summary>Adds Wᵀ dy, restricted to one column group, to <paramref name="dz"/>, [rows, group].</summary>
    public void AccumulateInputs(int group, int rows, ReadOnlySpan<T> dy, Span<T> dz) =>
        AccumulateInputs(group, rows, dy, Outputs, dz, _groups[group]);

    /// <summary>The same for rows that lie further apart: <paramref name="strideDy"/> and <paramref name="strideDz"/> numbers from one to the next.</summary>
    public void AccumulateInputs(int group, int rows, ReadOnlySpan<T> dy, int strideDy, Span<T> dz, int strideDz) =>
        (Volatile.Read(ref _reverse) ?? PackReverse())[group].Accumulate(rows, dy, strideDy, dz, strideDz);

    /// <summary>Adds the gradients of all weights and biases, summed over rows in order.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="dy">[rows, Outputs].</param>
    /// <param name="z">[rows, Inputs] at a stride of <paramref name="strideZ"/>.</param>
    /// <param name="strideZ">Numbers from one row of z to the next.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="scratch">At least <see cref="GradientScratch"/> numbers.</param>
    public void AccumulateParameters(int rows, ReadOnlySpan<T> dy, ReadOnlySpan<T> z, int strideZ, Gradients<T> gradients, Span<T> scratch) =>
        AccumulateParameters(rows, dy, Outputs, z, strideZ, gradients, scratch);

    /// <summary>The same for rows of dy that lie further apart: <paramref name="strideDy"/> numbers from one to the next.</summary>
    public void AccumulateParameters(
        int rows, ReadOnlySpan<T> dy, int strideDy, ReadOnlySpan<T> z, int strideZ, Gradients<T> gradients, Span<T> scratch)
    {
        if (IsWhole)
        {
            Span<T> whole = gradients[_weights[0].Weight][(_weights[0].Source * Inputs)..];
            MatrixProduct.AccumulateTransposedA(Outputs, Inputs, rows, dy, strideDy, z, strideZ, whole, Inputs);
        }
        else
        {
            Span<T> sum = scratch[.._dense.Length];
            sum.Clear();
            MatrixProduct.AccumulateTransposedA(Outputs, Inputs, rows, dy, strideDy, z, strideZ, sum, Inputs);
            Distribute(sum, gradients);
        }

        if (_biases.Count > 0)
        {
            AccumulateBiases(rows, dy, strideDy, gradients, scratch[(GradientScratch - SpanCarver.Room(Outputs))..]);
        }
    }

    /// <summary>The column groups for reverse passes, of which several may ask for them first.</summary>
    private PackedMatrix<T>[] PackReverse()
    {
        lock (_weights)
        {
            if (_reverse is null)
            {
                PackedMatrix<T>[] reverse = [.. _groups.Select(size => new PackedMatrix<T>(Outputs, size))];
                Pack(reverse);
                Volatile.Write(ref _reverse, reverse);
            }

            return _reverse!;
        }
    }

    private void Pack(PackedMatrix<T>[] reverse)
    {
        int column = 0;
        foreach (PackedMatrix<T> group in reverse)
        {
            group.Pack(_dense.Span[column..], Inputs, 1);
            column += group.Columns;
        }
    }

    private void AccumulateBiases(int rows, ReadOnlySpan<T> dy, int strideDy, Gradients<T> gradients, Span<T> scratch)
    {
        Span<T> sum = scratch[..Outputs];
        sum.Clear();
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.Add(sum, dy.Slice(row * strideDy, Outputs), sum);
        }

        foreach ((Parameter<T> bias, int source, int length, int row) in _biases)
        {
            Span<T> target = gradients[bias].Slice(source, length);
            TensorPrimitives.Add(target, sum.Slice(row, length), target);
        }
    }

    private void Distribute(ReadOnlySpan<T> sum, Gradients<T> gradients)
    {
        foreach (Block block in _weights)
        {
            for (int i = 0; i < block.Rows; i++)
            {
                ReadOnlySpan<T> part = sum.Slice(((block.Row + i) * Inputs) + block.Column, block.Columns);
                Range source = block.SourceRow(i);
                Span<T> target = gradients[block.Weight][source];
                if (block.Mask is { } mask)
                {
                    TensorPrimitives.MultiplyAdd(part, mask.AsSpan(source), target, target);
                }
                else
                {
                    TensorPrimitives.Add(target, part, target);
                }
            }
        }
    }

    /// <summary>Rows Source .. Source + Rows of a weight, placed at (Row, Column) of W.</summary>
    private sealed record Block(Parameter<T> Weight, int Source, int Rows, int Row, int Column, T[]? Mask)
    {
        public int Columns => Weight.Shape[^1];

        public Range SourceRow(int i) => ((Source + i) * Columns)..((Source + i + 1) * Columns);
    }
}
