using System.Numerics;

namespace Pallium.Numerics;

/// <summary>All parameters of a model, named, in a fixed order, with one flat layout for their gradients.</summary>
/// <remarks>A parameter belongs to one set: the whole model's.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParameterSet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(string Name, Parameter<T> Parameter)> _items = [];
    private readonly List<int> _offsets = [];

    /// <summary>Collects <paramref name="parameters"/> in order.</summary>
    /// <exception cref="ArgumentException">A name or a parameter occurs twice.</exception>
    public ParameterSet(IEnumerable<(string Name, Parameter<T> Parameter)> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<Parameter<T>>();
        foreach ((string name, Parameter<T> parameter) in parameters)
        {
            if (!names.Add(name) || !seen.Add(parameter))
            {
                throw new ArgumentException($"Parameter '{name}' was listed twice.", nameof(parameters));
            }

            parameter.Index = _items.Count;
            _items.Add((name, parameter));
            _offsets.Add(Length);
            Length = checked(Length + parameter.Length);
        }
    }

    /// <summary>The parameters and their names, such as <c>trunk.0.w_ih</c>.</summary>
    public IReadOnlyList<(string Name, Parameter<T> Parameter)> Items => _items;

    /// <summary>Number of values in all.</summary>
    public int Length { get; }

    /// <summary>A zeroed gradient for every value of this set.</summary>
    public Gradients<T> NewGradients() => new(this);

    internal int OffsetOf(Parameter<T> parameter)
    {
        int index = parameter.Index;
        return (uint)index < (uint)_items.Count && _items[index].Parameter == parameter
            ? _offsets[index]
            : throw new InvalidOperationException(
                $"A parameter of shape [{string.Join(", ", parameter.Shape)}] is not in this set (or was collected into another since): collect all parameters of a model into one set.");
    }
}

/// <summary>Gradients of a <see cref="ParameterSet{T}"/>, one flat run; each worker has its own, added up in a fixed order.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Gradients<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _set;
    private readonly AlignedBuffer<T> _values;

    internal Gradients(ParameterSet<T> set)
    {
        _set = set;
        _values = new AlignedBuffer<T>(set.Length);
    }

    /// <summary>All gradients, in the order of the set.</summary>
    public Span<T> Values => _values.Span;

    /// <summary>The gradient of one parameter; reverse passes add to it.</summary>
    /// <exception cref="InvalidOperationException">The parameter is not in the set.</exception>
    public Span<T> this[Parameter<T> parameter] => _values.Span.Slice(_set.OffsetOf(parameter), parameter.Length);
}
