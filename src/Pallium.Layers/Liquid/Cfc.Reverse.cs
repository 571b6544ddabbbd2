using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The reverse pass.</content>
public sealed partial class Cfc<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        int room = SlicesPerBlock(pass.Steps, rows);
        var carver = new SpanCarver<T>(pass.Scratch);
        var work = new ReverseWork(carver.Take(room * _mapOutputs), carver.Take(room * (_memory?.Outputs ?? 0)), room, this)
        {
            Hidden = carver.Take(rows * _units),
            Remembered = carver.Take(rows * _units),
            Cell = carver.Take(rows * _units),
        };
        StateRows.Take(rows, StateSize, 0, _units, gradients.Final, work.Hidden);
        if (_memory is not null)
        {
            StateRows.Take(rows, StateSize, _units, _units, gradients.Final, work.Cell);
        }

        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            for (int step = end - 1; step >= begin; step--)
            {
                StepBackward(step, (step - begin) * rows, pass, gradients, work);
            }

            BlockBackward(begin * rows, (end - begin) * rows, pass, gradients, work, carver.Rest);
        }

        StateRows.Add(rows, StateSize, 0, _units, work.Hidden, gradients.Start);
        if (_memory is not null)
        {
            StateRows.Add(rows, StateSize, _units, _units, work.Cell, gradients.Start);
        }
    }

    /// <summary>Reverse of one step; its slices lie at <paramref name="place"/> of the block.</summary>
    private void StepBackward(int step, int place, in SequencePass<T> pass, in SequenceGradients<T> gradients, in ReverseWork work)
    {
        int rows = pass.Rows;
        int first = step * rows;
        ReadOnlySpan<T> records = pass.Trace.Slice(first * _record.Size, rows * _record.Size);
        TensorPrimitives.Add(work.Hidden, gradients.Outputs.Slice(first * _units, rows * _units), work.Hidden);
        CellBackward(first, pass, gradients, work.Hidden, work.Map(_maps.Count - 1, place, rows));
        for (int m = _maps.Count - 1; m > 0; m--)
        {
            BackboneBackward(m, records, work.Map(m, place, rows), work.Map(m - 1, place, rows));
        }

        work.Hidden.Clear();
        if (_memory is null)
        {
            _maps[0].AccumulateInputs(FromHidden, rows, work.Map(0, place, rows), work.Hidden);
            return;
        }

        Span<T> dGates = work.Gates.Slice(place * _memory.Outputs, rows * _memory.Outputs);
        work.Remembered.Clear();
        _maps[0].AccumulateInputs(FromHidden, rows, work.Map(0, place, rows), work.Remembered);
        RememberBackward(records, work.Remembered, work.Cell, dGates);
        _memory.AccumulateInputs(FromHidden, rows, dGates, work.Hidden);
    }

    /// <summary>Turns what a block of steps left into gradients of parameters and inputs.</summary>
    private void BlockBackward(
        int first, int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients, in ReverseWork work, Span<T> scratch)
    {
        ReadOnlySpan<T> records = pass.Trace[(first * _record.Size)..];
        for (int m = 0; m < _maps.Count; m++)
        {
            _maps[m].AccumulateParameters(slices, work.Map(m, 0, slices), records[_record.MapInput(m)..], _record.Size, gradients.Parameters, scratch);
        }

        _memory?.AccumulateParameters(slices, work.Gates, records[_record.Remembered..], _record.Size, gradients.Parameters, scratch);
        if (!gradients.Inputs.IsEmpty)
        {
            _maps[0].AccumulateInputs(FromInputs, slices, work.Map(0, 0, slices), gradients.Inputs[(first * Inputs)..]);
            _memory?.AccumulateInputs(FromInputs, slices, work.Gates, gradients.Inputs[(first * Inputs)..]);
        }
    }

    private void RememberBackward(ReadOnlySpan<T> records, ReadOnlySpan<T> dRemembered, Span<T> dCell, Span<T> dGates)
    {
        for (int row = 0; row * _units < dCell.Length; row++)
        {
            ReadOnlySpan<T> record = records.Slice(row * _record.Size, _record.Size);
            LstmCell.StepBackward(
                record.Slice(_record.Gates, 4 * _units),
                record.Slice(_record.Cell, _units),
                record.Slice(_record.Squashed, _units),
                dRemembered.Slice(row * _units, _units),
                dCell.Slice(row * _units, _units),
                dGates.Slice(row * 4 * _units, 4 * _units));
        }
    }

    private void CellBackward(int first, in SequencePass<T> pass, in SequenceGradients<T> gradients, ReadOnlySpan<T> dHidden, Span<T> dHeads)
    {
        for (int row = 0; row < pass.Rows; row++)
        {
            int slice = first + row;
            ReadOnlySpan<T> heads = pass.Trace.Slice((slice * _record.Size) + _record.Heads, _record.HeadLength);
            ReadOnlySpan<T> dh = dHidden.Slice(row * _units, _units);
            Span<T> dHead = dHeads.Slice(row * _maps[^1].Outputs, _maps[^1].Outputs);
            if (_target is not null)
            {
                CfcCell.PureStepBackward(
                    heads, pass.Elapsed[slice], _target.Values, _rate!.Values, dh, dHead, gradients.Parameters[_target], gradients.Parameters[_rate]);
            }
            else
            {
                CfcCell.GatedStepBackward(heads, pass.Elapsed[slice], _keep, dh, dHead);
            }

            if (!gradients.Elapsed.IsEmpty)
            {
                gradients.Elapsed[slice] += _target is null
                    ? CfcCell.GatedElapsedBackward<T>(heads, dHead)
                    : CfcCell.PureElapsedBackward<T>(heads, _target.Values, _rate!.Values, dh);
            }
        }
    }

    private void BackboneBackward(int m, ReadOnlySpan<T> records, ReadOnlySpan<T> dOutputs, Span<T> dInputs)
    {
        int units = _options.BackboneUnits;
        int rows = dInputs.Length / units;
        dInputs.Clear();
        _maps[m].AccumulateInputs(FromBackbone, rows, dOutputs, dInputs);
        for (int row = 0; row < rows; row++)
        {
            CfcCell.SquashBackward(records.Slice((row * _record.Size) + _record.MapInput(m), units), dInputs.Slice(row * units, units));
        }
    }

    /// <summary>Gradients on the way back, named by what they are gradients of.</summary>
    private readonly ref struct ReverseWork(Span<T> maps, Span<T> gates, int room, Cfc<T> layer)
    {
        private readonly Span<T> _maps = maps;

        /// <summary>h, [B, H].</summary>
        public required Span<T> Hidden { get; init; }

        /// <summary>The h that the memory gives to the cell, [B, H].</summary>
        public required Span<T> Remembered { get; init; }

        /// <summary>The memory's c, [B, H].</summary>
        public required Span<T> Cell { get; init; }

        /// <summary>The memory's gates, [slices of a block, 4H].</summary>
        public Span<T> Gates { get; } = gates;

        /// <summary>What map m writes, for some slices of a block, [count, outputs].</summary>
        public Span<T> Map(int m, int first, int count)
        {
            int outputs = layer._maps[m].Outputs;
            return _maps.Slice((room * m * layer._options.BackboneUnits) + (first * outputs), count * outputs);
        }
    }
}
