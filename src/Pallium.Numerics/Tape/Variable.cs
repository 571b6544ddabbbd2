namespace Pallium.Numerics;

/// <summary>A value on a <see cref="Tape{T}"/>; valid until the tape is reset.</summary>
/// <param name="Id">Place in the order of creation.</param>
public readonly record struct Variable(int Id)
{
    /// <summary>The <paramref name="index"/>-th further output of the fused node whose first output this is, counted from 1.</summary>
    public Variable Output(int index) => new(Id + index);
}
