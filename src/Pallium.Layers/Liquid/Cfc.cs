using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Closed-form continuous-time cell: a backbone over (x, h), heads, and the solution over the elapsed time (<see cref="CfcCell"/>).</summary>
/// <remarks>
/// Parameters: backbone_n.weight [K, I + H] or [K, K], ff1, ff2, time_a, time_b [H, K] with biases (ff1, w_tau, A in pure
/// mode), lstm.* with mixed memory, whose blocks are g, i, f, o with 1 added to f. The state row is h, or h | c.
/// Source: Hasani et al., Nature Machine Intelligence 4, 2022; names as in ncps.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Cfc<T> : RecurrentLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FromInputs = 0;
    private const int FromHidden = 1;
    private const int FromBackbone = 0;
    private readonly CfcOptions _options;
    private readonly int _units;
    private readonly List<(string Name, Parameter<T> Parameter)> _parameters = [];
    private readonly List<AffineMap<T>> _maps = [];
    private readonly AffineMap<T>? _memory;
    private readonly Parameter<T>? _target;
    private readonly Parameter<T>? _rate;
    private readonly T _keep;
    private readonly CfcRecord _record;
    private readonly int _mapOutputs;
    private readonly int _gradientScratch;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or there are not 0 to 3 backbone layers.</exception>
    public Cfc(CfcOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Units);
        ArgumentOutOfRangeException.ThrowIfNegative(options.BackboneLayers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.BackboneLayers, 3);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BackboneUnits);
        _options = options;
        _units = options.Units;
        _keep = options.Mode == CfcMode.Default ? T.One : T.Zero;
        if (options.MixedMemory)
        {
            _memory = CreateMemory();
        }

        for (int n = 0; n < options.BackboneLayers; n++)
        {
            var map = new AffineMap<T>(options.BackboneUnits, Groups(n));
            AddBlock(map, $"backbone_{n}", options.BackboneUnits, row: 0);
            _maps.Add(map);
        }

        string[] heads = options.Mode == CfcMode.Pure ? ["ff1"] : ["ff1", "ff2", "time_a", "time_b"];
        var last = new AffineMap<T>(heads.Length * _units, Groups(options.BackboneLayers));
        for (int head = 0; head < heads.Length; head++)
        {
            AddBlock(last, heads[head], _units, row: head * _units, head < 2 ? options.Mask : null);
        }

        _maps.Add(last);
        if (options.Mode == CfcMode.Pure)
        {
            _rate = Add("w_tau", new(1, _units));
            _target = Add("A", new(1, _units));
        }

        _record = new CfcRecord(options);
        _mapOutputs = _maps.Sum(map => map.Outputs);
        _gradientScratch = Math.Max(_maps.Max(map => map.GradientScratch), _memory?.GradientScratch ?? 0);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs => _options.Inputs;

    /// <inheritdoc/>
    public override int Outputs => _units;

    /// <inheritdoc/>
    public override int StateSize => _memory is null ? _units : 2 * _units;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => _parameters;

    /// <inheritdoc/>
    public override LayerCost Cost => new(
        MultiplyAdds: _maps.Append(_memory).Sum(map => (long)(map?.Inputs ?? 0) * (map?.Outputs ?? 0)) + (4 * _units),
        Transcendentals: (_options.BackboneLayers * _options.BackboneUnits) + ((_target is null ? 3 : 1) * _units) + (_memory is null ? 0 : 5 * _units),
        WeightBytes: _parameters.Sum(item => (long)item.Parameter.Length) * Unsafe.SizeOf<T>(),
        StateBytes: StateSize * Unsafe.SizeOf<T>());

    /// <inheritdoc/>
    protected override int RecordSize(int rows) => rows * _record.Size;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        foreach ((string name, Parameter<T> parameter) in _parameters)
        {
            if (parameter == _target)
            {
                parameter.Values.Fill(T.One);
            }
            else if (parameter == _rate)
            {
                // Not at 0 as in ncps: |w| has no slope there, so that w would never move.
                rng.For(name).Uniform(parameter.Values, 0.1, 1);
            }
            else if (parameter.Shape.Count == 2)
            {
                Initialization.Glorot(parameter, rng.For(name));
            }
            else
            {
                rng.For(name).Uniform(parameter.Values, -0.1, 0.1);
            }
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _memory?.Refresh();
        foreach (AffineMap<T> map in _maps)
        {
            map.Refresh();
        }
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        SpanCarver.Room(SlicesPerBlock(steps, rows) * _mapOutputs) + SpanCarver.Room(SlicesPerBlock(steps, rows) * (_memory?.Outputs ?? 0))
        + (3 * SpanCarver.Room(rows * _units)) + _gradientScratch;

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records)
    {
        int rows = elapsed.Length;
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            ReadOnlySpan<T> x = inputs.Slice(row * Inputs, Inputs);
            ReadOnlySpan<T> state = states.Slice(row * StateSize, StateSize);
            x.CopyTo(record[_record.Joined..]);
            state[.._units].CopyTo(record[(_record.Joined + Inputs)..]);
            if (_memory is not null)
            {
                x.CopyTo(record[_record.Remembered..]);
                state[.._units].CopyTo(record[(_record.Remembered + Inputs)..]);
                state[_units..].CopyTo(record[_record.Cell..]);
            }
        }

        if (_memory is not null)
        {
            Remember(rows, states, records);
        }

        for (int m = 0; m < _maps.Count; m++)
        {
            _maps[m].Apply(rows, records[_record.MapInput(m)..], _record.Size, records[_record.MapOutput(m)..], _record.Size);
            if (m < _options.BackboneLayers)
            {
                for (int row = 0; row < rows; row++)
                {
                    CfcCell.Squash(records.Slice((row * _record.Size) + _record.MapOutput(m), _options.BackboneUnits));
                }
            }
        }

        for (int row = 0; row < rows; row++)
        {
            Span<T> heads = records.Slice((row * _record.Size) + _record.Heads, _record.HeadLength);
            Span<T> hidden = outputs.Slice(row * _units, _units);
            if (_target is not null)
            {
                CfcCell.PureStep(heads, elapsed[row], _target.Values, _rate!.Values, hidden);
            }
            else
            {
                CfcCell.GatedStep(heads, elapsed[row], _keep, hidden);
            }

            hidden.CopyTo(states[(row * StateSize)..]);
        }
    }

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

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        StepNode hidden = state;
        StepNode? cell = null;
        if (_memory is not null)
        {
            (hidden, cell) = DescribeMemory(graph, inputs, state);
        }

        StepNode z = graph.Concatenate(inputs, hidden);
        for (int n = 0; n < _options.BackboneLayers; n++)
        {
            StepNode slope = graph.Constant(T.CreateChecked(0.666));
            StepNode scale = graph.Constant(T.CreateChecked(1.7159));
            StepNode a = DescribeAffine(graph, $"backbone_{n}", z, null);
            z = graph.Apply(StepOperation.Multiply, graph.Apply(StepOperation.Tanh, graph.Apply(StepOperation.Multiply, a, slope)), scale);
        }

        StepNode next = _target is null ? DescribeGated(graph, z, elapsed) : DescribePure(graph, z, elapsed);
        return (next, cell is null ? next : graph.Concatenate(next, cell));
    }

    private int[] Groups(int layer) => layer == 0 ? [Inputs, _units] : [_options.BackboneUnits];

    private Parameter<T> Add(string name, Parameter<T> parameter)
    {
        _parameters.Add((name, parameter));
        return parameter;
    }

    private Parameter<T> Find(string name) => _parameters.Find(item => item.Name == name).Parameter;

    private void AddBlock(AffineMap<T> map, string name, int outputs, int row, bool[]? mask = null)
    {
        T[]? factors = mask is null ? null : Array.ConvertAll(mask, on => on ? T.One : T.Zero);
        map.AddWeight(Add($"{name}.weight", new(outputs, map.Inputs) { Decays = true }), row, mask: factors);
        map.AddBias(Add($"{name}.bias", new(outputs)), row);
    }

    private AffineMap<T> CreateMemory()
    {
        var map = new AffineMap<T>(4 * _units, Inputs, _units);
        Parameter<T> inputWeight = Add("lstm.input_map.weight", new(4 * _units, Inputs) { Decays = true });
        Parameter<T> inputBias = Add("lstm.input_map.bias", new(4 * _units));
        Parameter<T> hiddenWeight = Add("lstm.recurrent_map.weight", new(4 * _units, _units) { Decays = true });
        int[] placeOfBlock = [2, 0, 1, 3];
        for (int block = 0; block < placeOfBlock.Length; block++)
        {
            int row = placeOfBlock[block] * _units;
            map.AddWeight(inputWeight, row, column: 0, source: block * _units, rows: _units);
            map.AddWeight(hiddenWeight, row, column: Inputs, source: block * _units, rows: _units);
            map.AddBias(inputBias, row, source: block * _units, length: _units);
        }

        map.AddConstant(T.One, row: _units, length: _units);
        return map;
    }

    private void Remember(int rows, Span<T> states, Span<T> records)
    {
        _memory!.Apply(rows, records[_record.Remembered..], _record.Size, records[_record.Gates..], _record.Size);
        for (int row = 0; row < rows; row++)
        {
            Span<T> record = records.Slice(row * _record.Size, _record.Size);
            LstmCell.Step(
                record.Slice(_record.Gates, 4 * _units),
                record.Slice(_record.Cell, _units),
                states.Slice((row * StateSize) + _units, _units),
                record.Slice(_record.Squashed, _units),
                record.Slice(_record.Joined + Inputs, _units));
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
            T dElapsed = T.Zero;
            if (_target is not null)
            {
                dElapsed = CfcCell.PureStepBackward(
                    heads, pass.Elapsed[slice], _target.Values, _rate!.Values, dh, dHead, gradients.Parameters[_target], gradients.Parameters[_rate]);
            }
            else
            {
                CfcCell.GatedStepBackward(heads, pass.Elapsed[slice], _keep, dh, dHead);
                if (!gradients.Elapsed.IsEmpty)
                {
                    dElapsed = CfcCell.GatedElapsedBackward<T>(heads, dHead);
                }
            }

            if (!gradients.Elapsed.IsEmpty)
            {
                gradients.Elapsed[slice] += dElapsed;
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

    private StepNode DescribeAffine(StepGraph<T> graph, string name, StepNode z, bool[]? mask)
    {
        StepNode weight = graph.Constant(Find($"{name}.weight"));
        if (mask is not null)
        {
            weight = graph.Apply(StepOperation.Multiply, weight, graph.Constant(Array.ConvertAll(mask, on => on ? T.One : T.Zero)));
        }

        return graph.Apply(StepOperation.Add, graph.Affine(weight, z), graph.Constant(Find($"{name}.bias")));
    }

    private StepNode DescribeGated(StepGraph<T> graph, StepNode z, StepNode elapsed)
    {
        StepNode first = graph.Apply(StepOperation.Tanh, DescribeAffine(graph, "ff1", z, _options.Mask));
        StepNode second = graph.Apply(StepOperation.Tanh, DescribeAffine(graph, "ff2", z, _options.Mask));
        StepNode time = graph.Apply(StepOperation.Multiply, DescribeAffine(graph, "time_a", z, null), elapsed);
        StepNode gate = graph.Apply(StepOperation.Sigmoid, graph.Apply(StepOperation.Add, time, DescribeAffine(graph, "time_b", z, null)));
        StepNode kept = _options.Mode == CfcMode.NoGate
            ? first
            : graph.Apply(StepOperation.Multiply, first, graph.Apply(StepOperation.Subtract, graph.Constant(T.One), gate));
        return graph.Apply(StepOperation.Add, kept, graph.Apply(StepOperation.Multiply, gate, second));
    }

    private StepNode DescribePure(StepGraph<T> graph, StepNode z, StepNode elapsed)
    {
        StepNode f = DescribeAffine(graph, "ff1", z, _options.Mask);
        StepNode target = graph.Constant(_target!);
        StepNode rate = graph.Apply(
            StepOperation.Add, graph.Apply(StepOperation.Abs, graph.Constant(_rate!)), graph.Apply(StepOperation.Abs, f));
        StepNode exponent = graph.Apply(StepOperation.Subtract, graph.Constant(T.Zero), graph.Apply(StepOperation.Multiply, rate, elapsed));
        StepNode decayed = graph.Apply(StepOperation.Multiply, graph.Apply(StepOperation.Multiply, target, graph.Apply(StepOperation.Exp, exponent)), f);
        return graph.Apply(StepOperation.Subtract, target, decayed);
    }

    private (StepNode Hidden, StepNode Cell) DescribeMemory(StepGraph<T> graph, StepNode inputs, StepNode state)
    {
        StepNode a = graph.Apply(
            StepOperation.Add,
            graph.Apply(StepOperation.Add, graph.Affine(graph.Constant(Find("lstm.input_map.weight")), inputs), graph.Constant(Find("lstm.input_map.bias"))),
            graph.Affine(graph.Constant(Find("lstm.recurrent_map.weight")), graph.Slice(state, 0, _units)));
        StepNode Block(int block) => graph.Slice(a, block * _units, _units);
        StepNode forget = graph.Apply(StepOperation.Sigmoid, graph.Apply(StepOperation.Add, Block(2), graph.Constant(T.One)));
        StepNode added = graph.Apply(StepOperation.Multiply, graph.Apply(StepOperation.Tanh, Block(0)), graph.Apply(StepOperation.Sigmoid, Block(1)));
        StepNode cell = graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Multiply, graph.Slice(state, _units, _units), forget), added);
        StepNode hidden = graph.Apply(StepOperation.Multiply, graph.Apply(StepOperation.Tanh, cell), graph.Apply(StepOperation.Sigmoid, Block(3)));
        return (hidden, cell);
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
