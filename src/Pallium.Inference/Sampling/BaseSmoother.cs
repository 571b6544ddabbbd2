using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The base's distribution of one slice of a question given what is known of all other slices: the linear-Gaussian smoother in closed form.</summary>
/// <remarks>
/// <para>Slice k is x_k = m_k + Σ_(s ≤ k) Φ_(k-s) ε_s, with m_k its mean when nothing is known from the first slice on, ε_s ~ N(0, C_s) what is new in
/// slice s, and Φ the impulse responses. Known cells y and the coordinates of the slice at hand are rows of Φ's, so that their joint covariance is
/// R·C·Rᵀ with R [cells, slices · D] and C block-diagonal: one dense Gaussian, in which unknown cells between need not stand at all. Conditioning on y is
/// one Cholesky factor. O(n²·slices·D) for n known cells.</para>
/// <para>What is known of earlier slices is taken as the base takes it, which predicts from outcomes as from numbers; later outcomes are doubted.
/// Where more cells are known than <see cref="MostKnown"/> the nearest count, and slices before the first of these are taken as the guide of
/// <see cref="WorldParticles"/> takes them.</para>
/// </remarks>
internal sealed class BaseSmoother
{
    /// <summary>Known cells of other slices that count at the most: the nearest.</summary>
    private const int MostKnown = 192;

    /// <summary>Noise, in innovation variances, by which a later outcome is doubted, which is not normal at all.</summary>
    public const double OutcomeDoubt = 1;

    private readonly WorldEngine _engine;
    private readonly StreamState _start;
    private readonly IReadOnlyList<SlicePlan> _slices;
    private readonly int _d;
    private readonly int _wholeFrom;
    private readonly double[] _coordinates;
    private readonly Dictionary<int, WorldParticles> _models = [];
    private readonly List<(int Channel, KnownCell Cell)> _observed = [];

    /// <param name="engine">The model.</param>
    /// <param name="start">The stream before the first slice; not changed.</param>
    /// <param name="slices">What is known. Cells that are not known are integrated out, whatever their role; of bounded ones see <see cref="Observe"/>.</param>
    public BaseSmoother(WorldEngine engine, StreamState start, IReadOnlyList<SlicePlan> slices)
    {
        (_engine, _start, _slices) = (engine, start, slices);
        _d = engine.Core.Layout.Coordinates;
        _coordinates = new double[slices.Count * _d];
        for (int h = 0; h < slices.Count; h++)
        {
            engine.Core.Layout.Encode(slices[h].Values, _coordinates.AsSpan(h * _d, _d));
        }

        while (_wholeFrom < slices.Count && Array.TrueForAll(slices[_wholeFrom].Cells, cell => cell.Role == CellRole.Known))
        {
            _wholeFrom++;
        }
    }

    /// <summary>A coordinate that is known but for noise: so many innovation variances, and a variance besides.</summary>
    private readonly record struct KnownCell(int Slice, int Coordinate, double Value, double Doubt, double Noise = 0);

    /// <summary>Takes in what is known of a coordinate besides the values of cells: a value but for noise, of <paramref name="doubt"/> innovation variances and another variance.</summary>
    public void Observe(int slice, int channel, int coordinate, double value, double doubt, double noise = 0) =>
        _observed.Add((channel, new KnownCell(slice, coordinate, value, doubt, noise)));

    /// <summary>The distribution of slice <paramref name="h"/> given all other slices and what was observed, no cell of its own clamped.</summary>
    /// <param name="h">Which slice.</param>
    /// <param name="gaussian">Takes mean and covariance; all clamps are taken back.</param>
    /// <param name="except">The channel of the slice of which nothing that was observed counts; -1: none.</param>
    public void Fill(int h, SliceGaussian gaussian, int except = -1)
    {
        KnownCell[] nearest = Nearest(h, out int from);

        // Slices that do not follow from one another say nothing about each other.
        bool alone = _slices.Count > 1 && ModelFrom(from).Shared(1).Response is null;
        IEnumerable<KnownCell> observed = _observed
            .Where(one => one.Cell.Slice == h ? one.Channel != except : !alone && one.Cell.Slice >= from)
            .Select(one => one.Cell);
        KnownCell[] known = [.. alone ? [] : nearest, .. observed];
        WorldParticles model = ModelFrom(from);
        int m = known.Length;
        int n = m + _d;
        int width = (Math.Max(h, m == 0 ? h : known.Max(cell => cell.Slice)) - from + 1) * _d;
        double[] joint = JointCovariance(model, known, h, from, width);
        double[] factor = new double[m * m];
        double[] pulls = new double[m * (_d + 1)];
        for (int a = 0; a < m; a++)
        {
            KnownCell cell = known[a];
            joint.AsSpan(a * n, m).CopyTo(factor.AsSpan(a * m));
            double innovation = model.Covariance(cell.Slice)[(cell.Coordinate * _d) + cell.Coordinate];
            factor[(a * m) + a] += Math.Max(cell.Doubt * innovation, 1e-12) + cell.Noise;
            joint.AsSpan((a * n) + m, _d).CopyTo(pulls.AsSpan(a * (_d + 1)));
            pulls[(a * (_d + 1)) + _d] = cell.Value - model.Shared(cell.Slice).Mean[cell.Coordinate];
        }

        Cholesky.FactorWithJitter(factor, m);
        Cholesky.SolveLower(factor, m, pulls, _d + 1);
        Span<double> mean = gaussian.PriorMeanStore;
        Span<double> covariance = gaussian.PriorCovarianceStore;
        model.Shared(h).Mean.CopyTo(mean);
        for (int i = 0; i < _d; i++)
        {
            joint.AsSpan(((m + i) * n) + m, _d).CopyTo(covariance[(i * _d)..]);
        }

        for (int a = 0; a < m; a++)
        {
            ReadOnlySpan<double> row = pulls.AsSpan(a * (_d + 1), _d);
            RowUpdate.AddScaled(pulls[(a * (_d + 1)) + _d], row, mean);
            for (int i = 0; i < _d; i++)
            {
                RowUpdate.AddScaled(-row[i], row, covariance.Slice(i * _d, _d));
            }
        }

        for (int i = 0; i < _d; i++)
        {
            covariance[(i * _d) + i] = Math.Max(covariance[(i * _d) + i], 0);
        }

        gaussian.Begin(model.Shared(h).Knowledge);
    }

    /// <summary>Known cells of other slices, nearest first, and the slice whose innovation is the first that is not taken for granted.</summary>
    private KnownCell[] Nearest(int h, out int from)
    {
        from = Math.Min(_wholeFrom, h);
        var known = new List<KnownCell>();
        for (int distance = 1; distance < _slices.Count; distance++)
        {
            int later = h + distance;
            int earlier = h - distance;
            if (later < _slices.Count && known.Count < MostKnown)
            {
                AddKnown(later, isLater: true, known);
            }

            if (earlier >= from && known.Count >= MostKnown)
            {
                from = earlier + 1;
                break;
            }

            if (earlier >= from)
            {
                AddKnown(earlier, isLater: false, known);
            }
        }

        return [.. known];
    }

    private void AddKnown(int slice, bool isLater, List<KnownCell> known)
    {
        CellPlan[] cells = _slices[slice].Cells;
        SliceLayout layout = _engine.Core.Layout;
        foreach (SliceVariable variable in layout.Variables)
        {
            CellPlan cell = cells[variable.Channel];
            bool isSize = !variable.IsDiscrete && layout.DiscreteOf(variable.Channel) >= 0;
            if (cell.Role != CellRole.Known || (isLater && isSize && !(cell.Value > 0)))
            {
                continue;
            }

            // One indicator of several follows from the others.
            for (int i = 0; i < Math.Max(1, variable.Coordinates - 1); i++)
            {
                int j = variable.Coordinate + i;
                known.Add(new KnownCell(slice, j, _coordinates[(slice * _d) + j], isLater && variable.IsDiscrete ? OutcomeDoubt : Lookahead.Doubt));
            }
        }
    }

    /// <summary>The base led through the slices: those before <paramref name="from"/> as they are known, of the others nothing.</summary>
    private WorldParticles ModelFrom(int from)
    {
        if (!_models.TryGetValue(from, out WorldParticles? model))
        {
            CellPlan[] free = [.. Enumerable.Repeat(CellPlan.Free, _engine.Core.Layout.Channels)];
            SlicePlan[] plans = [.. _slices.Select((slice, h) => h < from ? slice : slice with { Cells = free })];
            model = new WorldParticles(_engine, _start, plans, reach: plans.Length);
            _models.Add(from, model);
        }

        return model;
    }

    /// <summary>R·C·Rᵀ of the known cells and, behind them, the coordinates of slice <paramref name="h"/>.</summary>
    private double[] JointCovariance(WorldParticles model, KnownCell[] known, int h, int from, int width)
    {
        int n = known.Length + _d;
        double[] rows = new double[n * width];
        double[] carried = new double[n * width];
        for (int a = 0; a < n; a++)
        {
            (int slice, int coordinate) = a < known.Length ? (known[a].Slice, known[a].Coordinate) : (h, a - known.Length);
            for (int s = from; s < slice; s++)
            {
                model.Response(s, slice - s).Slice(coordinate * _d, _d).CopyTo(rows.AsSpan((a * width) + ((s - from) * _d)));
            }

            rows[(a * width) + ((slice - from) * _d) + coordinate] = 1;
        }

        for (int block = 0; block < width; block += _d)
        {
            MatrixProduct.Accumulate<double>(
                n, _d, _d, rows.AsSpan(block), width, model.Covariance(from + (block / _d)), _d, carried.AsSpan(block), width);
        }

        double[] joint = new double[n * n];
        MatrixProduct.AccumulateTransposedB<double>(n, n, width, carried, width, rows, width, joint, n);
        return joint;
    }
}
