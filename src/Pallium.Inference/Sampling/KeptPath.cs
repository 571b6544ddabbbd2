using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A path that a conditional run keeps: its slices, the order in which their cells were taken, and how probable the model held each to be.</summary>
internal sealed class KeptPath
{
    private readonly double[][] _coordinates;
    private readonly int[][] _orders;

    private KeptPath(int slices)
    {
        _coordinates = new double[slices][];
        _orders = new int[slices][];
        LogDensities = new double[slices];
    }

    /// <summary>The model's log density of each slice given those before it.</summary>
    public double[] LogDensities { get; }

    /// <summary>A slice, encoded, [D]; NaN for holes.</summary>
    public ReadOnlySpan<double> Coordinates(int slice) => _coordinates[slice];

    /// <summary>The order in which its cells were taken.</summary>
    public ReadOnlySpan<int> Order(int slice) => _orders[slice];

    /// <summary>Draws one path of a run by the weights.</summary>
    /// <param name="model">What was sampled.</param>
    /// <param name="options">How.</param>
    /// <param name="paths">The run, of which no path's state is left.</param>
    /// <param name="before">The path that the run kept; null: none.</param>
    /// <param name="noise">Chooses.</param>
    public static KeptPath Draw(IParticleModel model, SamplerOptions options, SampledPaths paths, KeptPath? before, Rng noise)
    {
        // Noise is keyed by slice and number, so that a path alone, led through its numbers again, is the same to the bit.
        int[] numbers = paths.NumbersOf(noise.Categorical(paths.Weights));
        using var rented = new Rented();
        Lookahead lookahead = options.LookaheadOf(model);
        var relations = new RelationPlan(options.Relations);
        var stream = new StreamStore(rented, model, lookahead, relations, 1);
        var chunk = new ParticleChunk(model, lookahead, relations, options);
        var drawn = new KeptPath(numbers.Length);
        stream.Start();
        for (int h = 0; h < numbers.Length; h++)
        {
            KeptPath? kept = numbers[h] == 0 ? before : null;
            chunk.Sample(h, numbers[h], stream.Rows, paths: null, kept, drawn.LogDensities.AsSpan(h, 1));
            drawn._coordinates[h] = chunk.Coordinates.ToArray();
            drawn._orders[h] = chunk.LastOrder.ToArray();
        }

        return drawn;
    }
}
