using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Starting values of parameters. Streams are named by the caller, so that values do not depend on the order of drawing.</summary>
internal static class Initialization
{
    /// <summary>Uniform in ±1/√fan.</summary>
    public static void UniformByFan<T>(Parameter<T> parameter, int fan, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double bound = 1 / Math.Sqrt(fan);
        rng.Uniform(parameter.Values, -bound, bound);
    }

    /// <summary>Uniform in ±√(6/(in + out)) for a weight [out, in]. Source: Glorot and Bengio, AISTATS 2010, eq. 16.</summary>
    public static void Glorot<T>(Parameter<T> weight, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double bound = Math.Sqrt(6.0 / (weight.Shape[0] + weight.Shape[1]));
        rng.Uniform(weight.Values, -bound, bound);
    }

    /// <summary>(place/last)^power: rises from 0 at the first place to 1 at the last.</summary>
    public static double Ramp(int place, int last, double power) => place == 0 ? 0 : Elementary.Pow((double)place / last, power);
}
