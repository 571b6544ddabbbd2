using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class QuestionMakerTests
{
    [Fact]
    public void The_expected_loss_of_a_random_clamp_set_is_the_mean_over_all_orders_of_the_chain_rule()
    {
        WorldEngine engine = Simulated.WalkModel.Engine;
        SliceCore core = engine.Core;
        Frame frame = Simulated.Walk(30, 12);
        EncodedSeries series = WorldEngine.Encode(engine.Schema, engine.Normalizer, engine.Clock, core.Layout, frame.Series[0]);
        const int Slice = 25;
        var state = new double[core.StateSize];
        var maker = new QuestionMaker(core);
        core.Start(state);
        maker.WarmUp(series, 0, Slice, state, []);

        // Mean over the six orders of the base's own chain rule.
        var observer = new SliceObserver(engine);
        StreamState stream = Simulated.WalkModel.After(new Frame(frame.Schema, [frame.Series[0].Part(0, Slice)])).State;
        double[] truth = frame.Series[0].Row(Slice).ToArray();
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        double expected = -orders.Average(order => observer.LogChain(stream, frame.Series[0].Times[Slice], truth, order));

        // Draw clamp sets; a new network adds nothing to the base, so all outputs zero.
        var targets = new SliceTargets(1, core.Layout);
        var window = Window(core);
        var root = new Rng(5);
        double sum = 0;
        int asked = 0;
        const int Draws = 6000;
        for (int i = 0; asked < Draws; i++)
        {
            Rng rng = root.For(i);
            double[] copy = [.. state];
            targets.Weights.AsSpan().Clear();
            targets.Cells = 0;
            maker.Ask(series, Slice, copy, null, 0, window, targets, ref rng);
            Assert.Equal(3, targets.Cells);
            if (!window.WithoutPast[0])
            {
                asked++;
                sum += SliceLoss<double>.Evaluate(new double[core.Layout.RealOutputs], [], targets, [], [], null);
            }
        }

        Assert.Equal(expected, sum / Draws, 0.05);
    }

    [Fact]
    public void Holes_are_neither_clamped_nor_asked_for()
    {
        WorldEngine engine = Simulated.MixedModel.Engine;
        SliceCore core = engine.Core;
        Frame frame = Simulated.Mixed(40, 2, holes: 0.6);
        EncodedSeries series = WorldEngine.Encode(engine.Schema, engine.Normalizer, engine.Clock, core.Layout, frame.Series[0]);
        var maker = new QuestionMaker(core);
        var state = new double[core.StateSize];
        core.Start(state);
        var window = Window(core);
        for (int i = 0; i < series.Length; i++)
        {
            var targets = new SliceTargets(1, core.Layout);
            Rng rng = new Rng(1).For(i);
            maker.Ask(series, i, state, null, 0, window, targets, ref rng);
            double[] row = series.Source.Row(i).ToArray();
            Assert.Equal(row.Count(double.IsFinite), targets.Cells);
            Assert.Equal(targets.Cells > 0, targets.Weights.Any(weight => weight > 0));
            foreach (SliceVariable variable in core.Layout.Variables)
            {
                Assert.True(targets.Weights[variable.Index] == 0 || double.IsFinite(row[variable.Channel]));
            }

            Assert.All(window.HeadFeatures, x => Assert.True(double.IsFinite(x)));
            Assert.All(window.EncoderInputs, x => Assert.True(double.IsFinite(x)));
        }
    }

    private static SliceWindow<double> Window(SliceCore core) => new()
    {
        Steps = 1,
        Rows = 1,
        Elapsed = new double[1],
        EncoderInputs = new double[core.EncoderInputs],
        HeadFeatures = new double[core.HeadFeatures],
        States = [],
        LastOutputs = [],
        FreshRows = new bool[1],
        WithoutPast = new bool[1],
    };
}
