namespace Pallium.Layers;

/// <summary>Yes or no, given to a kernel as a type, so that the compiler leaves out what is not used.</summary>
internal interface IFlag
{
    static abstract bool IsOn { get; }
}

internal readonly struct On : IFlag
{
    public static bool IsOn => true;
}

internal readonly struct Off : IFlag
{
    public static bool IsOn => false;
}

/// <summary>What happens to a state in the course of one step, in which order.</summary>
internal interface IStepOrder
{
    /// <summary>The state is read before it changes.</summary>
    static abstract bool ReadsFirst { get; }

    /// <summary>The state decays last: the transpose of a step that begins with the decay.</summary>
    static abstract bool DecaysLast { get; }
}

/// <summary>Decay, write, read.</summary>
internal readonly struct ReadsLast : IStepOrder
{
    public static bool ReadsFirst => false;

    public static bool DecaysLast => false;
}

/// <summary>Read, decay, write; its own transpose.</summary>
internal readonly struct ReadsBefore : IStepOrder
{
    public static bool ReadsFirst => true;

    public static bool DecaysLast => false;
}

/// <summary>Write, read, decay: the transpose of <see cref="ReadsLast"/>.</summary>
internal readonly struct DecaysLast : IStepOrder
{
    public static bool ReadsFirst => false;

    static bool IStepOrder.DecaysLast => true;
}

/// <summary>How many decay factors a step has.</summary>
internal interface IDecayForm
{
    /// <summary>None: the state stays as it is.</summary>
    static abstract bool IsNone { get; }

    /// <summary>One for each row of the state.</summary>
    static abstract bool IsByRow { get; }

    /// <summary>One for each lane of the state; otherwise one for all of it.</summary>
    static abstract bool IsByLane { get; }
}

internal readonly struct NoDecay : IDecayForm
{
    public static bool IsNone => true;

    public static bool IsByRow => false;

    public static bool IsByLane => false;
}

internal readonly struct OneDecay : IDecayForm
{
    public static bool IsNone => false;

    public static bool IsByRow => false;

    public static bool IsByLane => false;
}

internal readonly struct RowDecay : IDecayForm
{
    public static bool IsNone => false;

    public static bool IsByRow => true;

    public static bool IsByLane => false;
}

internal readonly struct LaneDecay : IDecayForm
{
    public static bool IsNone => false;

    public static bool IsByRow => false;

    public static bool IsByLane => true;
}
