namespace Pallium.Layers;

/// <summary>Where things lie in the state row, in the control numbers and in the record of a slice of a <see cref="TuringMachine{T}"/>.</summary>
/// <remarks>
/// State: M - c, [M, N] | weightings of the reading, then of the writing heads, [2 H, N] | reads [H, M] | whether the stream has begun.
/// Control: keys [2 H, M] | add [H, M] | erase [H, M] | gates [2 H] | strengths [2 H] | sharpnesses [2 H] | shifts [2 H, 2 R + 1].
/// Record: reads before | x | reads; control, activated but for strengths and sharpnesses; these two, activated; the memory before; squares of its
/// slots; weightings before; weightings; the rest of a <see cref="SlotRecord{T}"/> for each.
/// </remarks>
internal sealed class TuringMachineLayout(TuringMachineOptions options)
{
    /// <summary>N.</summary>
    public int Slots => options.Slots;

    /// <summary>M.</summary>
    public int Width => options.Width;

    /// <summary>H.</summary>
    public int Heads => options.Heads;

    /// <summary>2 H.</summary>
    public int Weightings => 2 * Heads;

    /// <summary>2 R + 1.</summary>
    public int Shifts => (2 * options.Range) + 1;

    /// <summary>M N.</summary>
    public int Memory { get; } = checked(options.Slots * options.Width);

    /// <summary>H M.</summary>
    public int Reads => Heads * Width;

    public int StateWeightings => Memory;

    public int StateReads => StateWeightings + (Weightings * Slots);

    public int StateBegun => StateReads + Reads;

    public int StateSize => StateBegun + 1;

    public int Add => Weightings * Width;

    public int Erase => Add + Reads;

    public int Gates => Erase + Reads;

    public int Strengths => Gates + Weightings;

    public int Sharpnesses => Strengths + Weightings;

    public int ShiftShares => Sharpnesses + Weightings;

    public int ControlSize => ShiftShares + (Weightings * Shifts);

    public int RecordInputs => Reads;

    public int RecordReads => Reads + options.Inputs;

    public int RecordControl => SpanCarver.Room(RecordReads + Reads);

    public int RecordSoftplus => RecordControl + SpanCarver.Room(ControlSize);

    public int RecordMemory => RecordSoftplus + SpanCarver.Room(2 * Weightings);

    public int RecordSquares => RecordMemory + SpanCarver.Room(Memory);

    public int RecordBefore => RecordSquares + SpanCarver.Room(Slots);

    public int RecordWeightings => RecordBefore + SpanCarver.Room(Weightings * Slots);

    public int RecordWay => RecordWeightings + SpanCarver.Room(Weightings * Slots);

    /// <summary>Numbers on the way to one weighting.</summary>
    public int WaySize => (4 * Slots) + Shifts - 1;

    public int RecordSize => checked(RecordWay + (Weightings * SpanCarver.Room(WaySize)));
}
