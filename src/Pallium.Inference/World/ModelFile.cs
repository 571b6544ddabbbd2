using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A world model as one sealed safetensors file.</summary>
internal static class ModelFile
{
    private const int Version = 1;
    private const string FormatKey = "format";
    private const string FormatName = "pallium.world-model";
    private const string VersionKey = "version";
    private const string ModelKey = "model";
    private const string BasePrefix = "base.";

    /// <summary>The whole file.</summary>
    public static byte[] Write(WorldModel model)
    {
        WorldEngine engine = model.Engine;
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.AddMetadata(FormatKey, FormatName);
        writer.AddMetadata(VersionKey, Version.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata(ModelKey, JsonSerializer.Serialize(MetadataOf(model), ModelJson.Default.ModelMetadata));
        foreach ((string name, BaseTensor tensor) in engine.Core.Base.Tensors().OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            writer.Add<double>(BasePrefix + name, tensor.Values, tensor.Shape);
        }

        Series memory = model.Memory.Series;
        writer.Add<double>("memory.times", memory.Times, memory.Length);
        writer.Add<double>("memory.values", memory.Values, memory.Length, model.Schema.Channels.Count);
        writer.Add<double>("memory.statics", memory.Static, memory.Static.Length);
        double[] references = model.References.Flat();
        writer.Add<double>("references", references, references.Length);
        double[] levels = model.Calibration.Values;
        writer.Add<double>("calibration", levels, levels.Length);
        model.Learned?.Write(writer);
        return writer.ToArray();
    }

    /// <summary>Reads a file; every fault is one sentence that names it.</summary>
    public static WorldModel Read(ReadOnlyMemory<byte> bytes, string name)
    {
        try
        {
            return Read(bytes);
        }
        catch (Exception fault) when (fault is FormatException or JsonException or ArgumentException or InputException or OverflowException or InvalidOperationException)
        {
            throw new InputException($"{name}: found a file that is no whole Pallium model ({fault.Message.TrimEnd('.')}), expected one written by Pallium.", fault);
        }
    }

    /// <summary>What identifies a model: the digest of its file.</summary>
    public static byte[] FingerprintOf(ReadOnlySpan<byte> file) => SHA256.HashData(file);

    private static WorldModel Read(ReadOnlyMemory<byte> bytes)
    {
        SafetensorsFile file = SafetensorsFile.Parse(bytes);
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
        var linear = new LinearBase([.. layout.Variables.Select(variable => variable.Group)], exogenous, tensors);
        var core = new SliceCore(layout, linear, exogenous);
        var shares = new NetworkShares(metadata.NetworkShares, metadata.MeanShares, metadata.NetworkHorizons);
        ILearnedNetwork? learned = metadata.Stack is null ? null :
            metadata.Precision == Precision.Single ? ReadNetwork<float>(file, metadata, core) : ReadNetwork<double>(file, metadata, core);
        var engine = new WorldEngine(metadata.Schema, normalizer, clock, core, learned?.Network, shares);
        var calibration = new HorizonCalibration(metadata.CalibrationHorizons, layout.Channels);
        if (file["calibration"].Length != calibration.Values.Length)
        {
            throw new FormatException("its calibration does not fit its channels");
        }

        calibration.Values = file["calibration"].Values<double>().ToArray();
        var memory = new ValidationMemory(
            metadata.MemorySource,
            new Series(metadata.MemorySeries, file["memory.times"].Values<double>().ToArray(), file["memory.values"].Values<double>().ToArray(), file["memory.statics"].Values<double>().ToArray()),
            metadata.MemoryScoredFrom);
        ReferenceForecasts references = ReferenceForecasts.FromFlat(metadata.Schema.Channels, file["references"].Values<double>());
        ChannelContribution[] contributions =
        [
            .. metadata.Contributions.Zip(metadata.Schema.Channels, (saved, channel) => new ChannelContribution(
                channel, saved.BaseLoss ?? double.NaN, saved.Loss ?? double.NaN, saved.NetworkShare, saved.MeanShare ?? double.NaN)),
        ];
        return new WorldModel(engine, calibration, learned, memory, references, contributions, metadata.Runs);
    }

    // The seal makes tampering evident; this keeps a file that was sealed with nonsense in it from doing harm.
    private static void Check(ModelMetadata metadata)
    {
        int channels = metadata.Schema.Channels.Count;
        bool fits = channels is > 0 and <= 100_000 && metadata.Channels.Length == channels && metadata.Statics.Length == metadata.Schema.Statics.Count
            && metadata.Components is >= 1 and <= 32 && metadata.Contributions.Length <= channels && metadata.NetworkHorizons.Length == channels
            && metadata.CalibrationHorizons is >= 0 and <= 10_000 && metadata.Hidden is >= 0 and <= 4096 && metadata.Schema.Time.Step > 0
            && metadata.NetworkShares.Length == metadata.MeanShares.Length && metadata.Runs.Length > 0 && metadata.MemoryScoredFrom >= 0;
        if (!fits)
        {
            throw new FormatException("its metadata contradict each other");
        }
    }

    private static LearnedNetwork<T> ReadNetwork<T>(SafetensorsFile file, ModelMetadata metadata, SliceCore core)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        SliceNetwork<T> network = WorldLearner.NewNetwork<T>(StackText.Parse(metadata.Stack!), core, metadata.Hidden);
        return LearnedNetwork<T>.Read(file, network, metadata.Stack!, metadata.Hidden, metadata.Precision, new AdamOptions());
    }

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
        };
    }
}
