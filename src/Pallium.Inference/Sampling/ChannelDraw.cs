using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One channel's cell of a slice, drawn or taken as known for stream after stream: what the streams share is worked out once.</summary>
/// <remarks>
/// A cell has the coordinates of its discrete variable, then that of its real one. Whether a positive channel is above zero, and how large it
/// then is, are drawn together: an outcome's weight holds the mass of all sizes within the bounds.
/// </remarks>
internal sealed class ChannelDraw
{
    /// <summary>A guided variance is at least this share of the plain one.</summary>
    private const double LeastGuidedShare = 1e-9;

    /// <summary>Relative error by which a number may miss a bound that it was drawn within.</summary>
    private const double Rounding = 1e-9;

    private readonly SliceLayout _layout;
    private readonly int _d;
    private readonly int[] _coordinates;
    private readonly double[] _gains;
    private readonly double[] _guidedGains;
    private readonly double[] _variances;
    private readonly double[] _guidedVariances;
    private readonly double[] _values;
    private readonly double[] _draw;
    private readonly double[] _logOutcomes;
    private int _channel;
    private int _count;
    private int _discretes;
    private SliceVariable _discrete;
    private SliceVariable _real;
    private bool _guided;

    public ChannelDraw(SliceLayout layout)
    {
        _layout = layout;
        _d = layout.Coordinates;
        int most = layout.Variables.Max(variable => variable.Coordinates) + 1;
        _coordinates = new int[most];
        _gains = new double[most * _d];
        _guidedGains = new double[most * _d];
        _variances = new double[most];
        _guidedVariances = new double[most];
        _values = new double[most];
        _draw = new double[3 * (layout.Components + 1)];
        _logOutcomes = new double[layout.Variables.Max(variable => variable.Outcomes) + 1];
    }

    /// <summary>Turns to a channel, and conditions the slice's covariances on it.</summary>
    /// <param name="channel">Which; not known yet.</param>
    /// <param name="plain">Without what is known of later slices.</param>
    /// <param name="guided">With it; null where nothing is.</param>
    public void Begin(int channel, SharedCovariance plain, SharedCovariance? guided)
    {
        _channel = channel;
        _guided = guided is not null;
        _count = 0;
        Add(_layout.DiscreteOf(channel), ref _discrete);
        _discretes = _count;
        Add(_layout.RealOf(channel), ref _real);
        for (int i = 0; i < _count; i++)
        {
            int j = _coordinates[i];
            _variances[i] = plain.Informs(j) ? plain.Variance(j) : 0;
            plain.Condition(j, _gains.AsSpan(i * _d, _d));
            if (guided is not null)
            {
                _guidedVariances[i] = Math.Clamp(guided.Variance(j), LeastGuidedShare * _variances[i], _variances[i]);
                guided.Condition(j, _guidedGains.AsSpan(i * _d, _d));
            }
        }
    }

    /// <summary>Draws the cell of one stream within bounds, or takes it as known.</summary>
    /// <param name="belief">What the streams believe.</param>
    /// <param name="row">Which stream.</param>
    /// <param name="bounds">What the cell may be.</param>
    /// <param name="rng">The stream's noise.</param>
    /// <param name="mirrored">Whether to use the opposite of it.</param>
    /// <param name="given">The slice's coordinates, [D], where the cell is not to be drawn; empty: it is.</param>
    /// <param name="means">The stream's means of the slice, [D], conditioned on return.</param>
    /// <param name="guidedMeans">The same given what is known of later slices.</param>
    /// <param name="slice">Receives the cell's coordinates, [D].</param>
    public DrawnCell Take(
        CellBelief belief, int row, in CellBounds bounds, ref Rng rng, bool mirrored, ReadOnlySpan<double> given, Span<double> means, Span<double> guidedMeans,
        Span<double> slice)
    {
        double u = rng.Uniform();
        double component = rng.Uniform();
        double position = ((rng.NextBits() >> 12) + 0.5) * (1.0 / (1UL << 52));
        if (mirrored)
        {
            u = 1 - u;
            position = 1 - position;
        }

        double log = 0;
        double logMass = 0;
        int outcome = 1;
        if (_discretes > 0)
        {
            (log, logMass, outcome) = Outcome(belief, row, bounds, u, means, guidedMeans);
            outcome = given.IsEmpty ? outcome : OutcomeOf(given);
            Set(outcome);
        }

        double z = 0;
        if (_count > _discretes && outcome != 0)
        {
            (double own, double ownMass, z) = Number(belief.Mixture(row), bounds, GuidanceOfReal(means, guidedMeans), component, position);

            // With an atom the outcome's weight held it already.
            log += _discretes > 0 ? 0 : own;
            logMass += _discretes > 0 ? 0 : ownMass;
            z = given.IsEmpty ? z : given[_real.Coordinate];
        }

        if (_count > _discretes)
        {
            // A stream that cannot fulfil what is known has no weight, but must not spread what is no number.
            _values[_discretes] = z = double.IsFinite(z) ? z : 0;
        }

        for (int i = 0; i < _count; i++)
        {
            slice[_coordinates[i]] = _values[i];
        }

        Condition(_gains, means);
        if (_guided)
        {
            Condition(_guidedGains, guidedMeans);
        }

        return new DrawnCell(double.IsNaN(log) ? double.NegativeInfinity : log, logMass, outcome, z);
    }

    /// <summary>
    /// log of how probable the cell was for the model, whatever later slices say: of a number that was drawn its density, of a known one its mass, -∞ outside
    /// the bounds.
    /// </summary>
    public double LogDensity(CellBelief belief, int row, in CellBounds bounds, in DrawnCell cell)
    {
        double log = _discretes == 0 ? 0 : Possible(bounds, cell.Outcome) ? Elementary.Log(belief.Probabilities(row)[cell.Outcome]) : double.NegativeInfinity;
        if (_count == _discretes || cell.Outcome == 0 || bounds.IsEmpty)
        {
            return bounds.IsEmpty ? double.NegativeInfinity : log;
        }

        ChannelScale scale = _layout.Scale(_channel);
        (double low, double high) = bounds.IsFree ? (double.NegativeInfinity, double.PositiveInfinity) : scale.Edges(bounds.Low, bounds.High);
        double slack = Rounding * (1 + Math.Abs(cell.Z));
        if (bounds.IsKnown)
        {
            // What a relation leaves of its last cell is another number for streams that came here otherwise.
            return Math.Abs(scale.Encode(bounds.Low) - cell.Z) <= slack ? log + belief.Mixture(row).LogMass(low, high) : double.NegativeInfinity;
        }

        return cell.Z >= low - slack && cell.Z <= high + slack ? log + belief.Mixture(row).LogMass(cell.Z, cell.Z) : double.NegativeInfinity;
    }

    /// <summary>The cell's value in its channel's units.</summary>
    public double Decode(in DrawnCell cell) =>
        _count == _discretes ? cell.Outcome : cell.Outcome == 0 ? 0 : _layout.Scale(_channel).Decode(cell.Z);

    private void Add(int variable, ref SliceVariable found)
    {
        if (variable < 0)
        {
            return;
        }

        found = _layout.Variables[variable];
        for (int i = 0; i < found.Coordinates; i++)
        {
            _coordinates[_count++] = found.Coordinate + i;
        }
    }

    /// <summary>The discrete coordinates of an outcome; above an atom the size is still open, at zero it is that of <see cref="SliceLayout.Encode"/>.</summary>
    private void Set(int outcome)
    {
        for (int i = 0; i < _discretes; i++)
        {
            _values[i] = _discrete.Coordinates == 1 ? outcome : i == outcome ? 1 : 0;
        }

        if (_count > _discretes)
        {
            _values[_discretes] = 0;
        }
    }

    /// <summary>Whether bounds leave an outcome; with an atom 0 is zero, and 1 is above it.</summary>
    private bool Possible(in CellBounds bounds, int outcome) =>
        _count == _discretes ? bounds.Allows(outcome) : outcome == 0 ? bounds.Low <= 0 && bounds.High >= 0 : bounds.High > 0;

    private int OutcomeOf(ReadOnlySpan<double> slice) => _discretes == 1
        ? (int)slice[_discrete.Coordinate]
        : slice.Slice(_discrete.Coordinate, _discretes).IndexOf(1.0);

    private (double Log, double LogMass, int Outcome) Outcome(
        CellBelief belief, int row, in CellBounds bounds, double u, ReadOnlySpan<double> means, ReadOnlySpan<double> guidedMeans)
    {
        ReadOnlySpan<double> probabilities = belief.Probabilities(row);
        bool numeric = _count > _discretes;
        Span<double> logs = _logOutcomes.AsSpan(0, probabilities.Length);
        double mass = 0;
        for (int k = 0; k < logs.Length; k++)
        {
            logs[k] = double.NegativeInfinity;
            if (!Possible(bounds, k) || bounds.IsEmpty || !(probabilities[k] > 0))
            {
                continue;
            }

            Set(k);
            logs[k] = Elementary.Log(probabilities[k]) + LogRatio(numeric && k == 0 ? _count : _discretes, means, guidedMeans);
            double share = probabilities[k];
            if (numeric && k == 1)
            {
                (double number, double numberMass, _) = Number(belief.Mixture(row), bounds, GuidanceOfReal(means, guidedMeans), 0.5, 0.5);
                logs[k] += number;
                share *= Elementary.Exp(numberMass);
            }

            mass += share;
        }

        double total = Reduction.LogSumExp((ReadOnlySpan<double>)logs);
        if (double.IsNegativeInfinity(total))
        {
            return (total, total, 0);
        }

        double sum = 0;
        int chosen = -1;
        for (int k = 0; k < logs.Length; k++)
        {
            double share = Elementary.Exp(logs[k] - total);
            sum += share;
            chosen = share > 0 && (chosen < 0 || sum - share <= u) ? k : chosen;
        }

        return (total, Elementary.Log(mass), chosen);
    }

    /// <summary>A number, its importance weight and its mass.</summary>
    private (double Log, double LogMass, double Z) Number(MixtureSpan mixture, in CellBounds bounds, in Guidance guidance, double component, double position)
    {
        ChannelScale scale = _layout.Scale(_channel);
        if (bounds.IsKnown)
        {
            double value = scale.Encode(bounds.Low);
            (double from, double to) = scale.Edges(bounds.Low);
            double own = mixture.LogMass(from, to);
            return (own + guidance.LogRatio(value), own, value);
        }

        if (bounds.IsEmpty)
        {
            return (double.NegativeInfinity, double.NegativeInfinity, 0);
        }

        (double low, double high) = bounds.IsFree ? (double.NegativeInfinity, double.PositiveInfinity) : scale.Edges(bounds.Low, bounds.High);
        var draw = new GuidedDraw(mixture, guidance, low, high, _draw);
        double mass = bounds.IsFree ? 0 : guidance.Guides ? mixture.LogMass(low, high) : draw.LogWeight;
        return (draw.LogWeight, mass, draw.At(component, position));
    }

    /// <summary>How much more probable the known cells ahead become by the first <paramref name="count"/> coordinates as they are set.</summary>
    private double LogRatio(int count, ReadOnlySpan<double> means, ReadOnlySpan<double> guidedMeans)
    {
        double log = 0;
        for (int i = 0; _guided && i < count; i++)
        {
            log += GuidanceOf(i, means, guidedMeans).LogRatio(_values[i]);
        }

        return log;
    }

    private Guidance GuidanceOfReal(ReadOnlySpan<double> means, ReadOnlySpan<double> guidedMeans) =>
        _guided ? GuidanceOf(_discretes, means, guidedMeans) : Guidance.None;

    /// <summary>Conditional mean of coordinate i given the ones before it, as set.</summary>
    private double MeanOf(int i, double[] gains, ReadOnlySpan<double> means)
    {
        // Known coordinates move later ones, whose own moves depend on what they were moved to: at most a handful.
        Span<double> own = stackalloc double[i + 1];
        for (int k = 0; k <= i; k++)
        {
            own[k] = means[_coordinates[k]];
        }

        for (int k = 0; k < i; k++)
        {
            for (int l = k + 1; l <= i; l++)
            {
                own[l] = Math.FusedMultiplyAdd(gains[(k * _d) + _coordinates[l]], _values[k] - own[k], own[l]);
            }
        }

        return own[i];
    }

    private Guidance GuidanceOf(int i, ReadOnlySpan<double> means, ReadOnlySpan<double> guidedMeans) => _variances[i] > 0
        ? new Guidance(MeanOf(i, _gains, means), _variances[i], MeanOf(i, _guidedGains, guidedMeans), _guidedVariances[i])
        : Guidance.None;

    private void Condition(double[] gains, Span<double> means)
    {
        for (int i = 0; i < _count; i++)
        {
            int j = _coordinates[i];
            double shift = _values[i] - means[j];
            RowUpdate.AddScaled(shift, gains.AsSpan(i * _d, _d), means);
            means[j] = _values[i];
        }
    }
}

/// <summary>A cell as a stream drew it.</summary>
/// <param name="LogWeight">log of its importance weight.</param>
/// <param name="LogMass">log of the mass that the stream gave to what is known of it; 0 where nothing is.</param>
/// <param name="Outcome">Its outcome; 1 without a discrete variable.</param>
/// <param name="Z">Its number, encoded.</param>
internal readonly record struct DrawnCell(double LogWeight, double LogMass, int Outcome, double Z);
