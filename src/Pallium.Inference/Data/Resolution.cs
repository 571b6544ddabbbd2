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
    /// The largest step δ, 1, 2, 2.5 or 5 times a power of ten, of which at least 99 % of the values are multiples; or the
    /// smallest spacing of at least ten different values where at least 99 % lie on that grid and it is larger. Zeros
    /// and the commonest value are left out of the count, as they say nothing about the grid of the rest. At least 1e-12 of the largest.
    /// </summary>
    /// <param name="values">Values; NaN is passed over.</param>
    public static double Find(ReadOnlySpan<double> values)
    {
        List<(double Value, int Count)> grid = Distinct(values);
        if (grid.Count == 0)
        {
            return 1;
        }

        double largest = Math.Max(Math.Abs(grid[0].Value), Math.Abs(grid[^1].Value));
        double step = Decimal(grid, largest);
        double spacing = Spacing(grid);
        return spacing > Clearly * step ? spacing : step;
    }

    /// <summary>The distinct values, sorted, without zero and the commonest where others remain.</summary>
    private static List<(double Value, int Count)> Distinct(ReadOnlySpan<double> values)
    {
        var counts = new Dictionary<double, int>();
        foreach (double x in values)
        {
            if (Math.Abs(x) is >= Smallest and <= Cell.Largest)
            {
                counts[x] = counts.GetValueOrDefault(x) + 1;
            }
        }

        List<(double Value, int Count)> sorted = [.. counts.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key)];
        if (sorted.Count > 1)
        {
            sorted.Remove(sorted.MaxBy(pair => pair.Count));
        }

        return sorted;
    }

    private static double Decimal(List<(double Value, int Count)> grid, double largest)
    {
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
                if (OnGrid(grid, step, 0))
                {
                    return step;
                }
            }
        }

        return Step(4, top - FinestDigits);
    }

    /// <summary>The smallest spacing of neighbours, where all lie on its grid; else 0.</summary>
    private static double Spacing(List<(double Value, int Count)> grid)
    {
        if (grid.Count < FewestForSpacing)
        {
            return 0;
        }

        double spacing = double.MaxValue;
        for (int i = 1; i < grid.Count; i++)
        {
            spacing = Math.Min(spacing, grid[i].Value - grid[i - 1].Value);
        }

        // The whole range gives the spacing more digits than one difference does.
        double range = grid[^1].Value - grid[0].Value;
        spacing = range / Math.Round(range / spacing);
        return OnGrid(grid, spacing, grid[0].Value) ? spacing : 0;
    }

    private static bool OnGrid(List<(double Value, int Count)> grid, double step, double origin)
    {
        long total = 0;
        foreach ((double _, int count) in grid)
        {
            total += count;
        }

        double allowed = MostMisfits * total;
        long misfits = 0;
        foreach ((double value, int count) in grid)
        {
            double x = value - origin;
            double off = Math.Abs(x - (Math.Round(x / step) * step));
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
