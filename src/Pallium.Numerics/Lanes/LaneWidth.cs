using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pallium.Numerics;

/// <summary>Which register width kernels run at on this machine.</summary>
/// <remarks>
/// The properties are constants to the compiler: <c>if (LaneWidth.Is512) Kernel&lt;T, Lanes512&lt;T&gt;&gt;(...) else ...</c>
/// leaves one call. All widths give the same bits.
/// </remarks>
public static class LaneWidth
{
    /// <summary>512-bit registers are native.</summary>
    public static bool Is512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated;
    }

    /// <summary>256-bit registers are native.</summary>
    public static bool Is256
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.IsHardwareAccelerated;
    }
}
