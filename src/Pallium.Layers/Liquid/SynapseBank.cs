using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Numbers for B rows and N units in the order that a synapse kernel wants, with padding.</summary>
/// <param name="Rows">B.</param>
/// <param name="Units">N.</param>
/// <param name="IsUnitMajor">[N, padded B] if true, else [B, padded N].</param>
internal readonly record struct Plane(int Rows, int Units, bool IsUnitMajor)
{
    /// <summary>Rows up to which a unit-major plane is padded to 4 rows only, which halves the cost of a single stream.</summary>
    private const int FewRows = 4;

    /// <summary>Padded rows of a unit-major plane, padded units of a row-major one.</summary>
    public int Lanes => !IsUnitMajor ? SpanCarver.Room(Units) : Rows <= FewRows ? FewRows : SpanCarver.Room(Rows);

    /// <summary>Numbers in all.</summary>
    public int Size => (IsUnitMajor ? Units : Rows) * Lanes;

    /// <summary>Where the number of one row and unit lies.</summary>
    public int Place(int row, int unit) => IsUnitMajor ? (unit * Lanes) + row : (row * Lanes) + unit;

    /// <summary>Takes <paramref name="values"/>, [B, N]; padding stays.</summary>
    public void Fill<T>(ReadOnlySpan<T> values, Span<T> plane)
    {
        for (int i = 0; i < values.Length; i++)
        {
            plane[Place(i / Units, i % Units)] = values[i];
        }
    }

    /// <summary>Adds the plane to <paramref name="values"/>, [B, N].</summary>
    public void AddTo<T>(ReadOnlySpan<T> plane, Span<T> values)
        where T : INumberBase<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] += plane[Place(i / Units, i % Units)];
        }
    }
}

/// <summary>All synapses of one kind (sensory or between neurons): what they add to the numerators and denominators of their targets.</summary>
/// <remarks>
/// For every target j, in the order of sources i: r = w σ(s (v_i - μ)), numerator_j += r E, denominator_j += r.
/// The order does not depend on the batch, so that a row alone and a row in a batch get the same bits.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class SynapseBank<T>(SynapseParameters<T> parameters)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The synapses and their parameters.</summary>
    public SynapseParameters<T> Parameters { get; } = parameters;

    /// <summary>The kernel for synapses that are all there, or for a list.</summary>
    public static SynapseBank<T> Create(SynapseParameters<T> parameters, bool isFull) =>
        isFull ? new DenseSynapses<T>(parameters) : new SparseSynapses<T>(parameters);

    /// <summary>Order of the numbers of <paramref name="units"/> units.</summary>
    public abstract Plane PlaneOf(int rows, int units);

    /// <summary>Takes the parameters' present values.</summary>
    public abstract void Refresh();

    /// <summary>Adds every synapse to its target.</summary>
    public abstract void Accumulate(int rows, ReadOnlySpan<T> sources, Span<T> numerators, Span<T> denominators);

    /// <summary>Numbers of sums that <see cref="AccumulateBackward"/> adds to, over all steps.</summary>
    public abstract int SumsLength(int rows);

    /// <summary>Scratch of <see cref="AccumulateBackward"/>.</summary>
    public abstract int Scratch(int rows);

    /// <summary>Reverse of <see cref="Accumulate"/>: adds to the gradients of the sources, and to the sums that make the parameters' gradients.</summary>
    public abstract void AccumulateBackward(
        int rows, ReadOnlySpan<T> sources, ReadOnlySpan<T> dNumerators, ReadOnlySpan<T> dDenominators, Span<T> dSources, Span<T> sums, Span<T> scratch);

    /// <summary>Adds the parameters' gradients.</summary>
    public abstract void AddGradients(int rows, ReadOnlySpan<T> sums, Gradients<T> gradients);
}
