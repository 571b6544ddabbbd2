using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A <see cref="GaussianModel"/> as one sealed safetensors file: its matrices as tensors, its channels as metadata.</summary>
internal static class GaussianFile
{
    private const int Version = 1;
    private const string FormatKey = "format";
    private const string FormatName = "pallium.gaussian-model";
    private const string VersionKey = "version";
    private const string ModelKey = "model";

    /// <summary>The whole file.</summary>
    public static byte[] Write(GaussianModel model)
    {
        StateSpace space = model.Space;
        (int n, int d) = (space.N, space.D);
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.AddMetadata(FormatKey, FormatName);
        writer.AddMetadata(VersionKey, Version.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata(ModelKey, JsonSerializer.Serialize(new GaussianMetadata([.. model.Channels], model.Record?.Converged), GaussianJson.Default.GaussianMetadata));
        writer.Add<double>("A", space.A, n, n);
        writer.Add<double>("Q", space.Q, n, n);
        writer.Add<double>("C", space.C, d, n);
        writer.Add<double>("offset", space.Offset, d);
        writer.Add<double>("R", space.R, d, d);
        writer.Add<double>("start.mean", space.StartMean, n);
        writer.Add<double>("start.covariance", space.StartCovariance, n, n);
        double[] passes = [.. model.Record?.LogLikelihoods ?? []];
        double[] candidates = [.. (model.Record?.Candidates ?? []).SelectMany(c => new[] { c.StateSize, c.Bic })];
        writer.Add<double>("fit.log_likelihoods", passes, passes.Length);
        writer.Add<double>("fit.candidates", candidates, candidates.Length / 2, 2);
        return writer.ToArray();
    }

    /// <summary>Reads a file; every fault is one sentence that names it.</summary>
    public static GaussianModel Read(ReadOnlyMemory<byte> bytes, string name)
    {
        try
        {
            return Read(SafetensorsFile.Parse(bytes));
        }
        catch (Exception fault) when (fault is FormatException or JsonException or ArgumentException or InputException or OverflowException or InvalidOperationException)
        {
            throw new InputException(
                $"{name}: found a file that is no whole Gaussian model ({fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}), expected one written by GaussianModel.Save.", fault);
        }
    }

    private static GaussianModel Read(SafetensorsFile file)
    {
        if (file.Metadata.GetValueOrDefault(FormatKey) != FormatName || file.Metadata.GetValueOrDefault(VersionKey) != Version.ToString(CultureInfo.InvariantCulture))
        {
            throw new FormatException($"its format is {file.Metadata.GetValueOrDefault(FormatKey) ?? "none"}, version {file.Metadata.GetValueOrDefault(VersionKey) ?? "none"}");
        }

        file.VerifySeal();
        GaussianMetadata metadata = JsonSerializer.Deserialize(file.Metadata.GetValueOrDefault(ModelKey) ?? "", GaussianJson.Default.GaussianMetadata)
            ?? throw new FormatException("its metadata are empty");
        if (metadata.Channels.Any(channel => channel is not { Name: not null, Categories: not null } || !Enum.IsDefined(channel.Kind) || channel.Resolution is not (> 0 and < double.PositiveInfinity)))
        {
            throw new FormatException("its metadata describe a channel that cannot be");
        }

        int d = metadata.Channels.Length;
        int n = file["start.mean"].Length;
        double[] Tensor(string name, params int[] shape) => file[name].Shape.SequenceEqual(shape)
            ? file[name].Values<double>().ToArray()
            : throw new FormatException($"its tensor {name} has another shape than {n} numbers of state and {d} channels ask for");
        var space = new StateSpace(
            n, d, Tensor("A", n, n), Tensor("Q", n, n), Tensor("C", d, n), Tensor("offset", d), Tensor("R", d, d), Tensor("start.mean", n), Tensor("start.covariance", n, n));
        var model = new GaussianModel(metadata.Channels, StateSpaceParameters.Of(space));
        if (metadata.Converged is not bool converged)
        {
            return model;
        }

        double[] candidates = file["fit.candidates"].Values<double>().ToArray();
        return new GaussianModel(model.Channels, space)
        {
            Record = new GaussianFitRecord(file["fit.log_likelihoods"].Values<double>().ToArray(), converged)
            {
                Candidates = [.. candidates.Chunk(2).Select(pair => (StateSize: (int)pair[0], Bic: pair[1]))],
            },
        };
    }
}

/// <summary>What a file says in words.</summary>
/// <param name="Channels">The channels.</param>
/// <param name="Converged">Whether its fit did; null: the matrices were given.</param>
internal sealed record GaussianMetadata(Channel[] Channels, bool? Converged);

/// <summary>JSON of the metadata, generated at compile time.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(GaussianMetadata))]
internal sealed partial class GaussianJson : JsonSerializerContext;
