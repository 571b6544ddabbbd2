using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

// The reverse pass: head by head, chunk by chunk from the last.
public sealed partial class MatrixMemory<T>
{
    /// <inheritdoc/>
    public int PassScratch(int steps, int rows)
    {
        int most = Math.Min(steps, Checkpoint);
        int keys = most * _scan.KeyRoom;
        int values = most * _scan.ValueRoom;
        return checked(
            RunRoom(most) + (5 * keys) + (4 * values) + SpanCarver.Room(most) + _scan.StateRoom + (_options.Heads * ((2 * _scan.StateRoom) + _scan.KeyRoom))
            + _scan.KeyRoom + (_options.Normalizes ? values + keys + _scan.KeyRoom : 0));
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        var trace = new HeadTrace(_scan, _options.Normalizes, pass.Steps);
        int heads = _options.Heads;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> stateTransposed = carver.Take(_scan.StateRoom);
        Span<T> dMatrices = carver.Take(heads * _scan.StateRoom);
        Span<T> dTransposed = carver.Take(heads * _scan.StateRoom);
        Span<T> dSums = carver.Take(heads * _scan.KeyRoom);
        for (int row = 0; row < pass.Rows; row++)
        {
            TakeFinal(gradients.Final, row, dMatrices, dTransposed, dSums);
            for (int first = (pass.Steps - 1) / Checkpoint * Checkpoint; first >= 0 && pass.Steps > 0; first -= Checkpoint)
            {
                int steps = Math.Min(Checkpoint, pass.Steps - first);
                for (int head = 0; head < heads; head++)
                {
                    Span<T> kept = pass.Trace.Slice(((row * heads) + head) * trace.Size, trace.Size);
                    HeadRows.Transpose(trace.Matrix(kept, first), _scan.KeyRoom, _scan.ValueRoom, stateTransposed);
                    var adjoint = new MatrixAdjoint<T>
                    {
                        StateTransposed = stateTransposed,
                        Gradient = dMatrices.Slice(head * _scan.StateRoom, _scan.StateRoom),
                        GradientTransposed = dTransposed.Slice(head * _scan.StateRoom, _scan.StateRoom),
                    };
                    Reverse(
                        new Slices((first * pass.Rows) + row, pass.Rows, steps, head), pass, gradients,
                        trace.Sum(kept, first), trace.Divisors(kept, first, steps), trace.Recalled(kept, first, steps),
                        adjoint, dSums.Slice(head * _scan.KeyRoom, _scan.KeyRoom), carver.Rest);
                }
            }

            AddStart(gradients.Start, row, dMatrices, dSums);
        }
    }

    /// <summary>Reverse of <see cref="Advance"/>.</summary>
    private void Reverse(
        Slices slices, in SequencePass<T> pass, in SequenceGradients<T> gradients, ReadOnlySpan<T> sum, ReadOnlySpan<T> divisors, Span<T> recalled,
        in MatrixAdjoint<T> adjoint, Span<T> dSum, Span<T> scratch)
    {
        var carver = new SpanCarver<T>(scratch);
        MatrixRun<T> run = GatherRun(slices, pass.Inputs, recalled, ref carver);
        int keys = slices.Steps * _scan.KeyRoom;
        int values = slices.Steps * _scan.ValueRoom;
        bool findsDecay = _options.Decay is MemoryDecay.Head or MemoryDecay.Key or MemoryDecay.Rate;
        var found = new MatrixRunGradients<T>
        {
            Outputs = TakeOutputs(slices, gradients.Outputs, ref carver),
            Queries = Zeros(keys, ref carver),
            Keys = Zeros(keys, ref carver),
            Values = Zeros(values, ref carver),
            LogDecay = findsDecay ? carver.Take(keys) : [],
            Strength = carver.Take(_options.Write == MemoryWrite.Delta ? slices.Steps : 0),
            Left = Zeros(_scan.Recalls ? keys : 0, ref carver),
            Right = Zeros(_options.Write == MemoryWrite.LowRank ? keys : 0, ref carver),
            Recalled = carver.Take(_scan.Recalls ? values : 0),
            Written = carver.Take(_options.Write == MemoryWrite.Delta ? values : 0),
            Overlap = Zeros(_scan.KeyRoom, ref carver),
        };
        if (_options.Normalizes)
        {
            Span<T> sums = carver.Take(keys + _scan.KeyRoom);
            sum.CopyTo(sums);
            ReadNormalizer.DivideBackward(_scan, run, sums, divisors, TakeOutputs(slices, pass.Outputs, ref carver), found, dSum);
        }

        _scan.Backward(run, found, adjoint);
        if (_bonus is not null)
        {
            BonusGradients(run, slices.Head, found, gradients.Parameters[_bonus], carver.Rest);
        }

        if (_rate is not null)
        {
            RateGradients(slices, pass.Inputs, found, gradients);
        }

        if (_skip is not null)
        {
            SkipGradients(slices, pass.Inputs, gradients);
        }

        if (!gradients.Inputs.IsEmpty)
        {
            AddInputs(slices, found, gradients.Inputs);
        }
    }

    /// <summary>Adds the gradients of a head's channels to those of the slices.</summary>
    private void AddInputs(Slices slices, in MatrixRunGradients<T> found, Span<T> inputs)
    {
        int keys = _options.Keys;
        Add(slices, found.Queries, _scan.KeyRoom, keys, _scale, inputs, _layout.Query(slices.Head));
        Add(slices, found.Keys, _scan.KeyRoom, keys, T.One, inputs, _layout.Key(slices.Head));
        Add(slices, found.Values, _scan.ValueRoom, _options.Values, T.One, inputs, _layout.Value(slices.Head));
        if (_options.Write == MemoryWrite.Delta)
        {
            Add(slices, found.Strength, 1, 1, T.One, inputs, _layout.Strength(slices.Head));
        }

        if (_options.Write == MemoryWrite.LowRank)
        {
            Add(slices, found.Left, _scan.KeyRoom, keys, T.One, inputs, _layout.Left(slices.Head));
            Add(slices, found.Right, _scan.KeyRoom, keys, T.One, inputs, _layout.Right(slices.Head));
        }

        if (_options.Decay == MemoryDecay.Key)
        {
            Add(slices, found.LogDecay, _scan.KeyRoom, keys, T.One, inputs, _layout.Gate(slices.Head));
        }

        if (_options.Decay == MemoryDecay.Head)
        {
            for (int step = 0; step < slices.Steps; step++)
            {
                inputs[Place(slices, step, _layout.Gate(slices.Head))] += Reduction.Sum<T>(found.LogDecay.Slice(step * _scan.KeyRoom, keys));
            }
        }
    }

    private void Add(Slices slices, ReadOnlySpan<T> rows, int room, int width, T factor, Span<T> inputs, int offset) =>
        HeadRows.Add(rows, room, width, factor, inputs[Place(slices, 0, offset)..], slices.Stride * Inputs);

    /// <summary>With g = dt A and v = dt x: dA += dt dg, d dt = A dg + x · dv, dx = dt dv.</summary>
    private void RateGradients(Slices slices, ReadOnlySpan<T> inputs, in MatrixRunGradients<T> found, in SequenceGradients<T> gradients)
    {
        T rate = _rates[slices.Head];
        ref T dRate = ref gradients.Parameters[_rate!][slices.Head];
        for (int step = 0; step < slices.Steps; step++)
        {
            int place = Place(slices, step, _layout.Gate(slices.Head));
            T elapsed = inputs[place];
            ReadOnlySpan<T> x = ValuesOf(slices, step, inputs);
            Span<T> dValue = found.Values.Slice(step * _scan.ValueRoom, _options.Values);
            T dLogDecay = Reduction.Sum<T>(found.LogDecay.Slice(step * _scan.KeyRoom, _options.Keys));
            dRate += dLogDecay * elapsed * (_options.IsRateLogarithmic ? rate : T.One);
            if (!gradients.Inputs.IsEmpty)
            {
                gradients.Inputs[place] += (dLogDecay * rate) + Reduction.Dot<T>(x, dValue);
            }

            TensorPrimitives.Multiply(dValue, elapsed, dValue);
        }
    }

    /// <summary>With o += D v: dD += v · do, dv += D do.</summary>
    private void SkipGradients(Slices slices, ReadOnlySpan<T> inputs, in SequenceGradients<T> gradients)
    {
        for (int step = 0; step < slices.Steps; step++)
        {
            int place = ((slices.First + (step * slices.Stride)) * Outputs) + (slices.Head * _options.Values);
            ReadOnlySpan<T> dOutput = gradients.Outputs.Slice(place, _options.Values);
            gradients.Parameters[_skip!][slices.Head] += Reduction.Dot(ValuesOf(slices, step, inputs), dOutput);
            if (!gradients.Inputs.IsEmpty)
            {
                Span<T> dValue = gradients.Inputs.Slice(Place(slices, step, _layout.Value(slices.Head)), _options.Values);
                TensorPrimitives.FusedMultiplyAdd(dOutput, _skip!.Values[slices.Head], dValue, dValue);
            }
        }
    }

    /// <summary>Reverse of <see cref="AddBonus"/>.</summary>
    private void BonusGradients(in MatrixRun<T> run, int head, in MatrixRunGradients<T> found, Span<T> dBonuses, Span<T> scratch)
    {
        int keys = _options.Keys;
        ReadOnlySpan<T> bonus = _bonus!.Values.Slice(head * keys, keys);
        Span<T> dBonus = dBonuses.Slice(head * keys, keys);
        Span<T> product = scratch[..keys];
        for (int step = 0; step < run.Steps; step++)
        {
            ReadOnlySpan<T> query = run.Queries.Slice(step * _scan.KeyRoom, keys);
            ReadOnlySpan<T> key = run.Keys.Slice(step * _scan.KeyRoom, keys);
            ReadOnlySpan<T> dOutput = found.Outputs.Slice(step * _scan.ValueRoom, _scan.ValueRoom);
            Span<T> dQuery = found.Queries.Slice(step * _scan.KeyRoom, keys);
            Span<T> dKey = found.Keys.Slice(step * _scan.KeyRoom, keys);
            Span<T> dValue = found.Values.Slice(step * _scan.ValueRoom, _scan.ValueRoom);
            T dWeight = Reduction.Dot(dOutput, run.Values.Slice(step * _scan.ValueRoom, _scan.ValueRoom));
            TensorPrimitives.Multiply(query, bonus, product);
            TensorPrimitives.FusedMultiplyAdd(dOutput, Reduction.Dot(product, key), dValue, dValue);
            TensorPrimitives.FusedMultiplyAdd(product, dWeight, dKey, dKey);
            TensorPrimitives.Multiply(key, bonus, product);
            TensorPrimitives.FusedMultiplyAdd(product, dWeight, dQuery, dQuery);
            TensorPrimitives.Multiply(key, query, product);
            TensorPrimitives.FusedMultiplyAdd(product, dWeight, dBonus, dBonus);
        }
    }

    private Span<T> TakeOutputs(Slices slices, ReadOnlySpan<T> outputs, scoped ref SpanCarver<T> carver)
    {
        Span<T> rows = carver.Take(slices.Steps * _scan.ValueRoom);
        HeadRows.Take(
            outputs[((slices.First * Outputs) + (slices.Head * _options.Values))..], slices.Stride * Outputs, _options.Values, _scan.ValueRoom, rows);
        return rows;
    }

    private static Span<T> Zeros(int length, scoped ref SpanCarver<T> carver)
    {
        Span<T> zeros = carver.Take(length);
        zeros.Clear();
        return zeros;
    }

    private void TakeFinal(ReadOnlySpan<T> final, int row, Span<T> dMatrices, Span<T> dTransposed, Span<T> dSums)
    {
        dMatrices.Clear();
        dSums.Clear();
        for (int head = 0; head < _options.Heads; head++)
        {
            Span<T> dMatrix = dMatrices.Slice(head * _scan.StateRoom, _scan.StateRoom);
            if (!final.IsEmpty)
            {
                ReadOnlySpan<T> state = final.Slice(row * StateSize, StateSize);
                HeadRows.Take(state[(head * Matrix)..], _options.Values, _options.Values, _scan.ValueRoom, dMatrix[..(_options.Keys * _scan.ValueRoom)]);
                if (_options.Normalizes)
                {
                    state.Slice(Matrices + (head * _options.Keys), _options.Keys).CopyTo(dSums[(head * _scan.KeyRoom)..]);
                }
            }

            HeadRows.Transpose<T>(dMatrix, _scan.KeyRoom, _scan.ValueRoom, dTransposed[(head * _scan.StateRoom)..]);
        }
    }

    private void AddStart(Span<T> start, int row, ReadOnlySpan<T> dMatrices, ReadOnlySpan<T> dSums)
    {
        if (start.IsEmpty)
        {
            return;
        }

        Span<T> state = start.Slice(row * StateSize, StateSize);
        for (int head = 0; head < _options.Heads; head++)
        {
            ReadOnlySpan<T> dMatrix = dMatrices.Slice(head * _scan.StateRoom, _options.Keys * _scan.ValueRoom);
            HeadRows.Add(dMatrix, _scan.ValueRoom, _options.Values, T.One, state[(head * Matrix)..], _options.Values);
        }

        if (_options.Normalizes)
        {
            HeadRows.Add(dSums, _scan.KeyRoom, _options.Keys, T.One, state[Matrices..], _options.Keys);
        }
    }
}
