namespace Pallium.Inference;

/// <summary>A linear form of a row's encoded cells that is known, or known to lie between two values.</summary>
/// <param name="Weights">c, [d].</param>
/// <param name="Low">Least value of c'z.</param>
/// <param name="High">Largest value; equal to <paramref name="Low"/> where it is known.</param>
/// <param name="LogWidth">What turns a log density of the form into evidence, in nats.</param>
/// <param name="Clamp">As it was asked.</param>
internal sealed record TableForm(double[] Weights, double Low, double High, double LogWidth, Clamp Clamp)
{
    public bool IsEquality => Low == High;
}
