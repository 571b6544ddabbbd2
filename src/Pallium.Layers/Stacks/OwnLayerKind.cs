using System.Numerics;

namespace Pallium.Layers;

/// <summary>A layer from outside that stack texts can name, with one option, its units: <c>name(16)</c>.</summary>
public abstract class OwnLayerKind : LayerKind
{
    /// <summary>Creates the kind; <see cref="LayerKind.Register"/> makes it known.</summary>
    /// <param name="name">Its name: a letter, then letters, digits and underscores.</param>
    /// <param name="summary">What it is, in one line.</param>
    /// <exception cref="ArgumentException">The name is not one that stack texts can hold.</exception>
    protected OwnLayerKind(string name, string summary)
        : base(name, summary, Units())
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ArgumentException($"Found the name '{name}', expected a letter, then letters, digits and underscores.", nameof(name));
        }
    }

    /// <summary>Makes one layer.</summary>
    /// <param name="inputs">Channels that it reads.</param>
    /// <param name="units">The option.</param>
    protected abstract ISequenceLayer<T> Create<T>(int inputs, int units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    internal sealed override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => Create<T>(inputs, spec.Get<int>("units"));

    internal sealed override LayerSize SizeOf(LayerSpec spec, int inputs)
    {
        ISequenceLayer<float> layer = Build<float>(spec, inputs);
        return new(layer.Outputs, layer.Parameters.Sum(item => (long)item.Parameter.Length), layer.StateSize);
    }
}
