namespace Pallium.Inference;

/// <summary>Finds the step on which numbers were recorded.</summary>
internal static class Resolution
{
    /// <summary>Values of a continuous recording get this step, relative to the largest of them.</summary>
    private const int FinestDigits = 12;

    /// <summary>Numbers that were single precision once are this far off their decimals.</summary>
    private const double SingleError = 1.2e-7;

    /// <summary>Smaller values count as zero, so that every step is a normal number.</summary>
    private const double Smallest = 1e-100;

    private const double NearStep = 0.05;
    private const double MostMisfits = 0.01;
    private const int FewestForSpacing = 10;
    private const double Clearly = 1.5;

    /// <summary>
    /// The largest step δ, 1, 2, 2.5 or 5 times a power of ten, of which nearly all values are multiples; or the smallest spacing
    /// of at least ten different values, where nearly all are multiples of that and it is larger. Nearly all: at
    /// most 1 % of the values are not, where zeros and the commonest value do not count, as they say nothing about the
    /// grid of the rest. At least 1e-12 of the largest.
    /// </summary>
    /// <param name="values">Values; NaN is passed over.</param>
    public static double Find(ReadOnlySpan<double> values)
    {
        (double Value, int Count)[] grid = Distinct(values);
        if (grid.Length == 0)
        {
            return 1;
        }

        int total = grid.Sum(pair => pair.Count);
        int commonest = grid.Length > 1 ? grid.Max(pair => pair.Count) : 0;
        int allowed = (int)(MostMisfits * (total - commonest));
        double step = Decimal(grid, allowed);
        double spacing = Spacing(grid, allowed);
        return spacing > Clearly * step ? spacing : step;
    }

    /// <summary>The distinct values but zero, sorted.</summary>
    private static (double Value, int Count)[] Distinct(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        var distinct = new List<(double Value, int Count)>();
        foreach (double x in sorted)
        {
            if (distinct.Count > 0 && distinct[^1].Value == x)
            {
                distinct[^1] = (x, distinct[^1].Count + 1);
            }
            else if (Math.Abs(x) is >= Smallest and <= Cell.Largest)
            {
                distinct.Add((x, 1));
            }
        }

        return [.. distinct];
    }

    private static double Decimal((double Value, int Count)[] grid, int allowed)
    {
        double largest = Math.Max(Math.Abs(grid[0].Value), Math.Abs(grid[^1].Value));
        int top = 0;
        while (PowerOfTen(top) < largest)
        {
            top++;
        }

        while (PowerOfTen(top) > largest)
        {
            top--;
        }

        for (int power = top; power > top - FinestDigits; power--)
        {
            foreach (int quarters in (ReadOnlySpan<int>)[20, 10, 8, 4])
            {
                double step = Step(quarters, power);
                if (AreMultiples(grid, step, allowed))
                {
                    return step;
                }
            }
        }

        return Step(4, top - FinestDigits);
    }

    /// <summary>The smallest spacing of neighbours, where nearly all are multiples of it; else 0.</summary>
    private static double Spacing((double Value, int Count)[] grid, int allowed)
    {
        if (grid.Length < FewestForSpacing)
        {
            return 0;
        }

        double spacing = double.MaxValue;
        for (int i = 1; i < grid.Length; i++)
        {
            spacing = Math.Min(spacing, grid[i].Value - grid[i - 1].Value);
        }

        // The whole range gives the spacing more digits than one difference does.
        double range = grid[^1].Value - grid[0].Value;
        spacing = range / Math.Round(range / spacing);
        return AreMultiples(grid, spacing, allowed) ? spacing : 0;
    }

    private static bool AreMultiples((double Value, int Count)[] grid, double step, int allowed)
    {
        int misfits = 0;
        foreach ((double value, int count) in grid)
        {
            double off = Math.Abs(value - (Math.Round(value / step) * step));
            if (off > Math.Min(SingleError * Math.Abs(value), NearStep * step))
            {
                misfits += count;
                if (misfits > allowed)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>quarters/4 · 10^power, correctly rounded.</summary>
    private static double Step(int quarters, int power) =>
        power >= 0 ? 0.25 * quarters * PowerOfTen(power) : 0.25 * quarters / PowerOfTen(-power);

    private static double PowerOfTen(int power)
    {
        double p = 1;
        for (int i = Math.Abs(power); i > 0; i--)
        {
            p *= 10;
        }

        return power < 0 ? 1 / p : p;
    }
}
