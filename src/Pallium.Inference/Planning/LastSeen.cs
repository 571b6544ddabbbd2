namespace Pallium.Inference;

/// <summary>What a stream saw last of each channel.</summary>
internal static class LastSeen
{
    /// <summary>In the channels' units; NaN where a channel was never seen.</summary>
    public static double[] Values(WorldEngine engine, StreamState state)
    {
        SliceLayout layout = engine.Core.Layout;
        ReadOnlySpan<double> memory = state.Core.AsSpan(engine.Core.Base.StateSize);
        var values = new double[layout.Channels];
        for (int c = 0; c < values.Length; c++)
        {
            bool never = state.Count == 0 || memory[layout.Coordinates + c] >= SliceCore.LongestAge;
            values[c] = never ? double.NaN : Value(layout, c, memory);
        }

        return values;
    }

    private static double Value(SliceLayout layout, int channel, ReadOnlySpan<double> seen)
    {
        int discrete = layout.DiscreteOf(channel);
        int real = layout.RealOf(channel);
        double outcome = 1;
        if (discrete >= 0)
        {
            SliceVariable variable = layout.Variables[discrete];
            ReadOnlySpan<double> own = seen.Slice(variable.Coordinate, variable.Coordinates);
            outcome = own.Length == 1 ? own[0] : own.IndexOf(1);
        }

        return real < 0 ? outcome
            : outcome == 0 ? 0
            : layout.Schema.Channels[channel].Round(layout.Scale(channel).Decode(seen[layout.Variables[real].Coordinate]));
    }
}
