using System.Globalization;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text.Json;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A world model as one sealed safetensors file.</summary>
internal static class ModelFile
{
    // Files whose weights are rounded cannot be read by programs that know version 1 alone; the others are still of that version.
    private const int Version = 2;
    private const int PlainVersion = 1;
    private const string FormatKey = "format";
    private const string FormatName = "pallium.world-model";
    private const string VersionKey = "version";
    private const string ModelKey = "model";
    private const string BasePrefix = "base.";
    private const string MemoryPrefix = "memory.";
    private const string SleepPrefix = "sleep.";

    /// <summary>The whole file.</summary>
    public static byte[] Write(WorldModel model)
    {
        model.RequireWhole("be changed or copied");
        WorldEngine engine = model.Engine;
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.AddMetadata(FormatKey, FormatName);
        writer.AddMetadata(VersionKey, (IsRounded(model) ? Version : PlainVersion).ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata(ModelKey, JsonSerializer.Serialize(MetadataOf(model), ModelJson.Default.ModelMetadata));
        foreach ((string name, BaseTensor tensor) in engine.Core.Base.Tensors().OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            writer.Add<double>(BasePrefix + name, tensor.Values, tensor.Shape);
        }

        for (int i = 0; i < model.Memories.Count; i++)
        {
            Series memory = model.Memories[i].Series;
            writer.Add<double>(MemoryName(i) + "times", memory.Times, memory.Length);
            writer.Add<double>(MemoryName(i) + "values", memory.Values, memory.Length, model.Schema.Channels.Count);
            writer.Add<double>(MemoryName(i) + "statics", memory.Static, memory.Static.Length);
        }

        double[] references = model.References.Flat();
        writer.Add<double>("references", references, references.Length);
        double[] levels = model.Calibration.Values;
        writer.Add<double>("calibration", levels, levels.Length);
        model.Learned?.Write(writer);
        model.Asleep?.Learned.Write(writer, SleepPrefix);
        return writer.ToArray();
    }

    /// <summary>Reads a file; every fault is one sentence that names it.</summary>
    public static WorldModel Read(ReadOnlyMemory<byte> bytes, string name) => Read(name, () => Read(SafetensorsFile.Parse(bytes)));

    /// <summary>Opens a file whose experts stay in it.</summary>
    /// <exception cref="InputException">It has a fault, or there is too little memory for its experts.</exception>
    public static WorldModel Open(string path, string name, LoadOptions options)
    {
        WorldModel model = Read(name, () => Read(SafetensorsFile.Map(path), options));
        IExpertStore experts = model.Learned?.Experts is { Experts: > 0 } found ? found
            : throw new InputException($"{name}: found the stack '{model.Summary.Stack}', which has no experts (moe) that could stay in the file; expected no limit to their memory.");
        if (options.ExpertMemory < experts.Least)
        {
            throw new InputException(
                FormattableString.Invariant($"{name}: found {options.ExpertMemory} bytes for experts in memory, expected at least {experts.Least}, what one slice needs; all take {experts.Most}."));
        }

        experts.Allot(options.ExpertMemory!.Value);
        return model;
    }

    private static WorldModel Read(string name, Func<WorldModel> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is FormatException or JsonException or ArgumentException or InputException or OverflowException or InvalidOperationException)
        {
            string what = fault is StackTextException text ? text.Sentence : fault.Message.ReplaceLineEndings(" ");
            throw new InputException($"{name}: found a file that is no whole Pallium model ({what.TrimEnd('.')}), expected one written by Pallium.", fault);
        }
    }

    private static bool IsRounded(WorldModel model) => model.Learned?.Weights is not null || model.Asleep?.Learned.Weights is not null;

    /// <summary>What identifies a model: the digest of its file.</summary>
    public static byte[] FingerprintOf(ReadOnlySpan<byte> file) => SHA256.HashData(file);

    /// <summary>The same of a file that stays where it is.</summary>
    public static byte[] FingerprintOf(SafetensorsFile file)
    {
        using var hash = SHA256.Create();
        using var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write);
        file.CopyTo(stream);
        stream.FlushFinalBlock();
        return hash.Hash!;
    }

    private static WorldModel Read(SafetensorsFile file, LoadOptions? onDisk = null)
    {
        if (file.Metadata.GetValueOrDefault(FormatKey) != FormatName)
        {
            throw new FormatException("it is a safetensors file of another program");
        }

        if (!int.TryParse(file.Metadata.GetValueOrDefault(VersionKey), NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw new FormatException("it has no format version");
        }

        if (version > Version)
        {
            throw new FormatException($"it has format version {version}; this program reads versions up to {Version}, so a newer Pallium wrote it");
        }

        file.VerifySeal();
        ModelMetadata metadata = JsonSerializer.Deserialize(file.Metadata.GetValueOrDefault(ModelKey) ?? "", ModelJson.Default.ModelMetadata)
            ?? throw new FormatException("its metadata are empty");
        Check(metadata);
        var normalizer = new Normalizer(metadata.Channels, metadata.Statics);
        var clock = new Clock(metadata.ClockPeriods, metadata.Schema.Time.Zone);
        var layout = new SliceLayout(metadata.Schema, normalizer, metadata.Components);
        int exogenous = WorldEngine.CountFeatures(metadata.Schema, clock);
        var tensors = file.Tensors.Where(tensor => tensor.Name.StartsWith(BasePrefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Name[BasePrefix.Length..], tensor => new BaseTensor([.. tensor.Shape], tensor.Values<double>().ToArray()));
        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            CheckFinite(tensor);
        }

        var linear = new LinearBase([.. layout.Variables.Select(variable => variable.Group)], exogenous, tensors);
        Dictionary<string, BaseTensor> used = linear.Tensors();
        if (used.Count != tensors.Count || !used.All(item => tensors.TryGetValue(item.Key, out BaseTensor read) && read.Shape.SequenceEqual(item.Value.Shape)))
        {
            throw new FormatException("its base lacks a tensor or has one that it does not use");
        }

        var core = new SliceCore(layout, linear, exogenous, clock.Features);
        if (metadata.NetworkShares.Length != layout.Variables.Length)
        {
            throw new FormatException("its network's shares do not fit its channels");
        }

        var shares = new NetworkShares(metadata.NetworkShares, metadata.MeanShares, metadata.NetworkHorizons);
        ILearnedNetwork? learned = metadata.Stack is null ? null :
            metadata.Precision == Precision.Single ? ReadNetwork<float>(file, metadata, core, onDisk) : ReadNetwork<double>(file, metadata, core, onDisk);
        var engine = new WorldEngine(metadata.Schema, normalizer, clock, core, learned?.Network, shares);
        var calibration = new HorizonCalibration(metadata.CalibrationHorizons, layout.Channels);
        if (file["calibration"].Length != calibration.Values.Length)
        {
            throw new FormatException("its calibration does not fit its channels");
        }

        calibration.Values = file["calibration"].Values<double>().ToArray();
        MemoryRecord[] remembered = [new(metadata.MemorySource, metadata.MemorySeries, metadata.MemoryScoredFrom), .. metadata.MoreMemories ?? []];
        ValidationMemory[] memories = [.. remembered.Select((record, i) => ReadMemory(file, metadata, record, MemoryName(i)))];
        ReferenceForecasts references = ReferenceForecasts.FromFlat(metadata.Schema.Channels, file["references"].Values<double>());
        ChannelContribution[] contributions =
        [
            .. metadata.Contributions.Zip(metadata.Schema.Channels, (saved, channel) => new ChannelContribution(
                channel, saved.BaseLoss ?? double.NaN, saved.Loss ?? double.NaN, saved.NetworkShare, saved.MeanShare ?? double.NaN)),
        ];
        AnswerNetwork? asleep = metadata.Sleep is null ? null :
            metadata.Precision == Precision.Single ? ReadAsleep<float>(file, metadata, engine) : ReadAsleep<double>(file, metadata, engine);
        return new WorldModel(engine, calibration, learned, memories, references, contributions, metadata.Runs, asleep, metadata.Quantization, onDisk is null ? null : file);
    }

    // The seal makes tampering evident; the checks keep a file that was sealed with nonsense in it from doing harm.
    private static void Check(ModelMetadata metadata)
    {
        FrameSchema schema = metadata.Schema;
        if (!IsWhole(metadata))
        {
            throw new FormatException("its metadata have an empty place");
        }

        int channels = schema.Channels.Count;
        bool fits = channels is > 0 and <= 100_000 && metadata.Channels.Length == channels && metadata.Statics.Length == schema.Statics.Count
            && metadata.Components is >= 1 and <= 32 && metadata.Contributions.Length <= channels && metadata.NetworkHorizons.Length == channels
            && metadata.CalibrationHorizons is >= 0 and <= 10_000 && metadata.Hidden is >= 0 and <= 4096 && metadata.SleepHidden is >= 0 and <= 4096
            && schema.Time.Step is > 0 and < double.PositiveInfinity
            && metadata.NetworkShares.Length == metadata.MeanShares.Length && metadata.Runs.Length > 0 && metadata.MemoryScoredFrom >= 0
            && metadata.NetworkShares.Concat(metadata.MeanShares).All(share => share is >= 0 and <= 1)
            && metadata.ClockPeriods.All(period => period is > 0 and < double.PositiveInfinity)
            && schema.Channels.Zip(metadata.Channels).Concat(schema.Statics.Zip(metadata.Statics)).All(pair => IsSound(pair.First, pair.Second));
        if (!fits)
        {
            throw new FormatException("its metadata contradict each other");
        }
    }

    // What is absent from JSON is null here, whatever its type says.
    private static bool IsWhole(ModelMetadata metadata)
    {
        static bool Has(Channel? column) => column is { Name: not null, Categories: not null } && !column.Categories.Contains(null!);
        return metadata.Schema is { Channels: not null, Statics: not null, Time: not null }
            && metadata.Schema.Channels.All(Has) && metadata.Schema.Statics.All(Has)
            && metadata.Channels.Concat(metadata.Statics).All(scale => scale is not null)
            && metadata.Contributions.All(contribution => contribution is not null)
            && (metadata.MoreMemories ?? []).All(memory => memory is { Source: not null, Series: not null })
            && metadata.Runs.All(run => run is { Source: not null, Divergences: not null })
            && metadata.Quantization is null or { Weights: not null, Source: not null }
            && metadata.Sleep is null or { Source: not null, HeldOut: not null, Overall: not null, Groups: not null };
    }

    private static bool IsSound(Channel channel, ChannelScale scale) =>
        scale.Kind == channel.Kind && Enum.IsDefined(channel.Kind) && channel.Resolution is > 0 and < double.PositiveInfinity
        && scale.Deviation is > 0 and < double.PositiveInfinity && scale.Softness is > 0 and < double.PositiveInfinity
        && scale.Resolution is > 0 and < double.PositiveInfinity && double.IsFinite(scale.Mean) && double.IsFinite(scale.Low) && double.IsFinite(scale.High)
        && (channel.Kind != ChannelKind.Categorical || channel.Categories.Count > 0) && (!scale.HasAtom || channel.Kind == ChannelKind.Positive) && scale.AtomShare is >= 0 and < 1
        && scale.Reach is >= 0 and < double.PositiveInfinity;

    private static void CheckFinite(SafetensorsTensor tensor)
    {
        // Holes of the remembered stretch are the only numbers that may be NaN.
        bool finite = tensor.Length == 0 || tensor.Name.StartsWith(MemoryPrefix, StringComparison.Ordinal) || tensor.Type switch
        {
            SafetensorsType.F32 => TensorPrimitives.IsFiniteAll(tensor.Values<float>()),
            SafetensorsType.F64 => TensorPrimitives.IsFiniteAll(tensor.Values<double>()),
            _ => true,
        };
        if (!finite)
        {
            throw new FormatException($"its tensor {tensor.Name} holds a number that is not finite");
        }
    }

    /// <summary>How the tensors of a remembered stretch begin.</summary>
    private static string MemoryName(int index) => index == 0 ? MemoryPrefix : string.Create(CultureInfo.InvariantCulture, $"{MemoryPrefix}{index}.");

    private static ValidationMemory ReadMemory(SafetensorsFile file, ModelMetadata metadata, MemoryRecord record, string prefix)
    {
        double[] times = file[prefix + "times"].Values<double>().ToArray();
        double[] values = file[prefix + "values"].Values<double>().ToArray();
        var series = new Series(record.Series, times, values, file[prefix + "statics"].Values<double>().ToArray());
        if (record.ScoredFrom < 0 || record.ScoredFrom > times.Length)
        {
            throw new FormatException("its remembered stretch is cut short");
        }

        SchemaCheck.Fitting(new Frame(metadata.Schema, [series]), metadata.Schema);
        return new ValidationMemory(record.Source, series, record.ScoredFrom);
    }

    private static LearnedNetwork<T> ReadNetwork<T>(SafetensorsFile file, ModelMetadata metadata, SliceCore core, LoadOptions? onDisk)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        StackSpec stack = StackText.Parse(metadata.Stack!);
        LayerSize trunk = stack.SizeOf(core.EncoderInputs);
        // The head's network for categories, which may be its only one, has half of its width.
        long least = trunk.LeastWeights + ((long)(trunk.Outputs + core.HeadFeatures) * metadata.Hidden / 2);
        long held = LearnedNetwork<T>.CountWeights(file);
        if (least > held)
        {
            throw new FormatException($"its network would have at least {least} weights, and it holds {held}");
        }

        ExpertStore<T>? experts = onDisk is null ? null
            : new(file, LearnedNetwork<T>.TrunkPrefix, metadata.Weights is { } weights ? FormatOf(weights) : null) { LooksAhead = onDisk.FetchesAhead };
        ISequenceLayer<T> layers = stack.Build(core.EncoderInputs, experts);
        experts?.Bind(layers);
        SliceNetwork<T> network = WorldLearner.NewNetwork(layers, core, metadata.Hidden);
        return Fill(file, network, metadata.Stack!, metadata.Hidden, metadata.Precision, metadata.Weights, experts: experts);
    }

    private static AnswerNetwork ReadAsleep<T>(SafetensorsFile file, ModelMetadata metadata, WorldEngine engine)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (metadata.SleepShares?.Length != 2 * engine.Core.Layout.Variables.Length || !metadata.SleepShares.All(share => share is >= 0 and <= 1))
        {
            throw new FormatException("its answer network's shares do not fit its channels");
        }

        long least = (long)AnswerRows.HeadFeatures(engine) * metadata.SleepHidden / 2;
        long held = LearnedNetwork<T>.CountWeights(file, SleepPrefix);
        if (least > held)
        {
            throw new FormatException($"its answer network would have at least {least} weights, and it holds {held}");
        }

        LearnedNetwork<T> learned = Fill(
            file, AnswerNetwork.New<T>(engine, metadata.SleepHidden), AnswerNetwork.Stack, metadata.SleepHidden, metadata.Precision, metadata.SleepWeights, SleepPrefix);
        return new AnswerNetwork(learned, metadata.SleepShares, metadata.Sleep!);
    }

    private static LearnedNetwork<T> Fill<T>(
        SafetensorsFile file, SliceNetwork<T> network, string stack, int hidden, Precision precision, string? weights, string prefix = "", IExpertStore? experts = null)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (weights is null)
        {
            return LearnedNetwork<T>.Read(file, network, stack, hidden, precision, new AdamOptions(), prefix, experts);
        }

        return LearnedNetwork<T>.Read(file, network, stack, hidden, precision, new AdamOptions(), FormatOf(weights), prefix, experts);
    }

    private static WeightFormat FormatOf(string name) => WeightFormat.Find(name)
        ?? throw new FormatException($"its weights are stored in a format that this program does not know; it reads {string.Join(", ", WeightFormat.All)}");

    private static ModelMetadata MetadataOf(WorldModel model)
    {
        WorldEngine engine = model.Engine;
        double? Number(double value) => double.IsNaN(value) ? null : value;
        return new ModelMetadata
        {
            Schema = model.Schema,
            Channels = [.. engine.Normalizer.Channels],
            Statics = [.. engine.Normalizer.Statics],
            ClockPeriods = [.. engine.Clock.Periods],
            Components = engine.Core.Layout.Components,
            Stack = model.Learned?.Stack,
            Hidden = model.Learned?.Hidden ?? 0,
            Precision = model.Learned?.Precision ?? Precision.Single,
            NetworkShares = engine.Shares.Network,
            MeanShares = engine.Shares.Mean,
            NetworkHorizons = engine.Shares.Horizon,
            CalibrationHorizons = model.Calibration.Horizons,
            Contributions = [.. model.Contributions.Select(c => new ContributionRecord(Number(c.BaseLoss), Number(c.Loss), c.NetworkShare, Number(c.MeanShare)))],
            Runs = [.. model.Runs],
            MemorySource = model.Memory.Source,
            MemorySeries = model.Memory.Series.Name,
            MemoryScoredFrom = model.Memory.ScoredFrom,
            Weights = model.Learned?.Weights?.Name,
            Quantization = model.Quantization,
            SleepWeights = model.Asleep?.Learned.Weights?.Name,
            MoreMemories = model.Memories.Count == 1 ? null : [.. model.Memories.Skip(1).Select(stretch => new MemoryRecord(stretch.Source, stretch.Series.Name, stretch.ScoredFrom))],
            Sleep = model.Asleep?.Record,
            SleepShares = model.Asleep?.Shares,
            SleepHidden = model.Asleep?.Learned.Hidden ?? 0,
        };
    }
}
