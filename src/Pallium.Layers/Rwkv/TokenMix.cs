using System.Globalization;
using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>One of the mixes x + μ (x[t-1] - x) of a token shift.</summary>
/// <param name="Name">What the mix is for; its parameter is mix_ and this name.</param>
/// <param name="Power">A newly drawn μ is 1 - (c/I)^Power for channel c: the first channels look at the slice before, the last ones at the present.</param>
public sealed record TokenMix(string Name, double Power = 1)
{
    /// <summary>The parameter's name.</summary>
    internal string ParameterName => string.Create(CultureInfo.InvariantCulture, $"mix_{Name}");

    /// <summary>Sets μ.</summary>
    internal void Draw<T>(Parameter<T> mix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < mix.Length; c++)
        {
            mix.Values[c] = T.CreateChecked(1 - Initialization.Ramp(c, mix.Length, Power));
        }
    }
}
