using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A real variable's base distribution: the unit that its mixture is expressed in.</summary>
/// <param name="Mean">Conditional mean, in encoded units.</param>
/// <param name="Scale">Conditional spread, positive.</param>
/// <param name="Floor">Least spread of a component, in units of <paramref name="Scale"/>.</param>
internal readonly record struct Standard(double Mean, double Scale, double Floor);

/// <summary>What streaming and learning share: a stream's state, the base's prediction, and the numbers that trunk and head read.</summary>
/// <remarks>
/// A state row is [base state | last seen coordinates | age of each channel]. The trunk reads, per slice, [last seen value; innovation;
/// mask; age; exogenous features; log(1+dt)]; the head reads [exogenous features; log(1+dt); clamped values; clamp mask; conditional
/// means, log-scales and logits of the base]. Real inputs are squashed, 3 tanh(z/3).
/// </remarks>
/// <param name="layout">Channels and coordinates.</param>
/// <param name="linear">The base.</param>
/// <param name="exogenous">E.</param>
/// <param name="clockFeatures">How many of the exogenous features, the first ones, are sin and cos of the clock.</param>
internal sealed class SliceCore(SliceLayout layout, LinearBase linear, int exogenous, int clockFeatures)
{
    /// <summary>Age, in median steps, of what was never seen or long ago.</summary>
    public const double LongestAge = 1000;

    private const double LeastScale = 1e-6;

    public SliceLayout Layout => layout;

    public LinearBase Base => linear;

    /// <summary>Slices of history after which more of it changes nothing in the base.</summary>
    public int LongestLook => linear.Stages.Count == 0 ? 0 : linear.Stages.Max(stage => stage.Needs);

    /// <summary>Whether anything was learned from one slice to the next: not of a table, nor of very few slices.</summary>
    public bool HasPast => linear.Stages.Count > 0;

    /// <summary>E.</summary>
    public int Exogenous => exogenous;

    public int StateSize => linear.StateSize + MemorySize;

    /// <summary>Numbers that a stream keeps of what it saw: last seen coordinates and ages.</summary>
    public int MemorySize => layout.Coordinates + layout.Channels;

    public int EncoderInputs => CountEncoderInputs(layout, exogenous);

    /// <summary>Channels that the trunk reads: last seen values, masks, ages, elapsed time, and E more.</summary>
    public static int CountEncoderInputs(SliceLayout layout, int exogenous) => (2 * layout.Coordinates) + (2 * layout.Channels) + exogenous + 1;

    public int HeadFeatures => exogenous + 1 + (3 * layout.Coordinates) + layout.Channels + layout.DiscreteOutputs;

    /// <summary>Where the head's features of each sort begin: clamped values, conditional means, log-scales, clamp mask, logits.</summary>
    public (int Values, int Means, int Scales, int Mask, int Logits) FeaturePlaces
    {
        get
        {
            int values = exogenous + 1;
            int d = layout.Coordinates;
            return (values, values + d, values + (2 * d), values + (3 * d), values + (3 * d) + layout.Channels);
        }
    }

    /// <summary>What the head sees of a conditional variance.</summary>
    public static double ScaleFeature(double variance) => 0.5 * Elementary.Log(Math.Max(variance, 1e-4));

    /// <summary>A stream that has seen nothing.</summary>
    public void Start(Span<double> state)
    {
        linear.Begin(state[..linear.StateSize]);
        state.Slice(linear.StateSize, layout.Coordinates).Clear();
        state[(linear.StateSize + layout.Coordinates)..].Fill(LongestAge);
    }

    /// <summary>The base's joint distribution of the next slice.</summary>
    public void Predict(ReadOnlySpan<double> state, ReadOnlySpan<double> features, double elapsed, SliceGaussian gaussian) =>
        linear.Predict(state[..linear.StateSize], features, elapsed, gaussian);

    /// <summary>Whether slices have a clock.</summary>
    public bool HasClock => clockFeatures > 0;

    /// <summary>The base's joint distribution of a slice without a past.</summary>
    public void PredictWithoutPast(ReadOnlySpan<double> features, SliceGaussian gaussian) => linear.NoPast(features, gaussian);

    /// <summary>The base's joint distribution of a slice of which not even the time is known: the clock is averaged over, static columns stay.</summary>
    /// <param name="features">Those of the clock become zero, which no time has.</param>
    /// <param name="gaussian">Takes mean and covariance.</param>
    public void PredictWithoutTime(Span<double> features, SliceGaussian gaussian)
    {
        features[..clockFeatures].Fill(double.NaN);
        linear.NoPast(features, gaussian);
        features[..clockFeatures].Clear();
    }

    /// <summary>Takes in a slice.</summary>
    /// <param name="state">Advanced in place.</param>
    /// <param name="gaussian">The slice's prediction, without clamps; used up.</param>
    /// <param name="coordinates">The encoded slice, NaN for holes.</param>
    /// <param name="features">Exogenous features.</param>
    /// <param name="elapsed">Time since the slice before, in median steps.</param>
    /// <param name="inputs">Receives what the trunk reads.</param>
    public void Observe(
        Span<double> state, SliceGaussian gaussian, ReadOnlySpan<double> coordinates, ReadOnlySpan<double> features, double elapsed, Span<double> inputs)
    {
        TakeIn(state[linear.StateSize..], gaussian.Mean, gaussian.Covariance, coordinates, features, elapsed, inputs);
        linear.Update(state[..linear.StateSize], features, elapsed, coordinates, gaussian);
    }

    /// <summary>Keeps what was seen, and writes what the trunk reads of a slice.</summary>
    /// <param name="memory">[<see cref="MemorySize"/>]: last seen coordinates and ages, advanced in place.</param>
    /// <param name="mean">The slice's predicted means, [D].</param>
    /// <param name="covariance">Its predicted covariance, [D, D].</param>
    /// <param name="coordinates">The encoded slice, NaN for holes.</param>
    /// <param name="features">Exogenous features.</param>
    /// <param name="elapsed">Time since the slice before, in median steps.</param>
    /// <param name="inputs">Receives what the trunk reads.</param>
    public void TakeIn(
        Span<double> memory, ReadOnlySpan<double> mean, ReadOnlySpan<double> covariance, ReadOnlySpan<double> coordinates, ReadOnlySpan<double> features, double elapsed,
        Span<double> inputs)
    {
        int d = layout.Coordinates;
        Span<double> seen = memory[..d];
        Span<double> age = memory[d..];
        for (int c = 0; c < age.Length; c++)
        {
            age[c] = Math.Min(age[c] + elapsed, LongestAge);
        }

        Span<double> mask = inputs.Slice(2 * d, layout.Channels);
        Span<double> ageInputs = inputs.Slice((2 * d) + layout.Channels, layout.Channels);
        mask.Clear();
        foreach (SliceVariable variable in layout.Variables)
        {
            for (int i = variable.Coordinate; i < variable.Coordinate + variable.Coordinates; i++)
            {
                double innovation = 0;
                if (!double.IsNaN(coordinates[i]))
                {
                    seen[i] = coordinates[i];
                    innovation = (coordinates[i] - mean[i]) / Math.Max(Math.Sqrt(covariance[(i * d) + i]), 1e-3);
                    mask[variable.Channel] = 1;
                    age[variable.Channel] = 0;
                }

                inputs[i] = variable.IsDiscrete ? seen[i] : Squash(seen[i]);
                inputs[d + i] = Squash(innovation);
            }
        }

        for (int c = 0; c < age.Length; c++)
        {
            ageInputs[c] = 0.3 * Elementary.Log1p(age[c]);
        }

        features.CopyTo(inputs[((2 * d) + (2 * layout.Channels))..]);
        inputs[^1] = Elementary.Log1p(elapsed);
    }

    /// <summary>Clamps a channel of the base's distribution to the encoded slice's value.</summary>
    public void Clamp(SliceGaussian gaussian, int channel, ReadOnlySpan<double> coordinates)
    {
        ClampVariable(gaussian, layout.DiscreteOf(channel), coordinates);
        ClampVariable(gaussian, layout.RealOf(channel), coordinates);
    }

    /// <summary>Writes what the head reads.</summary>
    /// <param name="gaussian">The base's distribution, with the clamps applied.</param>
    /// <param name="coordinates">The encoded slice.</param>
    /// <param name="clamped">Which channels are clamped.</param>
    /// <param name="features">Exogenous features.</param>
    /// <param name="elapsed">Time since the slice before.</param>
    /// <param name="target">[<see cref="HeadFeatures"/>], overwritten.</param>
    public void Features(
        SliceGaussian gaussian, ReadOnlySpan<double> coordinates, ReadOnlySpan<bool> clamped, ReadOnlySpan<double> features, double elapsed, Span<double> target)
    {
        int d = layout.Coordinates;
        features.CopyTo(target);
        target[exogenous] = Elementary.Log1p(elapsed);
        (int valuesAt, int meansAt, int scalesAt, int maskAt, int logitsAt) = FeaturePlaces;
        Span<double> values = target.Slice(valuesAt, d);
        Span<double> means = target.Slice(meansAt, d);
        Span<double> scales = target.Slice(scalesAt, d);
        Span<double> mask = target.Slice(maskAt, layout.Channels);
        Span<double> logits = target[logitsAt..];
        for (int c = 0; c < clamped.Length; c++)
        {
            mask[c] = clamped[c] ? 1 : 0;
        }

        foreach (SliceVariable variable in layout.Variables)
        {
            bool known = clamped[variable.Channel];
            for (int i = variable.Coordinate; i < variable.Coordinate + variable.Coordinates; i++)
            {
                double value = known && !double.IsNaN(coordinates[i]) ? coordinates[i] : 0;
                values[i] = variable.IsDiscrete ? value : Squash(value);
                means[i] = variable.IsDiscrete ? gaussian.Mean[i] : Squash(gaussian.Mean[i]);
                scales[i] = known ? 0 : ScaleFeature(gaussian.Variance(i));
            }

            if (variable.IsDiscrete)
            {
                Span<double> own = logits.Slice(variable.Output, variable.Outcomes);
                if (known)
                {
                    own.Clear();
                }
                else
                {
                    Logits(gaussian, variable, own);
                    foreach (ref double logit in own)
                    {
                        logit = Squash(logit);
                    }
                }
            }
        }
    }

    /// <summary>The base's logits of a discrete variable given the clamps.</summary>
    public void Logits(SliceGaussian gaussian, SliceVariable variable, Span<double> logits) => linear.LogProbabilities(gaussian, variable.Index, logits);

    /// <summary>The base's distribution of a real variable given the clamps; of a positive channel with an atom, given that it is above zero.</summary>
    public Standard StandardOf(SliceGaussian gaussian, SliceVariable variable) => StandardOf(gaussian.Mean, gaussian.Covariance, variable);

    /// <summary>The same from means [D] and covariance [D, D].</summary>
    public Standard StandardOf(ReadOnlySpan<double> means, ReadOnlySpan<double> covariance, SliceVariable variable)
    {
        int i = variable.Coordinate;
        int d = layout.Coordinates;
        double mean = means[i];
        double variance = covariance[(i * d) + i];
        if (layout.DiscreteOf(variable.Channel) is >= 0 and int discrete)
        {
            int above = layout.Variables[discrete].Coordinate;
            double spread = covariance[(above * d) + above];
            if (spread > 1e-9)
            {
                double shared = covariance[(i * d) + above];
                mean += shared / spread * (1 - means[above]);
                variance -= shared * shared / spread;
            }

            // Zeros have no spread of size, so that the pooled variance is the positive values' own times their share.
            variance /= 1 - layout.Scale(variable.Channel).AtomShare;
        }

        double width = layout.WidthAt(variable.Channel, mean);
        double scale = Math.Max(Math.Sqrt(Math.Max(variance, 0)), Math.Max(IntervalMixture.FloorShare * width, LeastScale));
        return new Standard(mean, scale, IntervalMixture.FloorShare * width / scale);
    }

    /// <summary>What trunk and head see of a real input: 3 tanh(z/3).</summary>
    public static double Squash(double z) => 3 * Elementary.Tanh(z / 3);

    private void ClampVariable(SliceGaussian gaussian, int index, ReadOnlySpan<double> coordinates)
    {
        if (index < 0)
        {
            return;
        }

        SliceVariable variable = layout.Variables[index];
        for (int i = variable.Coordinate; i < variable.Coordinate + variable.Coordinates; i++)
        {
            if (!double.IsNaN(coordinates[i]))
            {
                gaussian.Clamp(i, coordinates[i]);
            }
        }
    }
}
