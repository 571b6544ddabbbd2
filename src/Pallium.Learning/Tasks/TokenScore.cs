namespace Pallium.Learning;

/// <summary>How well a <see cref="TokenModel{T}"/> does on drawn sequences.</summary>
/// <param name="Loss">Mean cross-entropy of the asked positions, in nats; NaN where only answers were counted.</param>
/// <param name="Accuracy">Share of the asked positions whose likeliest class is right.</param>
/// <param name="Flawless">Share of the sequences without any mistake.</param>
public readonly record struct TokenScore(double Loss, double Accuracy, double Flawless);

/// <summary>What a <see cref="TokenScore"/> is made from.</summary>
internal readonly record struct TokenTally(double Loss, long Asked, long Right, long Sequences, long Flawless)
{
    public TokenScore Score => new(Loss / Asked, (double)Right / Asked, (double)Flawless / Sequences);

    public static TokenTally operator +(TokenTally a, TokenTally b) =>
        new(a.Loss + b.Loss, a.Asked + b.Asked, a.Right + b.Right, a.Sequences + b.Sequences, a.Flawless + b.Flawless);
}
