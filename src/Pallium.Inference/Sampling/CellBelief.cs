namespace Pallium.Inference;

/// <summary>What each of several streams believes about one channel of a slice: outcomes, and a mixture of normals in encoded units.</summary>
internal sealed class CellBelief
{
    private double[] _probabilities = [];
    private double[] _weights = [];
    private double[] _means = [];
    private double[] _scales = [];

    /// <summary>Outcomes of the channel's discrete variable; 0 without one.</summary>
    public int Outcomes { get; private set; }

    /// <summary>Components of its real variable's mixtures; 0 without one.</summary>
    public int Components { get; private set; }

    /// <summary>Makes room.</summary>
    public void Shape(int rows, int outcomes, int components)
    {
        Outcomes = outcomes;
        Components = components;
        Grow(ref _probabilities, rows * outcomes);
        Grow(ref _weights, rows * components);
        Grow(ref _means, rows * components);
        Grow(ref _scales, rows * components);
    }

    /// <summary>Probabilities of a row's outcomes.</summary>
    public Span<double> Probabilities(int row) => _probabilities.AsSpan(row * Outcomes, Outcomes);

    /// <summary>The mixture of a row.</summary>
    public MixtureSpan Mixture(int row)
    {
        int at = row * Components;
        return new MixtureSpan(_weights.AsSpan(at, Components), _means.AsSpan(at, Components), _scales.AsSpan(at, Components));
    }

    private static void Grow(ref double[] array, int length)
    {
        if (array.Length < length)
        {
            array = new double[length];
        }
    }
}
