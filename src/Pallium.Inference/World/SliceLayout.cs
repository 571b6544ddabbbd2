namespace Pallium.Inference;

/// <summary>One quantity that a model has a distribution for.</summary>
/// <remarks>
/// A channel is one variable, except a positive channel with an atom at zero, which is two: whether it is above zero, and
/// the value where it is.
/// </remarks>
/// <param name="Index">Its place among the variables, and in the base's groups.</param>
/// <param name="Channel">Index of its channel.</param>
/// <param name="Coordinate">Its first coordinate of the encoded slice.</param>
/// <param name="Coordinates">How many coordinates it has: 1, or one per category.</param>
/// <param name="Outcomes">Number of outcomes of a discrete variable; 0 for a real one.</param>
/// <param name="Output">Where its numbers begin in the head's real or discrete outputs.</param>
internal readonly record struct SliceVariable(int Index, int Channel, int Coordinate, int Coordinates, int Outcomes, int Output)
{
    public bool IsDiscrete => Outcomes > 0;

    /// <summary>The variable as the base knows it.</summary>
    public BaseGroup Group => new(Coordinate, Coordinates, !IsDiscrete ? BaseKind.Real : Coordinates == 1 ? BaseKind.Binary : BaseKind.Categorical);
}

/// <summary>How a slice of channels becomes coordinates, and back.</summary>
internal sealed class SliceLayout
{
    private readonly Normalizer _normalizer;
    private readonly int[] _discrete;
    private readonly int[] _real;

    public SliceLayout(FrameSchema schema, Normalizer normalizer, int components)
    {
        Schema = schema;
        _normalizer = normalizer;
        Components = components;
        _discrete = new int[schema.Channels.Count];
        _real = new int[schema.Channels.Count];
        var variables = new List<SliceVariable>();
        for (int c = 0; c < schema.Channels.Count; c++)
        {
            Channel channel = schema.Channels[c];
            int outcomes = channel.Kind switch
            {
                ChannelKind.Binary => 2,
                ChannelKind.Categorical => channel.Categories.Count,
                _ => normalizer.Channels[c].HasAtom ? 2 : 0,
            };
            _discrete[c] = outcomes > 0 ? variables.Count : -1;
            if (outcomes > 0)
            {
                int coordinates = channel.Kind == ChannelKind.Categorical ? outcomes : 1;
                variables.Add(new SliceVariable(variables.Count, c, Coordinates, coordinates, outcomes, DiscreteOutputs));
                Coordinates += coordinates;
                DiscreteOutputs += outcomes;
            }

            _real[c] = channel.IsNumeric ? variables.Count : -1;
            if (channel.IsNumeric)
            {
                variables.Add(new SliceVariable(variables.Count, c, Coordinates, 1, 0, RealOutputs));
                Coordinates++;
                RealOutputs += 3 * components;
            }
        }

        Variables = [.. variables];
    }

    public FrameSchema Schema { get; }

    public int Channels => Schema.Channels.Count;

    /// <summary>Components of each mixture.</summary>
    public int Components { get; }

    /// <summary>D, numbers of an encoded slice.</summary>
    public int Coordinates { get; }

    /// <summary>Head outputs of all mixtures.</summary>
    public int RealOutputs { get; }

    /// <summary>Head outputs of all categories.</summary>
    public int DiscreteOutputs { get; }

    public SliceVariable[] Variables { get; }

    /// <summary>Index of a channel's discrete variable (category, yes/no, or above zero), or -1.</summary>
    public int DiscreteOf(int channel) => _discrete[channel];

    /// <summary>Index of a channel's real variable, or -1.</summary>
    public int RealOf(int channel) => _real[channel];

    public ChannelScale Scale(int channel) => _normalizer.Channels[channel];

    /// <summary>Width of the rounding interval around an encoded value, in encoded units.</summary>
    public double WidthAt(int channel, double z)
    {
        ChannelScale scale = _normalizer.Channels[channel];
        double value = scale.Decode(z);
        double half = scale.Resolution / 2;
        if (scale.Kind == ChannelKind.Positive)
        {
            value = Math.Max(value, scale.Resolution);
        }

        return scale.Encode(value + half) - scale.Encode(value - half);
    }

    /// <summary>The outcome that a value means for its channel's discrete variable.</summary>
    public int OutcomeOf(int channel, double value) =>
        Schema.Channels[channel].IsNumeric ? (value > 0 ? 1 : 0) : (int)value;

    /// <summary>Writes a slice's coordinates; NaN where a channel is a hole.</summary>
    /// <remarks>
    /// A value that is zero has the mean size of those above it: given that it is zero, its size tells nothing more. (Were the size a
    /// hole, the base would condition on the other channels as if it had not been told.)
    /// </remarks>
    public void Encode(ReadOnlySpan<double> values, Span<double> coordinates)
    {
        foreach (SliceVariable variable in Variables)
        {
            double value = values[variable.Channel];
            Span<double> target = coordinates.Slice(variable.Coordinate, variable.Coordinates);
            if (double.IsNaN(value))
            {
                target.Fill(double.NaN);
            }
            else if (!variable.IsDiscrete)
            {
                ChannelScale scale = _normalizer.Channels[variable.Channel];
                target[0] = scale.HasAtom && value <= 0 ? 0 : scale.Bound(scale.Encode(value));
            }
            else if (variable.Coordinates == 1)
            {
                target[0] = OutcomeOf(variable.Channel, value);
            }
            else
            {
                target.Clear();
                target[(int)value] = 1;
            }
        }
    }
}
