using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class SynapseBankTests
{
    private const int Rows = 16;
    private const int Sources = 5;
    private const int Targets = 19;

    [Fact]
    public void Dense_synapses_have_the_same_bits_at_every_register_width()
    {
        CheckDense<float>();
        CheckDense<double>();
    }

    [Fact]
    public void Sparse_synapses_have_the_same_bits_at_every_register_width()
    {
        CheckSparse<float>();
        CheckSparse<double>();
    }

    [Fact]
    public void Dense_and_sparse_synapses_agree()
    {
        SynapseParameters<double> parameters = Parameters<double>(0);
        var dense = new DenseSynapses<double>(parameters);
        var sparse = new SparseSynapses<double>(parameters);
        dense.Refresh();
        sparse.Refresh();
        var values = new double[Rows * Sources];
        new Rng(3).Uniform<double>(values, -1, 1);
        Plane denseSources = dense.PlaneOf(Rows, Sources);
        Plane sparseSources = sparse.PlaneOf(Rows, Sources);
        Plane denseTargets = dense.PlaneOf(Rows, Targets);
        Plane sparseTargets = sparse.PlaneOf(Rows, Targets);
        double[] first = Filled(denseSources, values);
        double[] second = Filled(sparseSources, values);
        var found = new double[2][];
        found[0] = new double[denseTargets.Size];
        found[1] = new double[sparseTargets.Size];
        dense.Accumulate(Rows, first, found[0], new double[denseTargets.Size]);
        sparse.Accumulate(Rows, second, found[1], new double[sparseTargets.Size]);
        for (int row = 0; row < Rows; row++)
        {
            for (int target = 0; target < Targets; target++)
            {
                Assert.Equal(found[0][denseTargets.Place(row, target)], found[1][sparseTargets.Place(row, target)]);
            }
        }
    }

    [Theory]
    [InlineData(-1e9, 1)]
    [InlineData(-1, 1.5)]
    [InlineData(0, 2)]
    [InlineData(0.5, 2.414213562373095)]
    [InlineData(10, 1025)]
    [InlineData(100, 1.2676506002282294e30)]
    [InlineData(1e9, double.PositiveInfinity)]
    public void The_gate_is_one_and_a_power_of_two(double t, double expected)
    {
        double found = Lanes128<double>.First(SynapseGate.Denominator<double, Lanes128<double>>(Lanes128<double>.Broadcast(t)));
        float single = Lanes128<float>.First(SynapseGate.Denominator<float, Lanes128<float>>(Lanes128<float>.Broadcast((float)t)));
        Assert.Equal(expected, found, 4e-16 * expected);
        Assert.Equal(expected, single, 2e-7 * expected);
    }

    private static SynapseParameters<T> Parameters<T>(double sparsity)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Wiring wiring = Wiring.Random(Sources, Targets, sparsity, new Rng(1));
        var parameters = new SynapseParameters<T>("", wiring.Sensory, Sources, Targets, isSoftplus: false);
        parameters.Initialize(new Rng(2));
        return parameters;
    }

    private static T[] Filled<T>(Plane plane, T[] values)
    {
        var numbers = new T[plane.Size];
        plane.Fill<T>(values, numbers);
        return numbers;
    }

    private static T[] Random<T>(int length, string purpose)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[length];
        new Rng(4).For(purpose).Uniform<T>(values, -2, 2);
        return values;
    }

    private static void CheckDense<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var bank = new DenseSynapses<T>(Parameters<T>(0));
        bank.Refresh();
        T[] v = Random<T>(bank.PlaneOf(Rows, Sources).Size, "v");
        T[][] Run<V>()
            where V : unmanaged, ILanes<V, T>
        {
            int size = bank.PlaneOf(Rows, Targets).Size;
            (T[] num, T[] den) = (new T[size], new T[size]);
            (T[] sums, T[] partial) = (new T[bank.SumsLength(Rows)], new T[bank.Scratch(Rows)]);
            bank.Accumulate<V>(Rows, v, num, den);
            bank.AccumulateBackward<V>(Rows, v, Random<T>(size, "a"), Random<T>(size, "b"), sums, partial);
            return [num, den, sums, partial];
        }

        AssertSame(Run<Lanes128<T>>(), Run<Lanes256<T>>(), Run<Lanes512<T>>());
    }

    private static void CheckSparse<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var bank = new SparseSynapses<T>(Parameters<T>(0.5));
        bank.Refresh();
        T[] v = Random<T>(bank.PlaneOf(Rows, Sources).Size, "v");
        T[][] Run<V>()
            where V : unmanaged, ILanes<V, T>
        {
            int size = bank.PlaneOf(Rows, Targets).Size;
            (T[] num, T[] den) = (new T[size], new T[size]);
            (T[] sums, T[] dSources) = (new T[bank.SumsLength(Rows)], new T[v.Length]);
            (T[] rowNum, T[] rowDen) = (new T[size], new T[size]);
            bank.Accumulate<V>(Rows, v, num, den);
            bank.AccumulateRow<V>(Rows, v, rowNum, rowDen);
            for (int target = 0; target < Targets; target++)
            {
                Assert.Equal(num[target * Rows], rowNum[target * Rows]);
                Assert.Equal(den[target * Rows], rowDen[target * Rows]);
            }

            bank.AccumulateBackward<V>(Rows, v, Random<T>(size, "a"), Random<T>(size, "b"), dSources, sums);
            return [num, den, sums, dSources];
        }

        AssertSame(Run<Lanes128<T>>(), Run<Lanes256<T>>(), Run<Lanes512<T>>());
    }

    private static void AssertSame<T>(params T[][][] runs)
    {
        foreach (T[][] run in runs)
        {
            Assert.Equal(runs[0], run);
        }
    }
}
