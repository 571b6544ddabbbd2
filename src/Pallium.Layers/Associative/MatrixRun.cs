using System.Numerics;

namespace Pallium.Layers;

/// <summary>Some consecutive steps of one head, gathered: every row is padded with zeros to <see cref="MatrixScan.KeyRoom"/> or <see cref="MatrixScan.ValueRoom"/>.</summary>
/// <remarks>
/// Which steps they are is the caller's affair: a memory that is active in some steps only is given those, one after another,
/// and the others leave its state alone.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal ref struct MatrixRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>n.</summary>
    public required int Steps { get; init; }

    /// <summary>q, [n, K].</summary>
    public required Span<T> Queries { get; init; }

    /// <summary>k, [n, K].</summary>
    public required Span<T> Keys { get; init; }

    /// <summary>v, [n, V].</summary>
    public required Span<T> Values { get; init; }

    /// <summary>d, [n, K] or [n]; empty where nothing decays.</summary>
    public Span<T> Decay { get; init; }

    /// <summary>β, [n], of the delta rule.</summary>
    public Span<T> Strength { get; init; }

    /// <summary>a, [n, K], of the low-rank rule: what the state is recalled with.</summary>
    public Span<T> Left { get; init; }

    /// <summary>b, [n, K], of the low-rank rule: where the recalled is written.</summary>
    public Span<T> Right { get; init; }

    /// <summary>r = Sᵀ a or Sᵀ k of the state before the step, [n, V]; of rules that recall.</summary>
    public Span<T> Recalled { get; init; }
}

/// <summary>Gradients of a <see cref="MatrixRun{T}"/>, in its shapes. All but the last two are added to.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal ref struct MatrixRunGradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>d loss / d o, [n, V], given.</summary>
    public required Span<T> Outputs { get; init; }

    /// <summary>dq.</summary>
    public required Span<T> Queries { get; init; }

    /// <summary>dk.</summary>
    public required Span<T> Keys { get; init; }

    /// <summary>dv.</summary>
    public required Span<T> Values { get; init; }

    /// <summary>d loss / d log d, [n, K]: of every key, also where a step has one decay factor; overwritten. Empty: not wanted.</summary>
    public Span<T> LogDecay { get; init; }

    /// <summary>dβ; overwritten.</summary>
    public Span<T> Strength { get; init; }

    /// <summary>da; scratch of the delta rule.</summary>
    public Span<T> Left { get; init; }

    /// <summary>db.</summary>
    public Span<T> Right { get; init; }

    /// <summary>dr, [n, V]; scratch.</summary>
    public Span<T> Recalled { get; init; }

    /// <summary>u = β (v - d r), [n, V]; scratch of the delta rule.</summary>
    public Span<T> Written { get; init; }

    /// <summary>
    /// Σ S ∘ dS over the values, [K], after the last step of the run on entry, where it begins with what of the state is
    /// not in S; before the first on return.
    /// </summary>
    public Span<T> Overlap { get; init; }
}

/// <summary>A state S and what of a loss flows back into it, both kept the way in which the reverse pass reads them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal ref struct MatrixAdjoint<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Sᵀ, [V, K]: before the first step of the run on entry, after the last on return.</summary>
    public required Span<T> StateTransposed { get; init; }

    /// <summary>dS, [K, V]: after the last step on entry, before the first on return.</summary>
    public required Span<T> Gradient { get; init; }

    /// <summary>dSᵀ, [V, K], the same numbers, found on their own.</summary>
    public required Span<T> GradientTransposed { get; init; }
}
