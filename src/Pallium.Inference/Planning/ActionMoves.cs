using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>New sequences of actions, from nothing and from others. A sequence is [horizon, actions].</summary>
/// <remarks>
/// A move changes a stretch of slices: numbers by noise that is smooth in time (an autoregression of random strength and correlation), outcomes by setting
/// the stretch to one of them, and now and then all by coming a slice earlier or later. Strong and faint, long and short moves are tried at all times, so
/// that none of it needs to be tuned.
/// </remarks>
/// <param name="ranges">What actions may be.</param>
/// <param name="horizon">Slices.</param>
internal sealed class ActionMoves(IReadOnlyList<ActionRange> ranges, int horizon)
{
    private const double FaintestMove = 3;
    private const double ShiftShare = 0.1;
    private const double WholeShare = 0.4;
    private static readonly double[] Correlations = [0, 0.5, 0.8, 0.95];

    /// <summary>Numbers of a sequence.</summary>
    public int Length => horizon * ranges.Count;

    /// <summary>A sequence that holds a value for stretches of random length.</summary>
    public void Begin(Rng rng, Span<double> sequence)
    {
        for (int a = 0; a < ranges.Count; a++)
        {
            int left = 0;
            double value = 0;
            int longest = 1 + rng.Below(horizon);
            for (int h = 0; h < horizon; h++)
            {
                if (left-- == 0)
                {
                    left = rng.Below(longest);
                    value = ranges[a].Draw(ref rng);
                }

                sequence[(h * ranges.Count) + a] = value;
            }
        }
    }

    /// <summary>A sequence that does the same in all slices: the n-th of <paramref name="count"/>, from all least to all largest.</summary>
    public void Hold(int n, int count, Rng rng, Span<double> sequence)
    {
        for (int a = 0; a < ranges.Count; a++)
        {
            // Several actions are held at levels that have nothing to do with one another.
            double level = a == 0 || n == 0 || n == count - 1 ? (double)n / (count - 1) : rng.Uniform();
            double value = ranges[a].Limit(ranges[a].Low + (level * (ranges[a].High - ranges[a].Low)));
            for (int h = 0; h < horizon; h++)
            {
                sequence[(h * ranges.Count) + a] = value;
            }
        }
    }

    /// <summary>Changes a sequence.</summary>
    /// <param name="rng">Its noise.</param>
    /// <param name="spread">Strength of the strongest moves of each number, [horizon, actions].</param>
    /// <param name="sequence">Changed in place.</param>
    public void Move(Rng rng, ReadOnlySpan<double> spread, Span<double> sequence)
    {
        bool whole = rng.Uniform() < WholeShare;
        int from = whole ? 0 : rng.Below(horizon);
        int to = whole ? horizon : from + 1 + rng.Below(horizon - from);
        double strength = Elementary.Exp(-FaintestMove * rng.Uniform());
        double correlation = Correlations[rng.Below(Correlations.Length)];
        if (rng.Uniform() < ShiftShare)
        {
            Shift(from, to, earlier: rng.Uniform() < 0.5, sequence);
        }

        for (int a = 0; a < ranges.Count; a++)
        {
            if (ranges[a].Channel.IsNumeric)
            {
                Shake(a, from, to, strength, correlation, ref rng, spread, sequence);
            }
            else
            {
                double value = ranges[a].Draw(ref rng);
                for (int h = from; h < to; h++)
                {
                    sequence[(h * ranges.Count) + a] = value;
                }
            }
        }
    }

    /// <summary>Sets every action to a value that can be done.</summary>
    public void Limit(Span<double> sequence)
    {
        for (int i = 0; i < sequence.Length; i++)
        {
            sequence[i] = ranges[i % ranges.Count].Limit(sequence[i]);
        }
    }

    private void Shake(int a, int from, int to, double strength, double correlation, ref Rng rng, ReadOnlySpan<double> spread, Span<double> sequence)
    {
        double fresh = Math.Sqrt(1 - (correlation * correlation));
        double noise = rng.Normal();
        for (int h = from; h < to; h++)
        {
            int i = (h * ranges.Count) + a;
            sequence[i] = ranges[a].Limit(sequence[i] + (strength * Math.Max(spread[i], ranges[a].Channel.Resolution) * noise));
            noise = (correlation * noise) + (fresh * rng.Normal());
        }
    }

    private void Shift(int from, int to, bool earlier, Span<double> sequence)
    {
        int width = ranges.Count;
        int count = (to - from - 1) * width;
        Span<double> first = sequence.Slice(from * width, count);
        Span<double> last = sequence.Slice((from + 1) * width, count);
        if (earlier)
        {
            last.CopyTo(first);
        }
        else
        {
            first.CopyTo(last);
        }
    }
}
