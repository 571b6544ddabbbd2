using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The reverse pass.</content>
public sealed partial class Ltc<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows;
        var work = new ReverseWork(this, rows, pass.Scratch);
        Plane plane = _neurons.PlaneOf(rows, Units);
        work.Voltage.Clear();
        plane.Fill(gradients.Final, work.Voltage);
        for (int step = pass.Steps - 1; step >= 0; step--)
        {
            var record = new Record(this, rows, pass.Trace.Slice(step * RecordSize(rows), RecordSize(rows)));
            OutputBackward(step, pass, gradients, record, work);
            work.Pull.Clear();
            work.Leak.Clear();
            work.Capacitance.Clear();
            for (int n = _options.Unfolds - 1; n >= 0; n--)
            {
                UnfoldBackward(n, rows, record, work);
            }

            work.Inputs.Clear();
            _sensory.AccumulateBackward(rows, record.Inputs, work.Pull, work.Leak, work.Inputs, work.SensorySums, work.Scratch);
            PrepareBackward(step, pass, gradients, record, work);
        }

        _neurons.AddGradients(rows, work.NeuronSums, gradients.Parameters);
        _sensory.AddGradients(rows, work.SensorySums, gradients.Parameters);
        AddPositive(_leak, work.LeakSums, gradients.Parameters);
        AddPositive(_capacitance, work.CapacitanceSums, gradients.Parameters);
        plane.AddTo<T>(work.Voltage, gradients.Start);
    }

    /// <summary>Reverse of <see cref="Prepare"/>.</summary>
    private void PrepareBackward(int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, in Record record, in ReverseWork work)
    {
        T unfolds = T.CreateChecked(_options.Unfolds);
        Span<T> dRest = gradients.Parameters[_rest];
        Span<T> dInputWeight = gradients.Parameters[_inputWeight];
        Span<T> dInputBias = gradients.Parameters[_inputBias];
        for (int row = 0; row < pass.Rows; row++)
        {
            int slice = (step * pass.Rows) + row;
            for (int i = 0; i < Inputs; i++)
            {
                T d = work.Inputs[record.InputPlane.Place(row, i)];
                dInputWeight[i] = T.FusedMultiplyAdd(d, pass.Inputs[(slice * Inputs) + i], dInputWeight[i]);
                dInputBias[i] += d;
                if (!gradients.Inputs.IsEmpty)
                {
                    gradients.Inputs[(slice * Inputs) + i] += d * _inputWeight.Values[i];
                }
            }

            T rate = unfolds / pass.Elapsed[slice];
            T dElapsed = T.Zero;
            for (int unit = 0; unit < Units; unit++)
            {
                int place = record.Plane.Place(row, unit);
                T dPull = work.Pull[place];
                T dLeak = work.Leak[place];
                T dCapacitance = work.Capacitance[place] + dLeak;
                work.LeakSums[unit] += T.FusedMultiplyAdd(dPull, _rest.Values[unit], dLeak);
                work.CapacitanceSums[unit] = T.FusedMultiplyAdd(dCapacitance, rate, work.CapacitanceSums[unit]);
                dRest[unit] = T.FusedMultiplyAdd(dPull, _positiveLeak[unit], dRest[unit]);
                dElapsed = T.FusedMultiplyAdd(dCapacitance, record.Capacitance[place], dElapsed);
            }

            if (!gradients.Elapsed.IsEmpty)
            {
                gradients.Elapsed[slice] -= dElapsed / pass.Elapsed[slice];
            }
        }
    }

    private void UnfoldBackward(int n, int rows, in Record record, in ReverseWork work)
    {
        // v' = num/den: d num = d v'/den, d den = -d num·v'.
        TensorPrimitives.Divide(work.Voltage, record.Denominator(n), work.Numerator);
        TensorPrimitives.Multiply(work.Numerator, record.Voltage(n + 1), work.Denominator);
        TensorPrimitives.Negate<T>(work.Denominator, work.Denominator);
        TensorPrimitives.Add(work.Pull, work.Numerator, work.Pull);
        TensorPrimitives.Add(work.Leak, work.Denominator, work.Leak);
        TensorPrimitives.FusedMultiplyAdd(work.Numerator, record.Voltage(n), work.Capacitance, work.Capacitance);
        TensorPrimitives.Multiply(work.Numerator, record.Capacitance, work.Voltage);
        _neurons.AccumulateBackward(rows, record.Voltage(n), work.Numerator, work.Denominator, work.Voltage, work.NeuronSums, work.Scratch);
    }

    private void OutputBackward(int step, in SequencePass<T> pass, in SequenceGradients<T> gradients, in Record record, in ReverseWork work)
    {
        ReadOnlySpan<T> last = record.Voltage(_options.Unfolds);
        Span<T> dWeight = gradients.Parameters[_outputWeight];
        Span<T> dBias = gradients.Parameters[_outputBias];
        for (int row = 0; row < pass.Rows; row++)
        {
            ReadOnlySpan<T> dOutputs = gradients.Outputs.Slice(((step * pass.Rows) + row) * Outputs, Outputs);
            for (int m = 0; m < Outputs; m++)
            {
                int place = record.Plane.Place(row, m);
                dWeight[m] = T.FusedMultiplyAdd(dOutputs[m], last[place], dWeight[m]);
                dBias[m] += dOutputs[m];
                work.Voltage[place] = T.FusedMultiplyAdd(dOutputs[m], _outputWeight.Values[m], work.Voltage[place]);
            }
        }
    }

    private void AddPositive(Parameter<T> parameter, ReadOnlySpan<T> sums, Gradients<T> gradients)
    {
        Span<T> target = gradients[parameter];
        for (int unit = 0; unit < sums.Length; unit++)
        {
            target[unit] += _options.IsSoftplus ? sums[unit] * Elementary.Sigmoid(parameter.Values[unit]) : sums[unit];
        }
    }

    /// <summary>Gradients on the way back through one pass, named by what they are gradients of.</summary>
    private readonly ref struct ReverseWork
    {
        public ReverseWork(Ltc<T> layer, int rows, Span<T> span)
        {
            int plane = layer._neurons.PlaneOf(rows, layer.Units).Size;
            var carver = new SpanCarver<T>(span);
            Voltage = carver.Take(plane);
            Numerator = carver.Take(plane);
            Denominator = carver.Take(plane);
            Pull = carver.Take(plane);
            Leak = carver.Take(plane);
            Capacitance = carver.Take(plane);
            Inputs = carver.Take(layer._sensory.PlaneOf(rows, layer.Inputs).Size);
            NeuronSums = carver.Take(layer._neurons.SumsLength(rows));
            SensorySums = carver.Take(layer._sensory.SumsLength(rows));
            LeakSums = carver.Take(layer.Units);
            CapacitanceSums = carver.Take(layer.Units);
            Scratch = carver.Rest;
            NeuronSums.Clear();
            SensorySums.Clear();
            LeakSums.Clear();
            CapacitanceSums.Clear();
        }

        public Span<T> Voltage { get; }

        public Span<T> Numerator { get; }

        public Span<T> Denominator { get; }

        public Span<T> Pull { get; }

        public Span<T> Leak { get; }

        public Span<T> Capacitance { get; }

        public Span<T> Inputs { get; }

        /// <summary>Sums over all steps that make the gradients of the neurons' synapses.</summary>
        public Span<T> NeuronSums { get; }

        /// <summary>Sums over all steps that make the gradients of the sensory synapses.</summary>
        public Span<T> SensorySums { get; }

        /// <summary>d loss / d g, summed.</summary>
        public Span<T> LeakSums { get; }

        /// <summary>d loss / d cm, summed.</summary>
        public Span<T> CapacitanceSums { get; }

        public Span<T> Scratch { get; }
    }
}
