using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One affine layer over questions whose inputs become known one after another.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class GrowingLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _inputs;
    private readonly T[] _bias;
    private readonly T[] _byInput;
    private readonly T[] _known;
    private readonly T[] _gathered;
    private readonly T[] _shift;
    private int _rows;

    /// <param name="inputs">Inputs of the layer.</param>
    /// <param name="width">Outputs.</param>
    /// <param name="weights">[width, inputs].</param>
    /// <param name="bias">[width]; empty: none.</param>
    /// <param name="mostRows">Questions at the most.</param>
    public GrowingLayer(int inputs, int width, ReadOnlySpan<T> weights, ReadOnlySpan<T> bias, int mostRows)
    {
        _inputs = inputs;
        Width = width;
        _bias = new T[width];
        bias.CopyTo(_bias);
        _byInput = new T[inputs * width];
        for (int o = 0; o < width; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                _byInput[(i * width) + o] = weights[(o * inputs) + i];
            }
        }

        _known = new T[mostRows * width];
        _gathered = new T[inputs * width];
        _shift = new T[width];
    }

    public int Width { get; }

    /// <summary>Nothing is known.</summary>
    public void Begin(int rows)
    {
        _rows = rows;
        for (int row = 0; row < rows; row++)
        {
            _bias.CopyTo(_known, row * Width);
        }
    }

    /// <summary>Adds inputs, [rows, count] in rows <paramref name="stride"/> apart.</summary>
    public void Know(int first, int count, ReadOnlySpan<T> values, int stride) =>
        MatrixProduct.Accumulate(_rows, Width, count, values, stride, _byInput.AsSpan(first * Width), Width, _known, Width);

    /// <summary>What is known, and the inputs of one answer.</summary>
    /// <param name="first">Where the shared inputs begin.</param>
    /// <param name="shared">Inputs that are the same for all rows.</param>
    /// <param name="inputs">Inputs that differ, from <paramref name="first"/>.</param>
    /// <param name="values">[rows, inputs].</param>
    /// <param name="outputs">[rows, width].</param>
    public void Evaluate(int first, ReadOnlySpan<T> shared, ReadOnlySpan<int> inputs, ReadOnlySpan<T> values, Span<T> outputs)
    {
        _shift.AsSpan().Clear();
        for (int i = 0; i < shared.Length; i++)
        {
            if (shared[i] != T.Zero)
            {
                ReadOnlySpan<T> weights = _byInput.AsSpan((first + i) * Width, Width);
                TensorPrimitives.FusedMultiplyAdd(weights, shared[i], _shift, _shift);
            }
        }

        for (int row = 0; row < _rows; row++)
        {
            TensorPrimitives.Add<T>(_known.AsSpan(row * Width, Width), _shift, outputs[(row * Width)..]);
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            _byInput.AsSpan((first + inputs[i]) * Width, Width).CopyTo(_gathered.AsSpan(i * Width));
        }

        MatrixProduct.Accumulate(_rows, Width, inputs.Length, values, inputs.Length, _gathered, Width, outputs, Width);
    }
}

/// <summary>The head over questions whose cells become known one after another.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class HeadRows<T> : IHeadRows
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SliceNetwork<T> _network;
    private readonly SliceHead<T>.Growing _head;
    private readonly T[] _trunk;
    private readonly T[] _values;
    private readonly T[] _shared;
    private readonly T[] _real;
    private readonly T[] _discrete;
    private int _rows;

    /// <param name="network">Whose head.</param>
    /// <param name="mostRows">Questions at the most.</param>
    public HeadRows(SliceNetwork<T> network, int mostRows)
    {
        _network = network;
        _head = new SliceHead<T>.Growing(network.Head, mostRows);
        _trunk = new T[mostRows * network.Trunk.Outputs];
        _values = new T[mostRows * network.HeadFeatures];
        _shared = new T[network.HeadFeatures];
        _real = new T[mostRows * network.RealOutputs];
        _discrete = new T[mostRows * network.DiscreteOutputs];
    }

    public void Begin(int rows, ReadOnlySpan<double> states)
    {
        _rows = rows;
        int outputs = _network.Trunk.Outputs;
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.ConvertTruncating(states.Slice((row * _network.StateSize) + _network.Trunk.StateSize, outputs), _trunk.AsSpan(row * outputs));
        }

        _head.Begin(rows);
        _head.Know(0, outputs, _trunk);
    }

    public void Know(int feature, int count, ReadOnlySpan<double> values)
    {
        TensorPrimitives.ConvertTruncating<double, T>(values[..(_rows * count)], _values);
        _head.Know(_network.Trunk.Outputs + feature, count, _values);
    }

    public void Answer(
        ReadOnlySpan<double> shared, ReadOnlySpan<int> features, ReadOnlySpan<double> values, (int Start, int Count) real, (int Start, int Count) discrete,
        Span<double> realOutputs, Span<double> discreteOutputs)
    {
        TensorPrimitives.ConvertTruncating<double, T>(shared, _shared);
        TensorPrimitives.ConvertTruncating<double, T>(values[..(_rows * features.Length)], _values);
        _head.Answer(_network.Trunk.Outputs, _shared, features, _values, real, discrete, _real, _discrete);
        TensorPrimitives.ConvertTruncating<T, double>(_real.AsSpan(0, _rows * real.Count), realOutputs);
        TensorPrimitives.ConvertTruncating<T, double>(_discrete.AsSpan(0, _rows * discrete.Count), discreteOutputs);
    }
}
