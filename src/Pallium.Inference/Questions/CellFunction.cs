namespace Pallium.Inference;

/// <summary>A number that follows from cells: an event (true where it is not zero) or a cost.</summary>
/// <param name="Text">How it is written, for messages.</param>
/// <param name="Cells">The cells that it reads.</param>
/// <param name="Evaluate">From their values, in that order and in the channels' units (outcomes by their index), to the number.</param>
public sealed record CellFunction(string Text, IReadOnlyList<CellAddress> Cells, CellFunctionBody Evaluate);

/// <summary>The body of a <see cref="CellFunction"/>.</summary>
/// <param name="values">The values of its cells.</param>
public delegate double CellFunctionBody(ReadOnlySpan<double> values);
