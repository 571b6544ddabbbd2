namespace Pallium.Numerics;

/// <summary>Element types of safetensors files; the names are those of the format. Other types of the format are refused.</summary>
public enum SafetensorsType
{
    /// <summary>Unsigned bytes.</summary>
    U8,

    /// <summary>Signed bytes.</summary>
    I8,

    /// <summary>The upper half of a float.</summary>
    BF16,

    /// <summary>32-bit integers.</summary>
    I32,

    /// <summary>64-bit integers.</summary>
    I64,

    /// <summary>float.</summary>
    F32,

    /// <summary>double.</summary>
    F64,
}

internal static class SafetensorsTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.BF16 => 2,
        SafetensorsType.I32 or SafetensorsType.F32 => 4,
        _ => 8,
    };

    public static string Name(this SafetensorsType type) => type switch
    {
        SafetensorsType.U8 => "U8",
        SafetensorsType.I8 => "I8",
        SafetensorsType.BF16 => "BF16",
        SafetensorsType.I32 => "I32",
        SafetensorsType.I64 => "I64",
        SafetensorsType.F32 => "F32",
        _ => "F64",
    };

    public static SafetensorsType? Parse(string name) => name switch
    {
        "U8" => SafetensorsType.U8,
        "I8" => SafetensorsType.I8,
        "BF16" => SafetensorsType.BF16,
        "I32" => SafetensorsType.I32,
        "I64" => SafetensorsType.I64,
        "F32" => SafetensorsType.F32,
        "F64" => SafetensorsType.F64,
        _ => null,
    };

    /// <summary>The type that holds <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static SafetensorsType Of<T>() =>
        typeof(T) == typeof(byte) ? SafetensorsType.U8
        : typeof(T) == typeof(sbyte) ? SafetensorsType.I8
        : typeof(T) == typeof(BFloat16) ? SafetensorsType.BF16
        : typeof(T) == typeof(int) ? SafetensorsType.I32
        : typeof(T) == typeof(long) ? SafetensorsType.I64
        : typeof(T) == typeof(float) ? SafetensorsType.F32
        : typeof(T) == typeof(double) ? SafetensorsType.F64
        : throw new NotSupportedException($"Safetensors files of this library hold byte, sbyte, int, long, BFloat16, float and double, not {typeof(T).Name}.");
}
