namespace Pallium.Inference;

/// <summary>Clamps that cannot hold together, or that the model holds to be impossible.</summary>
public sealed class ContradictionException : InputException
{
    /// <summary>An exception without a sentence.</summary>
    public ContradictionException()
    {
    }

    /// <summary>An exception with its sentence.</summary>
    public ContradictionException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its sentence and its cause.</summary>
    public ContradictionException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>An exception about one clamp.</summary>
    internal ContradictionException(string message, Clamp clamp, double logEvidence)
        : base(message)
    {
        Clamp = clamp;
        LogEvidence = logEvidence;
    }

    /// <summary>The clamp that cannot hold beside those before it.</summary>
    public Clamp? Clamp { get; }

    /// <summary>log p of the clamps, in nats: -∞ where they exclude one another.</summary>
    public double LogEvidence { get; } = double.NegativeInfinity;
}
