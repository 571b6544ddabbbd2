using System.Numerics;

namespace Pallium.Numerics.Tests;

/// <summary>One function of <see cref="Elementary"/> in all its forms, beside what it should be.</summary>
internal sealed class ElementaryFunction
{
    public delegate void Span<T>(ReadOnlySpan<T> x, System.Span<T> y);

    public delegate void Reverse(ReadOnlySpan<double> kept, ReadOnlySpan<double> gradY, System.Span<double> gradX);

    public required string Name { get; init; }

    public required Span<float> Singles { get; init; }

    public required Span<double> Doubles { get; init; }

    public required Func<float, float> Single { get; init; }

    public required Func<double, double> Double { get; init; }

    /// <summary>The function at a fixed register width: 128, 256 or 512.</summary>
    public required Func<int, Span<float>> SinglesAt { get; init; }

    public required Func<int, Span<double>> DoublesAt { get; init; }

    /// <summary>To about 1e-15: enough to judge float.</summary>
    public required Func<double, double> Truth { get; init; }

    /// <summary>To 200 bits or more.</summary>
    public required Func<double, BigFloat> Exact { get; init; }

    public required Reverse Backward { get; init; }

    public bool BackwardKeepsOutput { get; init; }

    /// <summary>Where double is sampled evenly, beside all magnitudes.</summary>
    public required (double Low, double High) Range { get; init; }

    public override string ToString() => Name;

    public static IReadOnlyList<ElementaryFunction> All { get; } =
    [
        Create<ExpOf<float>, ExpOf<double>>(
            "exp", Elementary.Exp, Elementary.Exp, Elementary.Exp, Elementary.Exp, Math.Exp, x => BigFloat.Exp(x), (-746, 710), Elementary.ExpBackward, true),
        Create<LogOf<float>, LogOf<double>>(
            "log", Elementary.Log, Elementary.Log, Elementary.Log, Elementary.Log, Math.Log, x => BigFloat.Log(x), (0, 3), Elementary.LogBackward, false),
        Create<SigmoidOf<float>, SigmoidOf<double>>(
            "sigmoid",
            Elementary.Sigmoid,
            Elementary.Sigmoid,
            Elementary.Sigmoid,
            Elementary.Sigmoid,
            x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)),
            x => BigFloat.One / (BigFloat.One + BigFloat.Exp(-x)),
            (-746, 40),
            Elementary.SigmoidBackward,
            true),
        Create<TanhOf<float>, TanhOf<double>>(
            "tanh", Elementary.Tanh, Elementary.Tanh, Elementary.Tanh, Elementary.Tanh, Math.Tanh, ExactTanh, (-23, 23), Elementary.TanhBackward, true),
        Create<SoftplusOf<float>, SoftplusOf<double>>(
            "softplus",
            Elementary.Softplus,
            Elementary.Softplus,
            Elementary.Softplus,
            Elementary.Softplus,
            x => Math.Max(x, 0) + Elementary.Log1p(Math.Exp(-Math.Abs(x))),
            ExactSoftplus,
            (-746, 40),
            Elementary.SoftplusBackward,
            false),
        Create<ErfOf<float>, ErfOf<double>>(
            "erf", Elementary.Erf, Elementary.Erf, Elementary.Erf, Elementary.Erf, Elementary.Erf, ExactErf, (-6.5, 6.5), Elementary.ErfBackward, false),
    ];

    public static TheoryData<string> Names => [.. All.Select(f => f.Name)];

    public static ElementaryFunction Called(string name) => All.Single(f => f.Name == name);

    private static BigFloat ExactTanh(double x)
    {
        if (Math.Abs(x) < 1e-30)
        {
            return x;
        }

        BigFloat e = BigFloat.Exp(2 * x);
        return (e - BigFloat.One) / (e + BigFloat.One);
    }

    private static BigFloat ExactSoftplus(double x)
    {
        BigFloat e = BigFloat.Exp(x);
        return x < -60 ? e - BigFloat.Scale(e * e, -1) : BigFloat.Log(BigFloat.One + e);
    }

    private static BigFloat ExactErf(double x) =>
        Math.Abs(x) > 7 ? (BigFloat)Math.Sign(x) : BigFloat.Erf(x);

    private static ElementaryFunction Create<TSingle, TDouble>(
        string name,
        Span<float> singles,
        Span<double> doubles,
        Func<float, float> single,
        Func<double, double> @double,
        Func<double, double> truth,
        Func<double, BigFloat> exact,
        (double Low, double High) range,
        Reverse backward,
        bool backwardKeepsOutput)
        where TSingle : struct, IElementwise<float>
        where TDouble : struct, IElementwise<double> =>
        new()
        {
            Name = name,
            Singles = singles,
            Doubles = doubles,
            Single = single,
            Double = @double,
            SinglesAt = At<float, TSingle>,
            DoublesAt = At<double, TDouble>,
            Truth = truth,
            Exact = exact,
            Range = range,
            Backward = backward,
            BackwardKeepsOutput = backwardKeepsOutput,
        };

    private static Span<T> At<T, TFunction>(int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IElementwise<T> =>
        width switch
        {
            512 => Elementwise.Map<T, Lanes512<T>, TFunction>,
            256 => Elementwise.Map<T, Lanes256<T>, TFunction>,
            _ => Elementwise.Map<T, Lanes128<T>, TFunction>,
        };
}
