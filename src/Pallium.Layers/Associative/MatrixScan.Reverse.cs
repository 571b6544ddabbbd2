using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

// The reverse pass of a run: a scan of dS, one of Sᵀ and one of dSᵀ.
internal sealed partial record MatrixScan
{
    /// <summary>Reverse of <see cref="Forward"/>.</summary>
    /// <param name="run">The run, with what it recalled.</param>
    /// <param name="gradients">Given and found gradients.</param>
    /// <param name="adjoint">The state before the run and the gradient after it on entry, exchanged on return.</param>
    public void Backward<T>(in MatrixRun<T> run, in MatrixRunGradients<T> gradients, in MatrixAdjoint<T> adjoint)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ValueGradients(run, gradients, adjoint.Gradient);
        QueryGradients(run, gradients, adjoint.StateTransposed);
        bool findsDecay = !gradients.LogDecay.IsEmpty;
        if (findsDecay)
        {
            DecayGradient.AddOverlap(ValueRoom, adjoint.StateTransposed, adjoint.GradientTransposed, gradients.Overlap);
        }

        KeyGradients(run, gradients, adjoint.GradientTransposed);
        if (findsDecay)
        {
            DecayGradient.Run(this, run, gradients);
        }

        if (Write == MemoryWrite.Delta)
        {
            TensorPrimitives.Add(gradients.Keys, gradients.Left, gradients.Keys);
        }
    }

    /// <summary>dv = dSᵀ k, dr = dSᵀ b, lanes over the values.</summary>
    private void ValueGradients<T>(in MatrixRun<T> run, in MatrixRunGradients<T> gradients, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Recalls)
        {
            RecallGradients(run, gradients, gradient);
            return;
        }

        var pass = new StatePass<T>
        {
            Steps = run.Steps,
            IsBackward = true,
            State = gradient,
            Decay = run.Decay,
            WriteRows = run.Queries,
            WriteLanes = gradients.Outputs,
            ReadRows = run.Keys,
            Read = gradients.Values,
            Rows = KeyRoom,
            Lanes = ValueRoom,
        };
        if (ReadsBefore)
        {
            Tile<T, ReadsBefore, RowDecay, Off, Off>(pass);
        }
        else
        {
            Tile<T, DecaysLast, RowDecay, Off, Off>(pass);
        }
    }

    private void RecallGradients<T>(in MatrixRun<T> run, in MatrixRunGradients<T> gradients, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isDelta = Write == MemoryWrite.Delta;
        var pass = new CoupledPass<T>
        {
            Steps = run.Steps,
            State = gradient,
            Decay = run.Decay,
            RecallRows = isDelta ? run.Keys : run.Right,
            Recalled = gradients.Recalled,
            AnswerRows = isDelta ? run.Keys : run.Left,
            WriteRows = run.Queries,
            WriteLanes = gradients.Outputs,
            Strength = run.Strength,
            ReadRows = run.Keys,
            Read = gradients.Values,
            Rows = KeyRoom,
            Lanes = ValueRoom,
        };
        switch (Decay)
        {
            case ScanDecay.None when isDelta:
                StateSweep.Backward<T, NoDecay, DeltaTranspose<T>>(pass);
                break;
            case ScanDecay.None:
                StateSweep.Backward<T, NoDecay, LowRankCoupling<T>>(pass);
                break;
            case ScanDecay.One when isDelta:
                StateSweep.Backward<T, OneDecay, DeltaTranspose<T>>(pass);
                break;
            case ScanDecay.One:
                StateSweep.Backward<T, OneDecay, LowRankCoupling<T>>(pass);
                break;
            default:
                StateSweep.Backward<T, RowDecay, LowRankCoupling<T>>(pass);
                break;
        }

        if (isDelta)
        {
            DeltaGradients(run, gradients);
        }
    }

    /// <summary>From du, which the scan left in place of dr: u = β w, w = v - d r; dv += β du, dβ = w · du, dr = -β d du.</summary>
    private void DeltaGradients<T>(in MatrixRun<T> run, in MatrixRunGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int step = 0; step < run.Steps; step++)
        {
            T strength = run.Strength[step];
            T decay = Decay == ScanDecay.None ? T.One : run.Decay[step];
            Span<T> written = gradients.Written.Slice(step * ValueRoom, ValueRoom);
            Span<T> recalled = gradients.Recalled.Slice(step * ValueRoom, ValueRoom);
            Span<T> values = gradients.Values.Slice(step * ValueRoom, ValueRoom);
            TensorPrimitives.Multiply(run.Recalled.Slice(step * ValueRoom, ValueRoom), decay, written);
            TensorPrimitives.Subtract(run.Values.Slice(step * ValueRoom, ValueRoom), written, written);
            gradients.Strength[step] = Reduction.Dot(written, recalled);
            TensorPrimitives.Multiply(written, strength, written);
            TensorPrimitives.FusedMultiplyAdd(recalled, strength, values, values);
            TensorPrimitives.Multiply(recalled, -(strength * decay), recalled);
        }
    }

    /// <summary>dq = S do, da = S dr, by Sᵀ from the first step to the last, lanes over the keys.</summary>
    private void QueryGradients<T>(in MatrixRun<T> run, in MatrixRunGradients<T> gradients, Span<T> stateTransposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var pass = new StatePass<T>
        {
            Steps = run.Steps,
            State = stateTransposed,
            Decay = run.Decay,
            WriteRows = Write == MemoryWrite.Delta ? gradients.Written : run.Values,
            WriteLanes = run.Keys,
            ReadRows = gradients.Outputs,
            Read = gradients.Queries,
            SecondWriteRows = run.Recalled,
            SecondWriteLanes = run.Right,
            SecondReadRows = gradients.Recalled,
            SecondRead = gradients.Left,
            Rows = ValueRoom,
            Lanes = KeyRoom,
        };
        switch (Write)
        {
            case MemoryWrite.Add when ReadsBefore:
                Tile<T, ReadsBefore, LaneDecay, Off, Off>(pass);
                break;
            case MemoryWrite.Add:
                Tile<T, ReadsLast, LaneDecay, Off, Off>(pass);
                break;
            case MemoryWrite.Delta:
                Tile<T, ReadsLast, LaneDecay, Off, On>(pass);
                break;
            default:
                Tile<T, ReadsLast, LaneDecay, On, On>(pass);
                break;
        }
    }

    /// <summary>dk = dS v, db = dS r, by dSᵀ from the last step to the first, lanes over the keys.</summary>
    private void KeyGradients<T>(in MatrixRun<T> run, in MatrixRunGradients<T> gradients, Span<T> gradientTransposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isDelta = Write == MemoryWrite.Delta;
        var pass = new StatePass<T>
        {
            Steps = run.Steps,
            IsBackward = true,
            State = gradientTransposed,
            Decay = run.Decay,
            WriteRows = gradients.Outputs,
            WriteLanes = run.Queries,
            ReadRows = isDelta ? gradients.Written : run.Values,
            Read = gradients.Keys,
            SecondWriteRows = gradients.Recalled,
            SecondWriteLanes = isDelta ? run.Keys : run.Left,
            SecondReadRows = run.Recalled,
            SecondRead = gradients.Right,
            Rows = ValueRoom,
            Lanes = KeyRoom,
        };
        switch (Write)
        {
            case MemoryWrite.Add when ReadsBefore:
                Tile<T, ReadsBefore, LaneDecay, Off, Off>(pass);
                break;
            case MemoryWrite.Add:
                Tile<T, DecaysLast, LaneDecay, Off, Off>(pass);
                break;
            case MemoryWrite.Delta:
                Tile<T, DecaysLast, LaneDecay, On, Off>(pass);
                break;
            default:
                Tile<T, DecaysLast, LaneDecay, On, On>(pass);
                break;
        }
    }
}
