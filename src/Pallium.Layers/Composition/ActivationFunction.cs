using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A function of one number over spans, and its reverse.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ActivationFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly ActivationFunction<T>[] All =
    [
        new(Elementwise.Map<T, SiluOf<T>>, Elementwise.Reverse<T, SiluOf<T>>, reversesFromOutput: false),
        new(Elementary.Sigmoid, Elementary.SigmoidBackward, reversesFromOutput: true),
        new(Elementary.Tanh, Elementary.TanhBackward, reversesFromOutput: true),
        new(Elementary.Exp, Elementary.ExpBackward, reversesFromOutput: true),
        new(Elementary.Softplus, Elementary.SoftplusBackward, reversesFromOutput: false),
        new(Elementwise.Map<T, LogSigmoidOf<T>>, Elementwise.Reverse<T, LogSigmoidOf<T>>, reversesFromOutput: false),
        new(Elementwise.Map<T, EluPlusOneOf<T>>, Elementwise.Reverse<T, EluPlusOneOf<T>>, reversesFromOutput: false),
        new(Elementwise.Map<T, SquaredReluOf<T>>, Elementwise.Reverse<T, SquaredReluOf<T>>, reversesFromOutput: false),
        new(Elementwise.Map<T, ReluOf<T>>, Elementwise.Reverse<T, ReluOf<T>>, reversesFromOutput: false),
    ];

    private ActivationFunction(MapOf map, ReverseOf reverse, bool reversesFromOutput)
    {
        (Map, Reverse, ReversesFromOutput) = (map, reverse, reversesFromOutput);
    }

    /// <summary>y = f(x).</summary>
    public delegate void MapOf(ReadOnlySpan<T> x, Span<T> y);

    /// <summary>dx += f'(x) dy.</summary>
    public delegate void ReverseOf(ReadOnlySpan<T> kept, ReadOnlySpan<T> gradY, Span<T> gradX);

    /// <summary>y = f(x).</summary>
    public MapOf Map { get; }

    /// <summary>dx += f' dy, where f' is found from y or x.</summary>
    public ReverseOf Reverse { get; }

    /// <summary>Whether the reverse reads y, not x.</summary>
    public bool ReversesFromOutput { get; }

    /// <summary>The function of a kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not one of the enumeration.</exception>
    public static ActivationFunction<T> Of(ActivationKind kind) =>
        Enum.IsDefined(kind) ? All[(int)kind] : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such function.");
}
