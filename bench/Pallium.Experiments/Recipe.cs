using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>How a stack learns: as the papers did it, or as we would.</summary>
/// <param name="BatchSize">Windows per update.</param>
/// <param name="Epochs">At the most.</param>
/// <param name="PatienceEpochs">Epochs without a better validation after which learning stops.</param>
/// <param name="Rate">Learning rate.</param>
/// <param name="ChoosesByError">Whether accuracy, not loss, chooses among checkpoints.</param>
/// <param name="InputDropout">Share of inputs that learning sets to zero at random.</param>
/// <param name="Options">Trainer options that do not depend on the number of windows.</param>
internal sealed record Recipe(int BatchSize, int Epochs, int PatienceEpochs, double Rate, bool ChoosesByError, double InputDropout, TrainerOptions Options)
{
    public const string Paper = "paper";
    public const string Ours = "ours";
    public const string Families = "families";

    public static Recipe Named(string name, string suite, string stack) => name switch
    {
        Paper => new Recipe(16, 200, 10, stack.StartsWith("ltc", StringComparison.Ordinal) ? 0.01 : 0.001, true, 0, new TrainerOptions
        {
            ClipNorm = null,
        }),
        Ours => new Recipe(64, suite == "occupancy" ? 8 : 25, 1000, suite == "occupancy" ? 0.003 : 0.01, false, suite == "occupancy" ? 0.2 : 0, new TrainerOptions
        {
            Adam = new AdamOptions { WeightDecay = 0.05 },
            AverageDecay = 0.99,
        }),
        Families => new Recipe(32, suite is "gesture" or "power" ? 60 : 20, 1000, 0.004, true, 0, new TrainerOptions
        {
            Adam = new AdamOptions { WeightDecay = 0.01 },
        }),
        _ => throw new ExperimentException($"Found recipe '{name}', expected {Paper} or {Ours}."),
    };

    /// <summary>The trainer's options for a number of updates per epoch; validation once per epoch.</summary>
    public TrainerOptions TrainerFor(int stepsPerEpoch, string name, int threads) => Options with
    {
        Steps = (long)Epochs * stepsPerEpoch,
        Schedule = name == Paper ? new RateSchedule(Rate) { WarmUp = 0, CoolDown = 0 } : new RateSchedule(Rate) { WarmUp = 100, CoolDown = 0.4 },
        ValidateEvery = stepsPerEpoch,
        Patience = PatienceEpochs,
        Threads = threads,
    };
}
