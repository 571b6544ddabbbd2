using System.Numerics;

namespace Pallium.Layers.Tests;

public sealed class TopKRouterTests : SequenceLayerLaws
{
    [Fact]
    public void The_largest_share_the_weight()
    {
        var weights = new double[4];
        var router = new TopKRouter<double>(4, 2);
        router.Step([1, 3, 2, 3], [1], [], weights, new double[router.StepScratch(1)]);
        Assert.Equal([0, 0.5, 0, 0.5], weights);
    }

    [Fact]
    public void Equal_ones_are_chosen_in_order()
    {
        var weights = new float[3];
        var router = new TopKRouter<float>(3, 2);
        router.Step([7, 7, 7], [1], [], weights, new float[router.StepScratch(1)]);
        Assert.Equal([0.5f, 0.5f, 0], weights);
    }

    [Fact]
    public void Published_choices_are_made()
    {
        GoldenFile[] files = [.. Repository.GoldenFiles().Select(path => new GoldenFile(path)).Where(file => file.Case.StartsWith("mom_", StringComparison.Ordinal))];
        Assert.SkipWhen(files.Length == 0, "No reference values found; PALLIUM_GOLDEN names their folder.");
        foreach (GoldenFile file in files)
        {
            (int inputs, int memories, int chosen) = (file.Int("D"), file.Int("memories"), file.Int("topk"));
            double[] x = file["input/x"];
            double[] weight = file["param/Wg"];
            long[] selected = file.Indices("output/selected");
            var router = new TopKRouter<double>(memories, chosen);
            for (int slice = 0; slice < x.Length / inputs; slice++)
            {
                double[] logits = [.. Enumerable.Range(0, memories).Select(m => Enumerable.Range(0, inputs).Sum(i => weight[(m * inputs) + i] * x[(slice * inputs) + i]))];
                var shares = new double[memories];
                router.Step(logits, [1], [], shares, new double[router.StepScratch(1)]);
                int[] found = [.. Enumerable.Range(0, memories).OrderByDescending(m => shares[m]).Take(chosen)];
                Assert.Equal(selected[(slice * chosen)..((slice + 1) * chosen)].Select(id => (int)id), found);
                Assert.Equal(chosen, shares.Count(share => share > 0));
            }
        }
    }

    [Fact]
    public void More_than_there_are_cannot_be_chosen() => Assert.Throws<ArgumentOutOfRangeException>(() => new TopKRouter<float>(3, 4));

    protected override ISequenceLayer<T> Create<T>() => new TopKRouter<T>(5, 2);
}
