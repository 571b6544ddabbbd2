using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer without memory and without parameters: a fixed function of every slice.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class ParameterFreeLayer<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public sealed override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [];

    /// <inheritdoc/>
    public sealed override void Initialize(Rng rng)
    {
    }

    /// <inheritdoc/>
    public sealed override void Refresh()
    {
    }
}
