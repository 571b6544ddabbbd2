using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The reverse pass: it takes entries out again, last to first, so that no slice has to keep them all.</content>
public sealed partial class MilestoneMemory<T>
{
    private const int Whole = 0;

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked(
        (2 * SpanCarver.Room(rows * StateSize)) + SpanCarver.Room(SlicesPerBlock(steps, rows) * _map.Outputs) + SpanCarver.Room(_entries) + _map.GradientScratch);

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> states = carver.Take(rows * StateSize);
        Span<T> dStates = carver.Take(rows * StateSize);
        Span<T> dMaps = carver.Take(SlicesPerBlock(pass.Steps, rows) * _map.Outputs);
        Span<T> dWeights = carver.Take(_entries);
        pass.Final.CopyTo(states);
        StateRows.Take(rows, StateSize, 0, StateSize, gradients.Final, dStates);
        for (int end = pass.Steps; end > 0; end -= StepsPerBlock(rows))
        {
            int begin = Math.Max(0, end - StepsPerBlock(rows));
            int first = begin * rows;
            int slices = (end - begin) * rows;
            for (int slice = slices - 1; slice >= 0; slice--)
            {
                int row = slice % rows;
                Span<T> state = states.Slice(row * StateSize, StateSize);
                Span<T> dState = dStates.Slice(row * StateSize, StateSize);
                ReadOnlySpan<T> record = pass.Trace.Slice((first + slice) * _record.Size, _record.Size);
                Span<T> dMap = dMaps.Slice(slice * _map.Outputs, _map.Outputs);
                dMap.Clear();
                KeepBackward(record, state, dState, dMap);
                ReadBackward(record, state, gradients.Outputs.Slice((first + slice) * Outputs, Outputs), dState, dMap, dWeights);
            }

            _map.AccumulateParameters(slices, dMaps, pass.Inputs[(first * Inputs)..], Inputs, gradients.Parameters, carver.Rest);
            if (!gradients.Inputs.IsEmpty)
            {
                _map.AccumulateInputs(Whole, slices, dMaps, gradients.Inputs[(first * Inputs)..]);
            }
        }

        StateRows.Add(rows, StateSize, 0, StateSize, dStates, gradients.Start);
    }

    /// <summary>Moves the gradient of the new entry to its slice, and puts the old one back.</summary>
    private void KeepBackward(ReadOnlySpan<T> record, Span<T> state, Span<T> dState, Span<T> dMap)
    {
        int place = int.CreateChecked(record[_record.Place]);
        if (place == NotKept)
        {
            return;
        }

        ReadOnlySpan<T> replaced = record[_record.Replaced..];
        for (int d = 0; d < _keys; d++)
        {
            int at = (d * _entries) + place;
            dMap[_keys + d] = dState[at];
            (state[at], dState[at]) = (replaced[d], T.Zero);
        }

        Span<T> dValue = dState.Slice(ValuesAt + (place * Outputs), Outputs);
        dValue.CopyTo(dMap[(2 * _keys)..]);
        dValue.Clear();
        replaced.Slice(_keys, Outputs).CopyTo(state[(ValuesAt + (place * Outputs))..]);
        T share = record[_record.Share];
        dMap[_record.Gate] = dState[GatesAt + place] * share * (T.One - share);
        (state[GatesAt + place], dState[GatesAt + place]) = (replaced[_keys + Outputs], T.Zero);
        dState[UsageAt + place] = T.Zero;
    }

    private void ReadBackward(ReadOnlySpan<T> record, ReadOnlySpan<T> state, ReadOnlySpan<T> dy, Span<T> dState, Span<T> dMap, Span<T> dWeights)
    {
        ReadOnlySpan<T> weights = record.Slice(_record.Weights, _entries);
        T own = record[_record.Own];
        Span<T> dUsage = dState[UsageAt..];
        dUsage.CopyTo(dWeights);
        TensorPrimitives.Multiply(dUsage, _decay, dUsage);
        for (int j = 0; j < _entries; j++)
        {
            Span<T> dValue = dState.Slice(ValuesAt + (j * Outputs), Outputs);
            dWeights[j] += Reduction.Dot(dy, state.Slice(ValuesAt + (j * Outputs), Outputs));
            TensorPrimitives.FusedMultiplyAdd(dy, weights[j], dValue, dValue);
        }

        ReadOnlySpan<T> value = record.Slice(2 * _keys, Outputs);
        Span<T> dOwnValue = dMap.Slice(2 * _keys, Outputs);
        T dOwn = Reduction.Dot(dy, value);
        TensorPrimitives.FusedMultiplyAdd(dy, own, dOwnValue, dOwnValue);

        // Of the softmax, whose scores hold log p.
        T mean = Reduction.Dot(weights, dWeights) + (own * dOwn);
        dOwn = own * (dOwn - mean);
        dMap[_record.Gate] += dOwn * Elementary.Sigmoid(-record[_record.Gate]);
        for (int j = 0; j < _entries; j++)
        {
            dWeights[j] = weights[j] * (dWeights[j] - mean);
            T gate = state[GatesAt + j];
            dState[GatesAt + j] += gate >= Half ? dWeights[j] / gate : T.Zero;
        }

        TensorPrimitives.Multiply(dWeights, _scale, dWeights);
        dOwn *= _scale;
        for (int d = 0; d < _keys; d++)
        {
            Span<T> dKeys = dState.Slice(d * _entries, _entries);
            dMap[d] = Reduction.Dot(dWeights, state.Slice(d * _entries, _entries)) + (dOwn * record[_keys + d]);
            dMap[_keys + d] += dOwn * record[d];
            TensorPrimitives.FusedMultiplyAdd(dWeights, record[d], dKeys, dKeys);
        }
    }
}
