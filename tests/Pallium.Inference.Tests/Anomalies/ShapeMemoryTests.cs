using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ShapeMemoryTests
{
    private const int Parts = 3;

    [Fact]
    public void It_agrees_with_a_plain_search_of_a_list_whose_longest_unused_shape_makes_room()
    {
        var options = new AnomalyOptions(1) { Shapes = 6, Vigilance = 0.2 };
        var memory = new ShapeMemory(Parts, options);
        var state = new double[memory.StateLength];
        var remembered = new List<(double[] Shape, int Used)>();
        Rng rng = new Rng(3).For("shapes");
        const double range = 2;
        for (int now = 1; now < 400; now++)
        {
            double[] shape = [.. Enumerable.Range(0, Parts).Select(_ => rng.Normal())];
            double[] distances = [.. remembered.Select(one => one.Shape.Zip(shape, (a, b) => Math.Abs(a - b)).Max())];
            double least = distances.DefaultIfEmpty(double.PositiveInfinity).Min();
            double expected = 0;
            if (least <= 0.2 * range)
            {
                int at = Array.IndexOf(distances, least);
                remembered[at] = (remembered[at].Shape, now);
            }
            else
            {
                expected = remembered.Count == 0 ? 0 : (least / range) - 0.2;
                remembered.Add((shape, now));
                remembered = [.. remembered.OrderByDescending(one => one.Used).Take(6)];
            }

            Assert.Equal(expected, memory.Meet(shape, range, now, state), 1e-15);
        }
    }
}
