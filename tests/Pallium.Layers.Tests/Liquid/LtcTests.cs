using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class LtcTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ltc<T>(new(Wiring.Full(3, 5, new Rng(1))));

    [Fact]
    public void No_unfolds_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ltc<float>(new(Wiring.Full(3, 5, new Rng(1))) { Unfolds = 0 }));

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.5, false)]
    [InlineData(0.5, true)]
    public void The_state_stays_in_the_hull_of_start_leak_reversals_and_zero(double sparsity, bool isSoftplus)
    {
        AssertHull<float>(sparsity, isSoftplus, slack: 1e-5);
        AssertHull<double>(sparsity, isSoftplus, slack: 1e-13);
    }

    /// <summary>One slice each of 1,000,000 random inputs (10,000 by default), with parameters drawn anew for every hundred batches.</summary>
    private static void AssertHull<T>(double sparsity, bool isSoftplus, double slack)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Rows = 50;
        int batches = (LongForm.IsWanted ? 1_000_000 : 10_000) / Rows;
        var layer = new Ltc<T>(new(Wiring.Random(3, 6, sparsity, new Rng(2))) { IsSoftplus = isSoftplus });
        var states = new T[Rows * 6];
        double[] hull = [];
        for (int batch = 0; batch < batches; batch++)
        {
            Rng rng = new Rng(11).For(batch);
            if (batch % 100 == 0)
            {
                Randomize(layer, isSoftplus, rng.For("parameters"));
                rng.For("states").Uniform<T>(states, -3, 3);
                IEnumerable<T> edges = layer.Parameters.Where(item => item.Name is "vleak" or "erev" or "sensory_erev").SelectMany(item => item.Parameter.Values.ToArray());
                hull = [.. edges.Concat(states).Append(T.Zero).Select(double.CreateChecked)];
            }

            var inputs = new T[Rows * 3];
            var elapsed = new T[Rows];
            double size = Math.Pow(10, rng.Uniform() * 6);
            rng.For("inputs").Uniform<T>(inputs, -size, size);
            rng.For("elapsed").Uniform<T>(elapsed, 1e-3, 100);
            layer.Step(inputs, elapsed, states, new T[Rows * 6], new T[layer.StepScratch(Rows)]);
            double room = slack * hull.Max(Math.Abs);
            Assert.All(states, v => Assert.InRange(double.CreateChecked(v), hull.Min() - room, hull.Max() + room));
        }
    }

    private static void Randomize<T>(Ltc<T> layer, bool isSoftplus, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach ((string name, Parameter<T> parameter) in layer.Parameters)
        {
            bool isPositive = name is "w" or "sensory_w" or "gleak" or "cm";
            double size = 4 * rng.For(name).Uniform();
            rng.For(name).Uniform(parameter.Values, isPositive && !isSoftplus ? parameter.Minimum!.Value : -size, size);
        }

        layer.Refresh();
    }
}

public sealed class LtcSoftplusTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ltc<T>(new(Wiring.Full(2, 18, new Rng(1))) { IsSoftplus = true, Unfolds = 3 });
}

public sealed class LtcSparseTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ltc<T>(new(Wiring.Random(3, 7, 0.5, new Rng(1))) { Unfolds = 4 });
}

public sealed class LtcNcpTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Ltc<T>(new(NcpWiring.Draw(NcpOptions.Auto(3, 11, 2), new Rng(1))) { IsSoftplus = true });
}
