using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Layers;

/// <summary>Which slices of a window are given to which expert: for each expert in turn their indices, row by row and in time order, in the memory of a trace.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct Dispatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<int> _ends;
    private readonly Span<int> _slices;

    /// <summary>Takes the memory; what an earlier <see cref="Fill"/> left there is valid.</summary>
    /// <param name="memory">At least <see cref="Size"/> numbers.</param>
    /// <param name="experts">Experts E.</param>
    public Dispatch(Span<T> memory, int experts)
    {
        Span<int> numbers = MemoryMarshal.Cast<T, int>(memory);
        _ends = numbers[..experts];
        _slices = numbers[experts..];
    }

    /// <summary>Numbers of T for so many choices.</summary>
    public static int Size(int experts, int choices) => checked((experts + choices + Packed - 1) / Packed);

    private static int Packed => Unsafe.SizeOf<T>() / sizeof(int);

    /// <summary>The slices of one expert.</summary>
    public ReadOnlySpan<int> Of(int expert)
    {
        int start = expert == 0 ? 0 : _ends[expert - 1];
        return _slices[start.._ends[expert]];
    }

    /// <summary>Sorts slices by expert.</summary>
    /// <param name="steps">T.</param>
    /// <param name="rows">B.</param>
    /// <param name="inputs">[T, B, stride]; the last E numbers of a slice are the weights.</param>
    /// <param name="stride">Numbers of a slice.</param>
    /// <exception cref="ArgumentException">More weights differ from zero than there is room for.</exception>
    public void Fill(int steps, int rows, ReadOnlySpan<T> inputs, int stride)
    {
        int experts = _ends.Length;
        _ends.Clear();
        for (int slice = 0; slice < steps * rows; slice++)
        {
            ReadOnlySpan<T> weights = inputs.Slice(((slice + 1) * stride) - experts, experts);
            for (int expert = 0; expert < experts; expert++)
            {
                _ends[expert] += T.IsZero(weights[expert]) ? 0 : 1;
            }
        }

        int sum = 0;
        foreach (ref int end in _ends)
        {
            (end, sum) = (sum, sum + end);
        }

        if (sum > _slices.Length)
        {
            throw new ArgumentException($"Found {sum} weights that are not zero in a window of {steps * rows} slices, expected at most {_slices.Length}.", nameof(inputs));
        }

        for (int row = 0; row < rows; row++)
        {
            for (int slice = row; slice < steps * rows; slice += rows)
            {
                ReadOnlySpan<T> weights = inputs.Slice(((slice + 1) * stride) - experts, experts);
                for (int expert = 0; expert < experts; expert++)
                {
                    if (!T.IsZero(weights[expert]))
                    {
                        _slices[_ends[expert]++] = slice;
                    }
                }
            }
        }
    }
}
