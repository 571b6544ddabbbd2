using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class AnswerNetworkTests
{
    private const int Horizon = 6;

    /// <summary>The learning form over a batch of questions, backwards in time, against the answering form question by question.</summary>
    [Fact]
    public void The_two_forms_give_the_same_loss()
    {
        WorldModel model = Simulated.MixedModel;
        SliceLayout layout = model.Engine.Core.Layout;
        SliceNetwork<double> network = AnswerNetwork.New<double>(model.Engine, 16);
        network.Initialize(new Rng(3));
        foreach ((_, Parameter<double> parameter) in network.Parameters.Items)
        {
            new Rng(4).For(parameter.Length).Normal(parameter.Values, 0.2);
        }

        network.Refresh();
        SleepExample[] examples = Examples(AnswerBatch<double>.Size - 3);
        var batch = new AnswerBatch<double>(layout, network, Horizon, 1);
        batch.Take(examples);
        double expected = 0;
        int cells = 0;
        foreach (SleepExample example in examples)
        {
            (double[] real, double[] discrete) = AnswerNetwork.Evaluate(network, example.Rows);
            for (int h = 0; h < example.Rows.Slices.Count; h++)
            {
                for (int c = 0; c < layout.Channels && example.Rows.Counts[h]; c++)
                {
                    double truth = example.Values[0][h][c];
                    if (example.Rows.Before[h]![c] is null || double.IsNaN(truth))
                    {
                        continue;
                    }

                    cells++;
                    if (layout.DiscreteOf(c) is >= 0 and int d)
                    {
                        expected -= Math.Log(AnswerNetwork.ProbabilitiesOf(layout, example.Rows, discrete, h, layout.Variables[d])[layout.OutcomeOf(c, truth)]);
                    }

                    if (layout.RealOf(c) is >= 0 and int r && (layout.DiscreteOf(c) < 0 || truth > 0))
                    {
                        (double low, double high) = layout.Scale(c).Edges(truth);
                        expected -= AnswerNetwork.MixtureOf(layout, example.Rows, real, h, layout.Variables[r]).LogMass(low, high);
                    }
                }
            }
        }

        Assert.Equal(cells, batch.Cells);
        Assert.Equal(expected, batch.Learn(network.Parameters.NewGradients()), 1e-6 * Math.Abs(expected));
    }

    [Fact]
    public void Nothing_is_added_to_the_next_slice_after_all_that_is_known()
    {
        foreach (SleepExample example in Examples(40))
        {
            bool known = Array.TrueForAll(example.Rows.Slices[0].Cells, cell => cell.Role == CellRole.Known);
            Assert.True(known || example.Rows.Counts[0] == example.Rows.HasLater(0));
        }
    }

    [Fact]
    public void Shares_blend_the_answers_as_mixtures()
    {
        Mixture one = Mixture.Normal(0, 1);
        Mixture other = Mixture.Normal(3, 0.5);
        Mixture blend = one.Blended(0.25, other);
        Assert.Equal((0.75 * one.Cdf(1)) + (0.25 * other.Cdf(1)), blend.Cdf(1), 1e-12);
    }

    /// <summary>Questions about data: what is known is what was, and something is asked.</summary>
    [Fact]
    public void Questions_know_what_was_and_ask_for_something()
    {
        foreach (SleepQuestion question in Questions(200))
        {
            Assert.InRange(question.Slices.Length, 2, Horizon);
            Assert.Contains(question.Slices, slice => Array.Exists(slice.Cells, cell => cell.Role == CellRole.Drawn));
            for (int h = 0; h < question.Slices.Length; h++)
            {
                for (int c = 0; c < question.Slices[h].Cells.Length; c++)
                {
                    CellPlan cell = question.Slices[h].Cells[c];
                    Assert.True(cell.Role == CellRole.Drawn || cell.Value == question.Truths[h][c]);
                }
            }
        }
    }

    private static SleepExample[] Examples(int count) => [.. Questions(count).Select(question => SleepExample.Judged(Simulated.MixedModel.Engine, question))];

    private static IEnumerable<SleepQuestion> Questions(int count)
    {
        var source = new SleepSource(Simulated.MixedModel, Horizon);
        Frame frame = Simulated.Mixed(200, 5);
        source.Add(frame.Series, [new Stretch(0, 20, 200)], new Rng(1));
        return Enumerable.Range(0, count).Select(i => i % 2 == 0 ? source.OfData(new Rng(2).For(i)) : source.OfDream(new Rng(2).For(i)));
    }
}
