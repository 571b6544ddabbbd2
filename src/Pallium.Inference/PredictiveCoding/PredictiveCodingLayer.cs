namespace Pallium.Inference;

/// <summary>How a layer's prediction is bent.</summary>
public enum Activation
{
    /// <summary>f(a) = a.</summary>
    Linear,

    /// <summary>f(a) = tanh(a).</summary>
    Tanh,
}

/// <summary>A layer of a <see cref="PredictiveCodingGraph"/>: how it is predicted from the layer above, and how precisely.</summary>
/// <param name="Size">n, nodes.</param>
public sealed record PredictiveCodingLayer(int Size)
{
    /// <summary>W, [n, nodes of the layer above], row-major; empty for the top layer.</summary>
    public double[] Weights { get; init; } = [];

    /// <summary>b, [n]; of the top layer, which nothing predicts, its mean.</summary>
    public double[] Bias { get; init; } = new double[Size];

    /// <summary>Π, [n, n], symmetric positive definite: the inverse covariance of the prediction's errors.</summary>
    public double[] Precision { get; init; } = Dense.Identity(Size);

    /// <summary>f of the prediction f(W·x + b); not used by the top layer.</summary>
    public Activation Activation { get; init; }
}
