using System.Numerics;

namespace Pallium.Layers;

/// <summary>How many decay factors a step of a <see cref="MatrixScan"/> has.</summary>
internal enum ScanDecay
{
    /// <summary>None.</summary>
    None,

    /// <summary>One.</summary>
    One,

    /// <summary>One for each key channel.</summary>
    Key,
}

/// <summary>Linear attention and its kin as one recurrence over a matrix state S [K, V], for one head.</summary>
/// <remarks>
/// <code>
/// add        S[t] = diag(d) S[t-1] + k vᵀ
/// delta      S[t] = d S[t-1] + k uᵀ,             u = β (v - d S[t-1]ᵀ k)
/// low rank   S[t] = diag(d) S[t-1] + b rᵀ + k vᵀ,  r = S[t-1]ᵀ a
/// read       o[t] = S[t]ᵀ q, or S[t-1]ᵀ q
/// </code>
/// A scan, not products of chunks: an element of the state costs two to five multiply-adds a step either way, no ratio of decays is
/// ever formed, and a window has the bits of its steps one by one. The reverse pass is made of scans of the same two
/// kinds, <see cref="StateTile"/> and <see cref="StateSweep"/>: dv by dS with lanes over the values, dq by Sᵀ and dk by dSᵀ with lanes
/// over the keys, so that no sum runs across lanes. The gradient of the decay follows from those of q and k
/// (<see cref="DecayGradient"/>).
/// Sources: Katharopoulos et al., ICML 2020; Yang et al., ICML 2024 (gates) and NeurIPS 2024 (delta rule); Peng et al., 2025 (RWKV-7).
/// </remarks>
/// <param name="Keys">Key channels K.</param>
/// <param name="Values">Value channels V.</param>
/// <param name="Decay">Decay factors of a step; the delta rule has at most one.</param>
/// <param name="Write">What a step writes.</param>
/// <param name="ReadsBefore">Whether a step reads the state before it writes; then it adds.</param>
internal sealed partial record MatrixScan(int Keys, int Values, ScanDecay Decay, MemoryWrite Write, bool ReadsBefore)
{
    /// <summary>K with padding: rows of a state come in eights, lanes in sixteens.</summary>
    public int KeyRoom { get; } = SpanCarver.Room(Keys);

    /// <summary>V with padding.</summary>
    public int ValueRoom { get; } = SpanCarver.Room(Values);

    /// <summary>Numbers of a padded state.</summary>
    public int StateRoom => checked(KeyRoom * ValueRoom);

    /// <summary>Whether a state needs no padding.</summary>
    public bool FillsRoom => KeyRoom == Keys && ValueRoom == Values;

    /// <summary>Whether a step recalls before it writes.</summary>
    public bool Recalls => Write != MemoryWrite.Add;

    /// <summary>Multiply-adds of a step.</summary>
    public long StepCost => (long)Keys * Values * (2 + (Decay == ScanDecay.None ? 0 : 1) + (Write == MemoryWrite.Add ? 0 : Write == MemoryWrite.Delta ? 1 : 2));

    /// <summary>Runs some steps.</summary>
    /// <param name="run">The steps; what they recall is written into it.</param>
    /// <param name="state">S, [K, V] padded, advanced in place.</param>
    /// <param name="outputs">o, [n, V] padded, added to.</param>
    public void Forward<T>(in MatrixRun<T> run, Span<T> state, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Recalls)
        {
            Recall(run, state, outputs);
            return;
        }

        var pass = new StatePass<T>
        {
            Steps = run.Steps,
            State = state,
            Decay = run.Decay,
            WriteRows = run.Keys,
            WriteLanes = run.Values,
            ReadRows = run.Queries,
            Read = outputs,
            Rows = KeyRoom,
            Lanes = ValueRoom,
        };
        if (ReadsBefore)
        {
            Tile<T, ReadsBefore, RowDecay, Off, Off>(pass);
        }
        else
        {
            Tile<T, ReadsLast, RowDecay, Off, Off>(pass);
        }
    }

    private void Recall<T>(in MatrixRun<T> run, Span<T> state, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isDelta = Write == MemoryWrite.Delta;
        var pass = new CoupledPass<T>
        {
            Steps = run.Steps,
            State = state,
            Decay = run.Decay,
            RecallRows = isDelta ? run.Keys : run.Left,
            Recalled = run.Recalled,
            AnswerRows = isDelta ? run.Keys : run.Right,
            WriteRows = run.Keys,
            WriteLanes = run.Values,
            Strength = run.Strength,
            ReadRows = run.Queries,
            Read = outputs,
            Rows = KeyRoom,
            Lanes = ValueRoom,
        };
        switch (Decay)
        {
            case ScanDecay.None when isDelta:
                StateSweep.Forward<T, NoDecay, DeltaCoupling<T>>(pass);
                break;
            case ScanDecay.None:
                StateSweep.Forward<T, NoDecay, LowRankCoupling<T>>(pass);
                break;
            case ScanDecay.One when isDelta:
                StateSweep.Forward<T, OneDecay, DeltaCoupling<T>>(pass);
                break;
            case ScanDecay.One:
                StateSweep.Forward<T, OneDecay, LowRankCoupling<T>>(pass);
                break;
            default:
                StateSweep.Forward<T, RowDecay, LowRankCoupling<T>>(pass);
                break;
        }
    }

    /// <summary>Runs a pass in tiles; <typeparamref name="TKeyDecay"/> says where decays of key channels lie: along the rows or the lanes.</summary>
    private void Tile<T, TOrder, TKeyDecay, TSecondWrite, TSecondRead>(in StatePass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOrder : IStepOrder
        where TKeyDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        switch (Decay)
        {
            case ScanDecay.None:
                StateTile.Run<T, TOrder, NoDecay, TSecondWrite, TSecondRead>(pass);
                break;
            case ScanDecay.One:
                StateTile.Run<T, TOrder, OneDecay, TSecondWrite, TSecondRead>(pass);
                break;
            default:
                StateTile.Run<T, TOrder, TKeyDecay, TSecondWrite, TSecondRead>(pass);
                break;
        }
    }
}
