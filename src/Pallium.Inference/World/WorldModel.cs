using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A learned model of numeric streams that answers: these cells are known; what are those?</summary>
/// <remarks>Immutable; any number of threads may use it. A stream's state lives in a <see cref="Session"/>.</remarks>
public sealed class WorldModel
{
    private readonly Lazy<byte[]> _file;
    private readonly Lazy<byte[]> _fingerprint;
    private readonly SafetensorsFile? _source;

    internal WorldModel(
        WorldEngine engine, HorizonCalibration calibration, ILearnedNetwork? learned, IReadOnlyList<ValidationMemory> memories, ReferenceForecasts references,
        IReadOnlyList<ChannelContribution> contributions, IReadOnlyList<LearningRun> runs, AnswerNetwork? asleep = null,
        QuantizationRecord? quantization = null, SafetensorsFile? source = null)
    {
        _source = source;
        Engine = engine;
        Calibration = calibration;
        Learned = learned;
        Memories = memories;
        References = references;
        Contributions = contributions;
        Runs = runs;
        Asleep = asleep;
        Quantization = quantization;
        _file = new Lazy<byte[]>(() => ModelFile.Write(this));
        _fingerprint = new Lazy<byte[]>(() => source is null ? ModelFile.FingerprintOf(_file.Value) : ModelFile.FingerprintOf(source));
    }

    /// <summary>Columns, with units and categories.</summary>
    public FrameSchema Schema => Engine.Schema;

    /// <summary>What the model is made of and how it was learned.</summary>
    public ModelSummary Summary
    {
        get
        {
            LinearBase linear = Engine.Core.Base;
            int own = linear.Stages.Count == 0 ? 0 : linear.Stages.Max(stage => stage.Lookback);
            int cross = linear.Stages.Count == 0 ? 0 : linear.Stages.Max(stage => stage.CrossSlices);
            int d = linear.Coordinates;
            long baseParameters = linear.Tensors().Values.Sum(tensor => (long)tensor.Values.Length);
            (long trunk, long head) = Learned?.MultiplyAdds ?? (0, 0);
            int weightSize = Learned?.Precision == Precision.Double ? sizeof(double) : sizeof(float);
            return new ModelSummary
            {
                Schema = Schema,
                Stack = Learned?.Stack ?? "none",
                Precision = Learned?.Precision ?? Precision.Single,
                NetworkParameters = Learned?.Parameters ?? 0,
                BaseParameters = baseParameters,
                Lags = (own, cross),
                MultiplyAdds = ((long)d * own + ((long)cross * d * d) + ((long)d * linear.ExogenousCount), trunk, head),
                WeightBytes = ((Learned?.Parameters ?? 0) * weightSize) + (baseParameters * sizeof(double)),
                StateBytes = sizeof(double) * ((long)Engine.Core.StateSize + (Engine.Network?.StateSize ?? 0) + (2 * Schema.Channels.Count)),
                ClockPeriods = Engine.Clock.Periods,
                Contributions = Contributions,
                Runs = Runs,
                Sleep = Asleep?.Record,
                Weights = Learned?.Weights,
                StoredBytes = Learned?.StoredBytes ?? 0,
                Quantization = Quantization,
            };
        }
    }

    /// <summary>What became of the experts that stay in the model's file (<see cref="LoadOptions.ExpertMemory"/>); null: all weights are in memory.</summary>
    public ExpertStatistics? Experts => Learned?.Experts?.Statistics;

    internal WorldEngine Engine { get; }

    internal HorizonCalibration Calibration { get; }

    internal ILearnedNetwork? Learned { get; }

    /// <summary>What it keeps of the data that it was first learned from.</summary>
    internal ValidationMemory Memory => Memories[0];

    /// <summary>What it keeps of its data: of those that it was learned from first, then of those that experts were added for.</summary>
    internal IReadOnlyList<ValidationMemory> Memories { get; }

    internal ReferenceForecasts References { get; }

    internal IReadOnlyList<ChannelContribution> Contributions { get; }

    internal IReadOnlyList<LearningRun> Runs { get; }

    /// <summary>What was learned asleep; null: nothing.</summary>
    internal AnswerNetwork? Asleep { get; }

    /// <summary>What rounding the weights was measured to cost; null: nothing was measured.</summary>
    internal QuantizationRecord? Quantization { get; }

    /// <summary>The same model with other one-pass answers.</summary>
    internal WorldModel With(AnswerNetwork asleep) => new(Engine, Calibration, Learned, Memories, References, Contributions, Runs, asleep, Quantization);

    /// <summary>The same model with what rounding it was measured to cost.</summary>
    internal WorldModel With(QuantizationRecord quantization) => new(Engine, Calibration, Learned, Memories, References, Contributions, Runs, Asleep, quantization);

    /// <summary>SHA-256 of the model's file.</summary>
    internal byte[] Fingerprint => _fingerprint.Value;

    /// <summary>Learns a model of <paramref name="frame"/>.</summary>
    /// <exception cref="InputException">The data or options cannot be learned from: too few rows, an unknown stack.</exception>
    public static WorldModel Learn(Frame frame, LearnOptions? options = null, IProgress<LearnProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return WorldLearner.Learn(frame, options ?? new LearnOptions(), progress, cancellation);
    }

    /// <summary>Learns a model stage by stage from several sources of the same channels; normaliser and base are fitted to all of them.</summary>
    /// <param name="curriculum">Which source is learned from when.</param>
    /// <param name="sources">The data of every source that it names.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Is told how far it is; may be null.</param>
    /// <param name="cancellation">Ends learning early, with the best weights so far.</param>
    /// <exception cref="InputException">As of the other form; or the sources have different channels.</exception>
    /// <exception cref="ArgumentException">A source is missing.</exception>
    public static WorldModel Learn(
        Curriculum curriculum, IReadOnlyDictionary<string, Frame> sources, LearnOptions? options = null, IProgress<LearnProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(curriculum);
        ArgumentNullException.ThrowIfNull(sources);
        return WorldLearner.Learn(curriculum, sources, options ?? new LearnOptions(), progress, cancellation);
    }

    /// <summary>Goes on learning from more data: keeps normaliser, base and optimiser state, and checks that the old skill stays.</summary>
    /// <exception cref="InputException">The frame has other channels, is too short, or the model has no network to go on with.</exception>
    public Continuation LearnMore(Frame more, LearnOptions? options = null, IProgress<LearnProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(more);
        RequireWhole("learn on");
        return WorldContinuation.Run(this, more, options ?? new LearnOptions(), progress, cancellation);
    }

    /// <summary>
    /// Learns to answer in one pass what takes long: questions about replayed data and dreams are thought about with effort, and an answer network
    /// beside the model learns their answers. The model proper, and so its likelihood, stays as it is.
    /// </summary>
    /// <param name="replay">Data to ask about, of which the last tenth is held out to judge; null: dreams alone, judged on what the model remembers of its data.</param>
    /// <param name="options">How long and how hard.</param>
    /// <param name="progress">Told how far it has come.</param>
    /// <param name="cancellation">Ends the sleep after the round at hand; what was learned until then is judged.</param>
    /// <exception cref="InputException">The model is of a table, the data do not fit it or are too short, an option is out of range.</exception>
    public SleepResult Sleep(
        Frame? replay = null, SleepOptions? options = null, IProgress<SleepProgress>? progress = null, CancellationToken cancellation = default)
    {
        RequireWhole("sleep");
        return WorldSleep.Run(this, replay, options ?? new SleepOptions(), progress, cancellation);
    }

    /// <summary>
    /// Stores the network's weights in fewer bits and measures what that costs. This model stays as it is; the new one answers from the rounded weights,
    /// computed with as before (or by the product of the format, <see cref="WeightFormat.Product"/>), and its file is smaller also by the optimiser's state: learning
    /// on begins with a new one, and keeps the format.
    /// </summary>
    /// <param name="weights">What the weights are stored as.</param>
    /// <param name="test">Data to measure on; null: the part of its data that the model remembers, which judged its learning.</param>
    /// <param name="options">How it is tested, before and after alike.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">The model has no network or remembers too little, the data do not fit it, or an option is out of range.</exception>
    public Quantization Quantize(
        WeightFormat weights, Frame? test = null, EvaluateOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        test is null ? WorldQuantizer.Run(this, weights, options ?? new EvaluateOptions(), progress, cancellation)
            : Quantize(weights, test.Source, Checked(test).Slices, null, options, progress, cancellation);

    /// <summary>The same, measured on slices that are read as they are needed.</summary>
    /// <param name="weights">What the weights are stored as.</param>
    /// <param name="source">What the data are called.</param>
    /// <param name="test">Gives the slices from their beginning, the same ones each time: it is asked four times.</param>
    /// <param name="after">Gives what came before, twice; null: what the options say.</param>
    /// <param name="options">How it is tested, before and after alike.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">As above.</exception>
    public Quantization Quantize(
        WeightFormat weights, string source, Func<IEnumerable<Slice>> test, Func<IEnumerable<Slice>>? after = null, EvaluateOptions? options = null,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(test);
        return WorldQuantizer.Run(this, weights, Path.GetFileName(source), test, after, options ?? new EvaluateOptions(), progress, cancellation);
    }

    /// <summary>
    /// Replaces layers of the network by others that learn from them, layer by layer: the new one first learns to give what the old one gives, then takes its place, and the
    /// whole network learns on. This model stays as it is. Base, calibration and memory stay; what was learned asleep does not.
    /// </summary>
    /// <param name="replacement">What by what, such as <c>attention=mamba</c>; see <see cref="Pallium.Layers.StackReplacement"/>.</param>
    /// <param name="data">What to learn from; its last tenth is held back to judge. Null: what the model remembers of its data, the last half of that held back.</param>
    /// <param name="options">Which layers, how long, and how the loss is measured.</param>
    /// <param name="progress">Told how far it has come.</param>
    /// <param name="cancellation">Stops it; there is no result then.</param>
    /// <exception cref="InputException">The replacement does not fit the stack, the data do not fit the model or are too few, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Conversion Convert(
        string replacement, Frame? data = null, ConversionOptions? options = null, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        return WorldConverter.Run(this, replacement, data, options ?? new ConversionOptions(), progress, cancellation);
    }

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InputException">It is no model file, truncated, altered, or of a newer version; the message says which.</exception>
    public static WorldModel Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ModelFile.Read(ReadAll(path), Path.GetFileName(path));
    }

    /// <summary>Opens a model file, of which parts may stay where they are.</summary>
    /// <exception cref="InputException">As for <see cref="Load(string)"/>; or the options ask for what the model does not have, or grant too little.</exception>
    public static WorldModel Load(string path, LoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        if (options.ExpertMemory is null)
        {
            return Load(path);
        }

        try
        {
            return ModelFile.Open(path, Path.GetFileName(path), options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, fault);
        }
    }

    /// <summary>Reads a model from a stream.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InputException">As for <see cref="Load(string)"/>.</exception>
    public static WorldModel Load(Stream stream, string name = "model")
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return ModelFile.Read(buffer.ToArray(), name);
    }

    /// <summary>Writes the model file aside and renames it, so that an interrupted save leaves the old file whole.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>Writes the model to a stream.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (_source is null)
        {
            stream.Write(_file.Value);
        }
        else
        {
            _source.CopyTo(stream);
        }
    }

    /// <summary>A question about the next slice without any history.</summary>
    /// <exception cref="InputException">No such channel, or a value that it cannot have.</exception>
    public Query Given(string channel, double value) => Begin().Given(channel, value);

    /// <summary>A question about the next slice without any history.</summary>
    /// <exception cref="InputException">No such channel, or no such category.</exception>
    public Query Given(string channel, string category) => Begin().Given(channel, category);

    /// <summary>What is believed about a channel when nothing is known.</summary>
    /// <exception cref="InputException">No such channel.</exception>
    public Posterior Infer(string channel) => Begin().Infer(channel);

    /// <summary>A stream that has seen nothing.</summary>
    /// <param name="statics">One value per static column; NaN is unknown.</param>
    /// <exception cref="InputException">There are not as many values as static columns, or a column cannot have one.</exception>
    public Session Begin(IReadOnlyList<double>? statics = null)
    {
        double[] known = [.. statics ?? Enumerable.Repeat(double.NaN, Schema.Statics.Count)];
        SchemaCheck.Values(Schema.Statics, known, "Static values");
        return new Session(this, new StreamState(Engine, known, Calibration));
    }

    /// <summary>A stream that has seen the last series of <paramref name="history"/>.</summary>
    /// <exception cref="InputException">The history has other channels, or no slices.</exception>
    public Session After(Frame history)
    {
        ArgumentNullException.ThrowIfNull(history);
        Series series = Checked(history).Series[^1];
        Session session = Begin(series.Static);
        var observer = new SliceObserver(Engine);
        for (int i = 0; i < series.Length; i++)
        {
            observer.Advance(session.State, series.Times[i], series.Row(i));
        }

        return session;
    }

    /// <summary>A stream as it was when <see cref="Session.Save"/> was called on a session of this model.</summary>
    /// <exception cref="InputException">The bytes are no session of this model.</exception>
    public Session Restore(byte[] saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return new Session(this, SessionBytes.Read(this, saved));
    }

    /// <summary>Forecasts the slices after the last series of <paramref name="history"/>.</summary>
    /// <exception cref="InputException">The history does not fit the model.</exception>
    public Forecast Forecast(Frame history, int horizon, ForecastOptions? options = null) => After(history).Forecast(horizon, options);

    /// <summary>Fills holes from the other cells of their slices and from what came before and after.</summary>
    /// <exception cref="InputException">The frame does not fit the model, or an option is out of range.</exception>
    public Frame Fill(Frame holes, FillOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(holes);
        Series[] filled =
        [
            .. Checked(holes).Series.Select(series =>
            {
                var filler = new HoleFiller(this, options ?? new FillOptions());
                var values = new List<double>(series.Values.Length);
                foreach (Slice slice in series.Slices())
                {
                    values.AddRange(filler.Add(slice, cancellation).SelectMany(done => done.Values));
                }

                values.AddRange(filler.Complete(cancellation).SelectMany(done => done.Values));
                return new Series(series.Name, series.Times, [.. values], series.Static);
            }),
        ];
        return new Frame(holes.Schema, filled, holes.Source);
    }

    /// <summary>How surprising each slice of the frame was, series by series.</summary>
    /// <exception cref="InputException">The frame does not fit the model.</exception>
    public IReadOnlyList<Surprise> Surprise(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var surprises = new List<Surprise>();
        foreach (Series series in Checked(frame).Series)
        {
            Session session = Begin(series.Static);
            surprises.AddRange(series.Slices().Select(session.Observe));
        }

        return surprises;
    }

    /// <summary>Tests the model beside persistence, seasonal-naive and ridge autoregression.</summary>
    /// <exception cref="InputException">The frame does not fit the model, or an option is out of range.</exception>
    public Evaluation Evaluate(Frame test, EvaluateOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(test);
        return Evaluate(Checked(test).Slices, null, options, progress, cancellation);
    }

    /// <summary>Tests the model as <see cref="Evaluate(Frame, EvaluateOptions?, IProgress{double}?, CancellationToken)"/> does, on slices that are read as they are needed.</summary>
    /// <remarks>Memory does not grow with the number of slices.</remarks>
    /// <param name="test">Gives the slices from their beginning, the same ones each time: it is asked twice.</param>
    /// <param name="after">What came before, read once; null: what the options say.</param>
    /// <param name="options">How it is tested.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">A slice does not fit the model, there is none, or an option is out of range.</exception>
    public Evaluation Evaluate(
        Func<IEnumerable<Slice>> test, IEnumerable<Slice>? after, EvaluateOptions? options = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(test);
        options ??= new EvaluateOptions();
        IEnumerable<Slice> history = after ?? (options.After is { } frame ? Checked(frame).Slices() : []);
        return new Evaluator(this, options).Run(test, history, progress, cancellation);
    }

    private static byte[] ReadAll(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, fault);
        }
    }

    private static InputException Unreadable(string path, Exception fault) => new($"{path}: the model file cannot be read ({fault.Message.TrimEnd('.')}).", fault);

    /// <summary>Refuses what needs all weights in memory.</summary>
    /// <exception cref="InputException">Experts stay in the file.</exception>
    internal void RequireWhole(string what)
    {
        if (Learned?.Experts is not null)
        {
            throw new InputException($"The model was opened with its experts left in the file and can answer, but not {what}; expected one that was opened without a limit to their memory.");
        }
    }

    private Frame Checked(Frame frame) => SchemaCheck.Fitting(frame, Schema);
}
