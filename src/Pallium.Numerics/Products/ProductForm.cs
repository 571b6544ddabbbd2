namespace Pallium.Numerics;

/// <summary>Which factors of a matrix product are stored transposed.</summary>
public enum ProductForm
{
    /// <summary>A·B, A stored [m, k], B stored [k, n].</summary>
    Plain,

    /// <summary>Aᵀ·B, A stored [k, m]: the form of weight gradients.</summary>
    TransposedA,

    /// <summary>A·Bᵀ, B stored [n, k]: inputs times weights kept [out, in].</summary>
    TransposedB,

    /// <summary>Aᵀ·Bᵀ, A stored [k, m], B stored [n, k].</summary>
    TransposedBoth,
}
