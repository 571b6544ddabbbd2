namespace Pallium.Inference;

/// <summary>What the values of a channel are.</summary>
public enum ChannelKind
{
    /// <summary>Any number.</summary>
    Real,

    /// <summary>A number that is never below zero, often exactly zero or skewed: rain, light, counts.</summary>
    Positive,

    /// <summary>0 or 1.</summary>
    Binary,

    /// <summary>One of a few named categories, stored as their index.</summary>
    Categorical,
}
