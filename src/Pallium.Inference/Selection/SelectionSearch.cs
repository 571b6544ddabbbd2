using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One selection at work: prices tried, one chosen, channels selected and scored.</summary>
internal sealed class SelectionSearch(SelectionData data, SelectionNetwork network, SelectionOptions options, string stack, SelectionJobs jobs)
{
    /// <summary>Share of the work until the price is chosen.</summary>
    private const double SearchShare = 0.8;

    /// <summary>Share of the work until the channels are selected.</summary>
    private const double SelectedShare = 0.85;

    private readonly Rng _rng = new Rng(options.Seed).For("selection");

    /// <summary>Does it all.</summary>
    public SelectionResult Run()
    {
        int slices = Known(data.Learning);
        int folds = Math.Min(ChannelSelector.FoldsFor(options, slices), data.Learning.Length);
        SelectionStep[] path = TryPrices(folds);
        SelectionStep chosen = path.Single(step => step.IsChosen);
        double[] prices = [.. path.Select(step => step.Price).Where(price => price > 0 && double.IsFinite(price))];
        double[] logits = MeanLogits(Math.Clamp(chosen.Price, prices[^1], prices[0]));
        int[] kept = Kept(chosen.Price, _ => logits);
        int[][] sets = [[.. Enumerable.Range(0, logits.Length)], [], kept, .. kept.Select(left => kept.Where(c => c != left).ToArray())];
        SelectionOutcomes[] tested = TestAll(sets, SelectedShare, 1);
        SelectionOutcomes selected = tested[2];
        (double cost, double error) = selected.Against(tested[0]);
        SelectedChannel[] channels = [.. logits.Select((logit, c) => Describe(c, logit, Array.IndexOf(kept, c) is var at && at >= 0 ? tested[3 + at] : null, selected))];
        return new SelectionResult(
            data.Target,
            [.. channels.OrderByDescending(channel => channel.Kept).ThenByDescending(channel => channel.Kept ? channel.Cost : channel.Logit)],
            path)
        {
            All = tested[0].Score(data),
            None = tested[1].Score(data),
            Selected = selected.Score(data),
            Cost = cost,
            CostError = error,
            Slices = slices,
            TestSlices = selected.Losses.Length,
            Folds = folds,
            Stack = stack,
        };
    }

    /// <summary>Test outcomes of sets of channels, learned from all else: of every set those of several networks, one after another.</summary>
    public SelectionOutcomes[] TestAll(int[][] sets, double from, double to)
    {
        Require(data.Learning.Length, data.Test.Length);
        SelectionOutcomes[] all = jobs.Run(
            "scoring", sets.Length * options.Repeats, from, to,
            i => network.Outcomes(sets[i / options.Repeats], data.Learning, data.Test, _rng.For("test").For(i % options.Repeats)));
        return [.. sets.Select((_, set) => SelectionOutcomes.Averaged(all[(set * options.Repeats)..((set + 1) * options.Repeats)]))];
    }

    /// <summary>Tries all prices, all channels and none on every part held out, and marks what is chosen.</summary>
    private SelectionStep[] TryPrices(int folds)
    {
        Require(data.Learning.Length - ((data.Learning.Length + folds - 1) / folds), data.Test.Length);
        double[] prices = [double.PositiveInfinity, .. ChannelSelector.PricePath(LossOfNothing()), 0];
        int runs = folds * options.Repeats;
        (int Kept, SelectionOutcomes Outcomes)[] tried = jobs.Run("choosing how many", prices.Length * runs, 0, SearchShare, i =>
        {
            int fold = i % runs / options.Repeats;
            int from = (int)((long)data.Learning.Length * fold / folds);
            int to = (int)((long)data.Learning.Length * (fold + 1) / folds);
            SelectionWindow[] rest = [.. data.Learning[..from], .. data.Learning[to..]];
            Rng rng = _rng.For("fold").For(fold).For(i % options.Repeats);
            int[] kept = Kept(prices[i / runs], price => network.Logits(price, rest, rng.For("masks")));
            return (kept.Length, network.Outcomes(kept, rest, data.Learning[from..to], rng.For("network")));
        });
        SelectionOutcomes[] outcomes =
        [
            .. tried.Chunk(runs).Select(ofPrice => SelectionOutcomes.Joined(
                [.. ofPrice.Chunk(options.Repeats).Select(repeats => SelectionOutcomes.Averaged([.. repeats.Select(run => run.Outcomes)]))]).AsPriced(data)),
        ];
        SelectionOutcomes best = outcomes.MinBy(one => one.Loss)!;
        SelectionStep[] path =
        [
            .. prices.Select((price, p) =>
            {
                (double excess, double error) = outcomes[p].Against(best);
                double count = tried[(p * runs)..((p + 1) * runs)].Sum(run => (double)run.Kept) / runs;
                return new SelectionStep(price, count, outcomes[p].Loss, excess, error, false);
            }),
        ];
        SelectionStep chosen = path.Where(step => step.Excess <= options.Tolerance + step.ExcessError).OrderBy(step => step.Channels).ThenBy(step => step.Loss).First();
        return [.. path.Select(step => step with { IsChosen = ReferenceEquals(step, chosen) })];
    }

    /// <summary>Logits of masks learned from all but the test part, mean over several learnings.</summary>
    private double[] MeanLogits(double price)
    {
        double[][] all = jobs.Run("selecting", options.Repeats, SearchShare, SelectedShare, repeat => network.Logits(price, data.Learning, _rng.For("masks").For(repeat)));
        return [.. all[0].Select((_, c) => all.Sum(logits => logits[c]) / all.Length)];
    }

    /// <summary>Which channels a price keeps: none at ∞, all at 0, else those whose logits are positive.</summary>
    private int[] Kept(double price, Func<double, double[]> logits)
    {
        int[] all = [.. Enumerable.Range(0, data.Channels.Length)];
        if (price == 0 || double.IsInfinity(price))
        {
            return price == 0 ? all : [];
        }

        double[] found = logits(price);
        return [.. all.Where(c => found[c] > 0)];
    }

    /// <summary>A channel, with the outcomes of the selection without it; null for one that is not kept.</summary>
    private SelectedChannel Describe(int channel, double logit, SelectionOutcomes? without, SelectionOutcomes selected)
    {
        var told = new SelectedChannel(data.Channels[channel], without is not null, logit, Elementary.Sigmoid(logit));
        if (without is null)
        {
            return told;
        }

        (double cost, double error) = without.Against(selected);
        return told with { Without = without.Score(data), Cost = cost, CostError = error };
    }

    /// <summary>H: the entropy of a category, half the variance of a number.</summary>
    private double LossOfNothing()
    {
        const double HalfVariance = 0.5;
        if (data.Categories == 0)
        {
            return HalfVariance;
        }

        double[] truths = [.. data.Truths(data.Learning)];
        return -truths.GroupBy(truth => truth, (_, same) => same.Count() / (double)truths.Length).Order().Sum(share => share * Elementary.Log(share));
    }

    private int Known(SelectionWindow[] windows) => data.Truths(windows).Count();

    private void Require(int learning, int test)
    {
        if (learning < SelectionNetwork.LeastWindows || Known(data.Test) == 0 || test == 0)
        {
            throw new InputException(
                $"{data.Source}, target '{data.Target.Name}': found {data.Learning.Length} windows to select from and {Known(data.Test)} known targets to test on, expected more rows (at least {SelectionNetwork.LeastWindows} windows beside the part held out).");
        }
    }
}
