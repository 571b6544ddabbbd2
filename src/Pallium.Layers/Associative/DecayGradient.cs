using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The gradient of log decays from those of q, k, a and b, without a product of S and dS in every step.</summary>
/// <remarks>
/// Let E[t] be Σ S[t] ∘ dS[t] over the values, dS[t] from later steps. What a step does to S, multiplied with dS, gives per key channel
/// <code>
/// d log d = E[t] + q dq - k dk - b db,   E[t-1] = d log d + a da     (read after the write)
/// d log d = E[t] - k dk,                 E[t-1] = d log d + q dq     (read before it)
/// </code>
/// because d S[t-1] = S[t] - k vᵀ - b rᵀ and d dS[t] is dS[t-1] less what the step's read and recall gave. The delta rule recalls
/// d S[t-1], with a = k, so that there d log d = E[t-1]. E is formed from S and dS at the end of every run, so that rounding does
/// not add up beyond it, and nothing is divided by a decay. Source: Yang et al., ICML 2024, section 4 (for GLA).
/// </remarks>
internal static class DecayGradient
{
    /// <summary>Adds Σ over rows of S ∘ dS, both [R, L], to <paramref name="overlap"/>, [L], a multiple of 16.</summary>
    public static void AddOverlap<T>(int rows, ReadOnlySpan<T> state, ReadOnlySpan<T> gradient, Span<T> overlap)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            AddOverlap<T, Lanes512<T>>(rows, state, gradient, overlap);
        }
        else if (LaneWidth.Is256)
        {
            AddOverlap<T, Lanes256<T>>(rows, state, gradient, overlap);
        }
        else
        {
            AddOverlap<T, Lanes128<T>>(rows, state, gradient, overlap);
        }
    }

    /// <summary>Finds the gradients of all steps of a run, and E before it.</summary>
    public static void Run<T>(MatrixScan scan, in MatrixRun<T> run, in MatrixRunGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Run<T, Lanes512<T>>(scan, run, gradients);
        }
        else if (LaneWidth.Is256)
        {
            Run<T, Lanes256<T>>(scan, run, gradients);
        }
        else
        {
            Run<T, Lanes128<T>>(scan, run, gradients);
        }
    }

    /// <summary><see cref="AddOverlap{T}"/> at one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddOverlap<T, V>(int rows, ReadOnlySpan<T> state, ReadOnlySpan<T> gradient, Span<T> overlap)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int lanes = overlap.Length;
        for (int lane = 0; lane < lanes; lane += V.Count)
        {
            V sum = V.Load(in overlap[lane], 0);
            for (int row = 0; row < rows; row++)
            {
                sum = V.MultiplyAdd(V.Load(in state[(row * lanes) + lane], 0), V.Load(in gradient[(row * lanes) + lane], 0), sum);
            }

            V.Store(sum, ref overlap[lane], 0);
        }
    }

    /// <summary><see cref="Run{T}"/> at one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, V>(MatrixScan scan, in MatrixRun<T> run, in MatrixRunGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        int lanes = scan.KeyRoom;
        ReadOnlySpan<T> recallRows = scan.Write == MemoryWrite.Delta ? run.Keys : run.Left;
        for (int lane = 0; lane < lanes; lane += V.Count)
        {
            V overlap = V.Load(in gradients.Overlap[lane], 0);
            for (int step = run.Steps - 1; step >= 0; step--)
            {
                int at = (step * lanes) + lane;
                V read = V.Load(in run.Queries[at], 0) * V.Load(in gradients.Queries[at], 0);
                overlap = scan.ReadsBefore ? overlap : overlap + read;
                overlap = V.MultiplyAdd(-V.Load(in run.Keys[at], 0), V.Load(in gradients.Keys[at], 0), overlap);
                if (scan.Write == MemoryWrite.LowRank)
                {
                    overlap = V.MultiplyAdd(-V.Load(in run.Right[at], 0), V.Load(in gradients.Right[at], 0), overlap);
                }

                V gradient = overlap;
                overlap = scan.ReadsBefore ? overlap + read : overlap;
                if (scan.Recalls)
                {
                    overlap = V.MultiplyAdd(V.Load(in recallRows[at], 0), V.Load(in gradients.Left[at], 0), overlap);
                }

                V.Store(scan.Write == MemoryWrite.Delta ? overlap : gradient, ref gradients.LogDecay[at], 0);
            }

            V.Store(overlap, ref gradients.Overlap[lane], 0);
        }
    }
}
