namespace Pallium.Experiments;

/// <summary>What the user can put right, in a sentence.</summary>
internal sealed class ExperimentException(string message) : Exception(message);
