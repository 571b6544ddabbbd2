using System.Numerics;
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
public sealed partial class Cfc<T> : RecurrentLayer<T>
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
}
