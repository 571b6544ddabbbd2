using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What learning hides from the trunk of one segment, beside the data's own holes; the hidden cells' loss still counts.</summary>
internal sealed class Hiding
{
    private const double SegmentsWithoutHiding = 0.5;
    private const double LargestCellRate = 0.3;
    private const double ChannelRate = 0.1;
    private const double RunRate = 0.02;
    private const int LongestRun = 24;

    private readonly bool[] _channels;
    private double _cellRate;
    private double _runRate;
    private int _run;

    public Hiding(int channels) => _channels = new bool[channels];

    /// <summary>Draws what a new segment hides.</summary>
    public void Begin(ref Rng rng)
    {
        bool nothing = rng.Uniform() < SegmentsWithoutHiding;
        _cellRate = nothing ? 0 : LargestCellRate * rng.Uniform();
        _runRate = nothing ? 0 : RunRate;
        _run = 0;
        for (int c = 0; c < _channels.Length; c++)
        {
            _channels[c] = !nothing && _channels.Length > 1 && rng.Uniform() < ChannelRate;
        }
    }

    /// <summary>Blanks the coordinates of one slice that the trunk is not to see.</summary>
    public void Apply(SliceLayout layout, Span<double> coordinates, ref Rng rng)
    {
        if (_run == 0 && _runRate > 0 && rng.Uniform() < _runRate)
        {
            _run = 1 + rng.Below(LongestRun);
        }

        bool whole = _run > 0;
        _run = Math.Max(0, _run - 1);
        Span<bool> hidden = stackalloc bool[_channels.Length];
        for (int c = 0; c < hidden.Length; c++)
        {
            hidden[c] = whole || _channels[c] || (_cellRate > 0 && rng.Uniform() < _cellRate);
        }

        foreach (SliceVariable variable in layout.Variables)
        {
            if (hidden[variable.Channel])
            {
                coordinates.Slice(variable.Coordinate, variable.Coordinates).Fill(double.NaN);
            }
        }
    }
}
