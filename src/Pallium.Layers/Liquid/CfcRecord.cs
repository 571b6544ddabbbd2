namespace Pallium.Layers;

/// <summary>Where things lie in the record that a <see cref="Cfc{T}"/> keeps of a slice.</summary>
internal sealed class CfcRecord
{
    private readonly int _backbone;
    private readonly int _backboneRoom;
    private readonly int _backboneLayers;

    public CfcRecord(CfcOptions options)
    {
        int joined = SpanCarver.Room(options.Inputs + options.Units);
        int units = SpanCarver.Room(options.Units);
        if (options.MixedMemory)
        {
            Gates = joined;
            Cell = Gates + SpanCarver.Room(4 * options.Units);
            Squashed = Cell + units;
            Joined = Squashed + units;
        }

        _backbone = Joined + joined;
        _backboneRoom = SpanCarver.Room(options.BackboneUnits);
        _backboneLayers = options.BackboneLayers;
        Heads = MapOutput(_backboneLayers);
        HeadLength = (options.Mode == CfcMode.Pure ? 2 : 4) * options.Units;
        Size = Heads + SpanCarver.Room(HeadLength);
    }

    /// <summary>x | h as the memory reads them; with mixed memory only, like the next three.</summary>
    public int Remembered { get; }

    /// <summary>The memory's activated gates, [4H].</summary>
    public int Gates { get; }

    /// <summary>The memory's c before the step, [H].</summary>
    public int Cell { get; }

    /// <summary>The memory's tanh c after the step, [H].</summary>
    public int Squashed { get; }

    /// <summary>x | h as the cell reads them.</summary>
    public int Joined { get; }

    /// <summary>What the cell leaves of its heads.</summary>
    public int Heads { get; }

    /// <summary>Numbers at <see cref="Heads"/>.</summary>
    public int HeadLength { get; }

    /// <summary>Numbers in all.</summary>
    public int Size { get; }

    /// <summary>What map m (backbone layers, then heads) reads.</summary>
    public int MapInput(int m) => m == 0 ? Joined : MapOutput(m - 1);

    /// <summary>What map m writes.</summary>
    public int MapOutput(int m) => _backbone + (m * _backboneRoom);
}
