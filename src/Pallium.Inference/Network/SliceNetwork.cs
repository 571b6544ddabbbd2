using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Trunk and head: the learned part of a world model.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SliceNetwork<T> : ISliceNetwork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _startState;
    private readonly Parameter<T> _startOutput;
    private readonly SequenceOperation<T> _trunkOperation;

    /// <summary>A network of zeros; <see cref="Initialize"/> or loading fills it.</summary>
    /// <param name="trunk">The stack; its input is the encoder's output.</param>
    /// <param name="headFeatures">Numbers that describe a question.</param>
    /// <param name="hidden">Width of the head.</param>
    /// <param name="realOutputs">Mixture parameters in all.</param>
    /// <param name="discreteOutputs">Logits in all.</param>
    public SliceNetwork(ISequenceLayer<T> trunk, int headFeatures, int hidden, int realOutputs, int discreteOutputs)
    {
        Trunk = trunk;
        HeadFeatures = headFeatures;
        Head = new SliceHead<T>(trunk.Outputs + headFeatures, hidden, realOutputs, discreteOutputs);
        _startState = new Parameter<T>(trunk.StateSize);
        _startOutput = new Parameter<T>(trunk.Outputs);
        _trunkOperation = new SequenceOperation<T>(trunk);
        Parameters = new ParameterSet<T>(
        [
            ("start.state", _startState),
            ("start.output", _startOutput),
            .. trunk.Parameters.Select(item => ($"trunk.{item.Name}", item.Parameter)),
            .. Head.Parameters.Select(item => ($"head.{item.Name}", item.Parameter)),
        ]);
    }

    public ISequenceLayer<T> Trunk { get; }

    public SliceHead<T> Head { get; }

    public ParameterSet<T> Parameters { get; }

    public int Outputs => Trunk.Outputs;

    public int StateSize => Trunk.StateSize + Trunk.Outputs;

    public int EncoderInputs => Trunk.Inputs;

    public int HeadFeatures { get; }

    public int RealOutputs => Head.RealOutputs;

    public int DiscreteOutputs => Head.DiscreteOutputs;

    /// <summary>The learned state of a stream that has seen nothing, [S].</summary>
    public Span<T> StartState => _startState.Values;

    public void Initialize(Rng rng)
    {
        _startState.Values.Clear();
        _startOutput.Values.Clear();
        Trunk.Initialize(rng.For("trunk"));
        Head.Initialize(rng.For("head"));
    }

    public void Refresh()
    {
        Trunk.ConstrainStart(_startState.Values);
        Trunk.Refresh();
        Head.Refresh();
    }

    public void Start(Span<double> state)
    {
        TensorPrimitives.ConvertTruncating<T, double>(_startState.Values, state);
        TensorPrimitives.ConvertTruncating<T, double>(_startOutput.Values, state[Trunk.StateSize..]);
    }

    public void Step(ReadOnlySpan<double> inputs, ReadOnlySpan<double> elapsed, Span<double> states, NetworkScratch scratch)
    {
        var work = (Scratch)scratch;
        int rows = elapsed.Length;
        int size = Trunk.StateSize;
        Span<T> x = work.Inputs(rows * EncoderInputs);
        Span<T> dt = work.Elapsed(rows);
        Span<T> state = work.States(rows * size);
        Span<T> output = work.Outputs(rows * Trunk.Outputs);
        TensorPrimitives.ConvertTruncating(inputs, x);
        TensorPrimitives.ConvertTruncating(elapsed, dt);
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.ConvertTruncating<double, T>(states.Slice(row * StateSize, size), state[(row * size)..]);
        }

        Trunk.Step(x, dt, state, output, work.Layer(Trunk.StepScratch(rows)));
        for (int row = 0; row < rows; row++)
        {
            Span<double> target = states.Slice(row * StateSize, StateSize);
            TensorPrimitives.ConvertTruncating<T, double>(state.Slice(row * size, size), target);
            TensorPrimitives.ConvertTruncating<T, double>(output.Slice(row * Trunk.Outputs, Trunk.Outputs), target[size..]);
        }
    }

    public void Answer(int rows, ReadOnlySpan<double> states, ReadOnlySpan<double> features, Span<double> real, Span<double> discrete, NetworkScratch scratch)
    {
        var work = (Scratch)scratch;
        bool shared = states.Length == StateSize;
        Span<T> x = work.Inputs(rows * Head.Inputs);
        for (int row = 0; row < rows; row++)
        {
            Span<T> target = x.Slice(row * Head.Inputs, Head.Inputs);
            ReadOnlySpan<double> state = states.Slice(shared ? 0 : row * StateSize, StateSize);
            TensorPrimitives.ConvertTruncating(state[Trunk.StateSize..], target);
            TensorPrimitives.ConvertTruncating(features.Slice(row * HeadFeatures, HeadFeatures), target[Trunk.Outputs..]);
        }

        Span<T> r = work.States(rows * RealOutputs);
        Span<T> d = work.Outputs(rows * DiscreteOutputs);
        Head.Evaluate(rows, x, r, d, work.Layer(Head.Scratch(rows)));
        TensorPrimitives.ConvertTruncating<T, double>(r, real);
        TensorPrimitives.ConvertTruncating<T, double>(d, discrete);
    }

    /// <summary>Learning form: the trunk over a window, then the head for every slice on the output before it.</summary>
    /// <param name="tape">Receives the nodes.</param>
    /// <param name="window">Inputs, carried states and which slices lack a past.</param>
    public (Variable Real, Variable Discrete, Variable States) Forward(Tape<T> tape, SliceWindow<T> window)
    {
        Variable elapsed = tape.Constant(window.Elapsed, window.Steps, window.Rows);
        Variable inputs = tape.Constant(window.EncoderInputs, window.Steps * window.Rows, EncoderInputs);
        Variable startState = RowSelection<T>.Select(tape, tape.Constant(window.States, window.Rows, Trunk.StateSize), tape.Use(_startState), window.FreshRows);
        Variable outputs = _trunkOperation.Forward(tape, inputs, elapsed, startState, window.Learning);
        Variable before = RowSelection<T>.Delay(tape, outputs, tape.Constant(window.LastOutputs, window.Rows, Trunk.Outputs), window.Rows);
        Variable past = RowSelection<T>.Select(tape, before, tape.Use(_startOutput), window.WithoutPast);
        Variable features = tape.Constant(window.HeadFeatures, window.Steps * window.Rows, HeadFeatures);
        Variable x = tape.ConcatenateColumns(past, features);
        (Variable real, Variable discrete) = Head.Forward(tape, x);
        return (real, discrete, outputs);
    }

    /// <summary>A loss, summed over so many cells, with the trunk's auxiliary losses added: what to differentiate.</summary>
    public Variable AddAuxiliary(Tape<T> tape, Variable loss, Variable outputs, double cells) => _trunkOperation.AddAuxiliary(tape, loss, outputs, cells);

    public NetworkScratch NewScratch() => new Scratch();

    public IHeadRows NewHeadRows(int mostRows) => new HeadRows<T>(this, mostRows);

    private sealed class Scratch : NetworkScratch
    {
        private T[] _inputs = [];
        private T[] _elapsed = [];
        private T[] _states = [];
        private T[] _outputs = [];
        private T[] _layer = [];

        public Span<T> Inputs(int length) => Room(ref _inputs, length);

        public Span<T> Elapsed(int length) => Room(ref _elapsed, length);

        public Span<T> States(int length) => Room(ref _states, length);

        public Span<T> Outputs(int length) => Room(ref _outputs, length);

        public Span<T> Layer(int length) => Room(ref _layer, length);

        private static Span<T> Room(ref T[] array, int length)
        {
            if (array.Length < length)
            {
                array = new T[length];
            }

            return array.AsSpan(0, length);
        }
    }
}

/// <summary>A window of B rows and T steps, encoded: what <see cref="SliceNetwork{T}.Forward"/> reads.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SliceWindow<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public required int Steps { get; init; }

    public required int Rows { get; init; }

    /// <summary>Null: the window is not learned from.</summary>
    public LearningWindow? Learning { get; set; }

    /// <summary>[T, B].</summary>
    public required T[] Elapsed { get; init; }

    /// <summary>[T, B, encoder inputs].</summary>
    public required T[] EncoderInputs { get; init; }

    /// <summary>[T, B, head features].</summary>
    public required T[] HeadFeatures { get; init; }

    /// <summary>Trunk states before the window, [B, S].</summary>
    public required T[] States { get; init; }

    /// <summary>Trunk outputs of the slice before the window, [B, O].</summary>
    public required T[] LastOutputs { get; init; }

    /// <summary>Rows that begin with the learned start state, [B].</summary>
    public required bool[] FreshRows { get; init; }

    /// <summary>Slices that are asked about without a past, [T, B].</summary>
    public required bool[] WithoutPast { get; init; }
}
