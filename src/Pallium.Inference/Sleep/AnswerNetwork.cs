using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What was learned asleep: a backward trunk over what is known of later slices, and a head that adds to the one-pass answers what is not linear.</summary>
/// <remarks>
/// It is a <see cref="SliceNetwork{T}"/> that runs backwards in time. Its mixtures are in units of the base's distribution given all that is known
/// (<see cref="BaseSmoother"/>), and per variable the answer is (1 - g)·before + g·network, g found on held-out questions, one for slices behind which
/// something is known and one for the others.
/// </remarks>
/// <param name="learned">The network.</param>
/// <param name="shares">g, [variables, 2]: without and with later knowledge, in [0, 1].</param>
/// <param name="record">How it was learned.</param>
internal sealed class AnswerNetwork(ILearnedNetwork learned, double[] shares, SleepRecord record)
{
    /// <summary>The backward trunk.</summary>
    public const string Stack = "gru(32)";

    public ILearnedNetwork Learned => learned;

    public double[] Shares => shares;

    public SleepRecord Record => record;

    /// <summary>The same with its network's own weights rounded.</summary>
    public AnswerNetwork Round(WeightFormat weights) => new(learned.Round(weights), shares, record);

    /// <summary>Place of a variable's share.</summary>
    public static int ShareIndex(SliceVariable variable, bool hasLater) => (2 * variable.Index) + (hasLater ? 1 : 0);

    /// <summary>A network of zeros for a model.</summary>
    public static SliceNetwork<T> New<T>(WorldEngine engine, int hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
            StackText.Parse(Stack).Build<T>(AnswerRows.EncoderInputs(engine.Core)), AnswerRows.HeadFeatures(engine), hidden, engine.Core.Layout.RealOutputs,
            engine.Core.Layout.DiscreteOutputs);

    /// <summary>The answers to a question that was asked about in one pass, [slices][channels].</summary>
    public CellPosterior?[]?[] Answer(AnswerRows rows) => Blend(rows, Evaluate(learned.Network, rows));

    /// <summary>What a network puts out for the slices of a question, [slices, outputs].</summary>
    public static (double[] Real, double[] Discrete) Evaluate(ISliceNetwork network, AnswerRows rows)
    {
        int count = rows.Slices.Count;
        int inputs = network.EncoderInputs;
        NetworkScratch scratch = network.NewScratch();
        var states = new double[count * network.StateSize];
        var state = new double[network.StateSize];
        network.Start(state);
        int first = Array.IndexOf(rows.Counts, true);
        for (int h = count - 1; h >= 0 && h >= first; h--)
        {
            state.CopyTo(states, h * state.Length);
            if (h > 0 && rows.HasLater(h - 1))
            {
                network.Step(rows.Inputs.AsSpan(h * inputs, inputs), rows.Elapsed.AsSpan(h, 1), state, scratch);
            }
        }

        var real = new double[count * network.RealOutputs];
        var discrete = new double[count * network.DiscreteOutputs];
        network.Answer(count, states, rows.Features, real, discrete, scratch);
        return (real, discrete);
    }

    /// <summary>The network's own mixture of a real variable.</summary>
    public static Mixture MixtureOf(SliceLayout layout, AnswerRows rows, double[] real, int h, SliceVariable variable)
    {
        var mixture = new Mixture(layout.Components + 1);
        mixture.Span.Blend(rows.StandardOf(h, variable), real.AsSpan((h * layout.RealOutputs) + variable.Output, 3 * layout.Components), 1, 1);
        return mixture;
    }

    /// <summary>The network's own probabilities of a discrete variable.</summary>
    public static double[] ProbabilitiesOf(SliceLayout layout, AnswerRows rows, double[] discrete, int h, SliceVariable variable)
    {
        var probabilities = new double[variable.Outcomes];
        MixtureSpan.BlendOutcomes(rows.LogitsOf(h, variable), discrete.AsSpan((h * layout.DiscreteOutputs) + variable.Output, variable.Outcomes), 1, probabilities);
        return probabilities;
    }

    private CellPosterior?[]?[] Blend(AnswerRows rows, (double[] Real, double[] Discrete) outputs)
    {
        CellPosterior?[]?[] before = rows.Before;
        var after = new CellPosterior?[]?[before.Length];
        for (int h = 0; h < before.Length; h++)
        {
            int slice = h;
            after[h] = rows.Counts[h] ? [.. before[h]!.Select((cell, c) => cell is null ? null : Blend(rows, outputs, slice, c, cell))] : before[h];
        }

        return after;
    }

    private CellPosterior Blend(AnswerRows rows, (double[] Real, double[] Discrete) outputs, int h, int channel, CellPosterior before)
    {
        SliceLayout layout = rows.Layout;
        double Share(int variable) => variable < 0 ? 0 : shares[ShareIndex(layout.Variables[variable], rows.HasLater(h))];
        int discrete = layout.DiscreteOf(channel);
        int real = layout.RealOf(channel);
        return before.Blended(
            Share(discrete), Share(discrete) > 0 ? ProbabilitiesOf(layout, rows, outputs.Discrete, h, layout.Variables[discrete]) : [],
            Share(real), Share(real) > 0 ? MixtureOf(layout, rows, outputs.Real, h, layout.Variables[real]) : null);
    }
}
