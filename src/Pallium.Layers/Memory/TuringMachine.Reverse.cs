using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The reverse pass.</content>
public sealed partial class TuringMachine<T>
{
    private const int Reads = 0;
    private const int FromInputs = 1;

    private int RowScratch => checked(
        (2 * SpanCarver.Room(_layout.Slots)) + SpanCarver.Room((2 * _layout.Slots) + _layout.Shifts) + SpanCarver.Room((_layout.Heads + 1) * _layout.Slots));

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked(
        SpanCarver.Room(rows * StateSize) + SpanCarver.Room(rows * _layout.Reads) + SpanCarver.Room(SlicesPerBlock(steps, rows) * _layout.ControlSize)
        + SpanCarver.Room(_layout.Weightings * _layout.Slots) + RowScratch + Math.Max(_control.GradientScratch, _output.GradientScratch));

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dStates = carver.Take(rows * StateSize);
        Span<T> dReads = carver.Take(rows * _layout.Reads);
        Span<T> dControls = carver.Take(SlicesPerBlock(pass.Steps, rows) * _layout.ControlSize);
        Span<T> dFirst = carver.Take(_layout.Weightings * _layout.Slots);
        StateRows.Take(rows, StateSize, 0, StateSize, gradients.Final, dStates);
        StateRows.Take(rows, StateSize, _layout.StateReads, _layout.Reads, dStates, dReads);
        OutputBackward(pass, gradients, carver.Rest);
        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            for (int step = end - 1; step >= begin; step--)
            {
                Span<T> dControl = dControls.Slice((step - begin) * rows * _layout.ControlSize, rows * _layout.ControlSize);
                StepBackward(step, pass, gradients, dStates, dReads, dControl, carver.Rest);
            }

            int first = begin * rows;
            int slices = (end - begin) * rows;
            _control.AccumulateParameters(slices, dControls, pass.Trace[(first * _layout.RecordSize)..], _layout.RecordSize, gradients.Parameters, carver.Rest);
            if (!gradients.Inputs.IsEmpty)
            {
                _control.AccumulateInputs(FromInputs, slices, dControls, gradients.Inputs[(first * Inputs)..]);
            }
        }

        StateRows.Put(rows, StateSize, _layout.StateReads, _layout.Reads, dReads, dStates);
        StartBackward(pass, gradients, dStates, dFirst);
    }

    /// <summary>What the outputs' map needs of all slices at once.</summary>
    private void OutputBackward(in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> scratch)
    {
        int slices = pass.Steps * pass.Rows;
        if (slices == 0)
        {
            return;
        }

        _output.AccumulateParameters(
            slices, gradients.Outputs, pass.Trace[_layout.RecordInputs..], _layout.RecordSize, gradients.Parameters, scratch);
        if (!gradients.Inputs.IsEmpty)
        {
            _output.AccumulateInputs(0, slices, gradients.Outputs, gradients.Inputs);
        }
    }

    private void StepBackward(
        int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dStates, Span<T> dReads, Span<T> dControls, Span<T> scratch)
    {
        int rows = pass.Rows;
        int first = step * rows;
        _output.AccumulateInputs(1, rows, gradients.Outputs.Slice(first * Outputs, rows * Outputs), dReads);
        for (int row = 0; row < rows; row++)
        {
            var slice = new Slice(_layout, pass.Trace.Slice((first + row) * _layout.RecordSize, _layout.RecordSize));
            RowBackward(
                slice,
                dStates.Slice(row * StateSize, StateSize),
                dReads.Slice(row * _layout.Reads, _layout.Reads),
                dControls.Slice(row * _layout.ControlSize, _layout.ControlSize),
                scratch);
        }

        dReads.Clear();
        _control.AccumulateInputs(Reads, rows, dControls, dReads);
    }

    private void RowBackward(in Slice slice, Span<T> dState, ReadOnlySpan<T> dReads, Span<T> dControl, Span<T> scratch)
    {
        (int slots, int width, int heads) = (_layout.Slots, _layout.Width, _layout.Heads);
        var carver = new SpanCarver<T>(scratch);
        Span<T> dSquares = carver.Take(slots);
        Span<T> dProducts = carver.Take(slots);
        Span<T> work = carver.Take((2 * slots) + _layout.Shifts);
        Span<T> dMemory = dState[.._layout.Memory];
        Span<T> dWeightings = dState[_layout.StateWeightings.._layout.StateReads];
        Span<T> writing = carver.Take((heads + 1) * slots);
        SlotMemory.WriteBackward(
            slice.Memory, slice.Writing, slice.Erase, slice.Add, width,
            dMemory, dWeightings[(heads * slots)..], dControl.Slice(_layout.Erase, _layout.Reads), dControl.Slice(_layout.Add, _layout.Reads), writing);
        for (int head = 0; head < heads; head++)
        {
            SlotMemory.ReadBackward<T>(
                slice.Memory, slice.Weighting(head), dReads.Slice(head * width, width), dWeightings.Slice(head * slots, slots), dMemory);
        }

        dSquares.Clear();
        for (int i = 0; i < _layout.Weightings; i++)
        {
            (T dStrength, T dGate, T dSharpness, T dSquare) = SlotWeighting.ComputeBackward(
                slice.ControlOf(i), slice.Squares, slice.Before(i), slice.Way(i),
                dWeightings.Slice(i * slots, slots), dProducts, dSquares, dControl.Slice(_layout.ShiftShares + (i * _layout.Shifts), _layout.Shifts), work);
            Span<T> dKey = dControl.Slice(i * width, width);
            TensorPrimitives.Multiply(slice.Key(i), dSquare + dSquare, dKey);
            SlotMemory.MatchBackward(slice.Memory, slice.Key(i), dProducts, dKey, dMemory);
            dControl[_layout.Gates + i] = dGate;
            dControl[_layout.Strengths + i] = dStrength;
            dControl[_layout.Sharpnesses + i] = dSharpness;
        }

        SlotMemory.SquaresBackward(slice.Memory, dSquares, dMemory);
        ActivateBackward(slice, dControl);
    }

    /// <summary>From gradients of what was activated to those of what was not.</summary>
    private void ActivateBackward(in Slice slice, Span<T> dControl)
    {
        ReadOnlySpan<T> control = slice.Control;
        for (int i = 0; i < _layout.Erase; i++)
        {
            dControl[i] *= T.One - (control[i] * control[i]);
        }

        for (int i = _layout.Erase; i < _layout.Strengths; i++)
        {
            dControl[i] *= control[i] * (T.One - control[i]);
        }

        for (int i = _layout.Strengths; i < _layout.ShiftShares; i++)
        {
            dControl[i] *= Elementary.Sigmoid(control[i]);
        }

        for (int i = 0; i < _layout.Weightings; i++)
        {
            ReadOnlySpan<T> share = slice.Shift(i);
            Span<T> d = dControl.Slice(_layout.ShiftShares + (i * _layout.Shifts), _layout.Shifts);
            TensorPrimitives.Subtract(d, Reduction.Dot(share, d), d);
            TensorPrimitives.Multiply(d, share, d);
        }
    }

    /// <summary>From the gradients of what the first slice began with to those of the start states and of the learned start.</summary>
    private void StartBackward(in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dStates, Span<T> dFirst)
    {
        dFirst.Clear();
        Span<T> dFirstRead = gradients.Parameters[_firstRead];
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<T> dState = dStates.Slice(row * StateSize, StateSize);
            T fresh = T.One - pass.Start[(row * StateSize) + _layout.StateBegun];
            ReadOnlySpan<T> dWeightings = dState[_layout.StateWeightings.._layout.StateReads];
            ReadOnlySpan<T> dRead = dState.Slice(_layout.StateReads, _layout.Reads);
            TensorPrimitives.FusedMultiplyAdd(dWeightings, fresh, dFirst, dFirst);
            TensorPrimitives.FusedMultiplyAdd(dRead, fresh, dFirstRead, dFirstRead);
            if (pass.Steps > 0)
            {
                dState[_layout.StateBegun] = -(Reduction.Dot(dWeightings, _firstWeightings) + Reduction.Dot<T>(dRead, _firstRead.Values));
            }
        }

        for (int i = 0; i < _layout.Weightings; i++)
        {
            int first = i * _layout.Slots;
            Reduction.SoftmaxBackward<T>(
                _firstWeightings.AsSpan(first, _layout.Slots), dFirst.Slice(first, _layout.Slots), gradients.Parameters[_firstLogits].Slice(first, _layout.Slots));
        }

        StateRows.Add(pass.Rows, StateSize, 0, StateSize, dStates, gradients.Start);
    }
}
