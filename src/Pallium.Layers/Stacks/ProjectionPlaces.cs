using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Where a layer makes queries, keys and values of x, and its outputs of what was read.</summary>
/// <param name="Input">The weight whose first rows make queries, then keys, then values.</param>
/// <param name="Keys">Rows of queries, and as many of keys; 0: there are none.</param>
/// <param name="Values">Rows of values.</param>
/// <param name="Output">The weight that makes y.</param>
internal sealed record ProjectionPlaces(string Input, int Keys, int Values, string Output)
{
    /// <summary>Copies what has the same shape on both sides.</summary>
    /// <param name="from">Where the other layer has its own.</param>
    /// <param name="others">The other layer's parameters.</param>
    /// <param name="own">This layer's parameters, changed.</param>
    public void CopyFrom<T>(ProjectionPlaces from, IReadOnlyDictionary<string, Parameter<T>> others, IReadOnlyDictionary<string, Parameter<T>> own)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Parameter<T> source = others[from.Input];
        Parameter<T> target = own[Input];
        if (source.Shape[^1] != target.Shape[^1])
        {
            return;
        }

        if (from.Keys == Keys)
        {
            Rows(source, 0, 2 * Keys).CopyTo(Rows(target, 0, 2 * Keys));
        }

        if (from.Values == Values)
        {
            Rows(source, 2 * from.Keys, Values).CopyTo(Rows(target, 2 * Keys, Values));
            others[from.Output].Values.CopyTo(own[Output].Values);
        }
    }

    private static Span<T> Rows<T>(Parameter<T> weight, int first, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        weight.Values.Slice(first * weight.Shape[^1], count * weight.Shape[^1]);
}
