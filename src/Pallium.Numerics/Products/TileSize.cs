namespace Pallium.Numerics;

/// <summary>A number that a kernel receives as a type, so that the compiler unrolls for it.</summary>
internal interface ITileSize
{
    static abstract int Value { get; }
}

internal readonly struct Size1 : ITileSize
{
    public static int Value => 1;
}

internal readonly struct Size2 : ITileSize
{
    public static int Value => 2;
}

internal readonly struct Size3 : ITileSize
{
    public static int Value => 3;
}

internal readonly struct Size4 : ITileSize
{
    public static int Value => 4;
}

internal readonly struct Size5 : ITileSize
{
    public static int Value => 5;
}

internal readonly struct Size6 : ITileSize
{
    public static int Value => 6;
}

internal readonly struct Size7 : ITileSize
{
    public static int Value => 7;
}

internal readonly struct Size8 : ITileSize
{
    public static int Value => 8;
}

/// <summary>Where the sums of a tile begin, as a type: a kernel that accumulates has two registers more for itself.</summary>
internal interface ITileStart
{
    static abstract bool IsResult { get; }
}

internal readonly struct StartAtResult : ITileStart
{
    public static bool IsResult => true;
}

internal readonly struct StartElsewhere : ITileStart
{
    public static bool IsResult => false;
}
