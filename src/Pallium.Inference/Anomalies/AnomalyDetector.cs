using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>
/// Scores a stream of numbers for anomalies as it goes by: strictly causal, at constant cost and memory, without labels and without a
/// model learned before.
/// </summary>
/// <remarks>
/// Three views say how surprising a slice is, in nats, and what they say is added up. Levels: the value, and means over the last L/160,
/// L/40 and L/10 slices, beyond all that was met (<see cref="NoveltyGauge"/>; L is the learning period). Clock: the same of what
/// <see cref="ClockCurve"/> did not expect. Shapes: four neighbouring means over L/80 and over L/20 slices, far from all that
/// <see cref="ShapeMemory"/> remembers. A score is told only where the surprise is a multiple of all those of late, so that one event is
/// told once. Multiplying all values by a number changes nothing but for rounding, nor does adding one. The state is one row of numbers
/// of a fixed length; nothing is random. A detector belongs to one thread.
/// </remarks>
public sealed class AnomalyDetector
{
    private const int ShapeParts = 4;

    // A stretch of one slice is the value itself, which is looked at anyway.
    private const int ShortestStretch = 2;
    private const int ClockLearningShare = 10;

    // The state begins with the number of values seen, the first of them and the greatest surprise of late.
    private const int HeadLength = 3;
    private static readonly int[] LevelShares = [160, 40, 10];
    private static readonly int[] ShapeShares = [80, 20];

    private readonly AnomalyOptions _options;
    private readonly int[] _stretches;
    private readonly NoveltyGauge _gauge;
    private readonly ClockCurve? _clock;
    private readonly ShapeMemory _memory;
    private readonly double _fading;
    private readonly double[] _state;

    // Where in the state the parts lie.
    private readonly Range _values;
    private readonly Range _levelGauges;
    private readonly Range _curve;
    private readonly Range _errors;
    private readonly Range _clockGauges;
    private readonly (int Stretch, int Habit, Range Memory)[] _shapes;

    /// <summary>A detector that has seen nothing.</summary>
    /// <exception cref="InputException">An option is out of its range, or the machine does not know the time zone.</exception>
    public AnomalyDetector(AnomalyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        _options = options;
        _stretches = [1, .. LevelShares.Select(Stretch)];
        _gauge = new NoveltyGauge(options);
        _clock = options.HasDates ? new ClockCurve(options) : null;
        _memory = new ShapeMemory(ShapeParts, options);
        _fading = Elementary.Exp(-1 / (options.Rest * options.Learning));

        int length = HeadLength;
        int gauges = _stretches.Length * NoveltyGauge.StateLength;
        _values = Take(RecentValues.StateLength(Math.Max(_stretches[^1], ShapeParts * Stretch(ShapeShares[^1]))));
        _levelGauges = Take(gauges);
        _curve = Take(_clock?.StateLength ?? 0);
        _errors = Take(_clock == null ? 0 : RecentValues.StateLength(_stretches[^1]));
        _clockGauges = Take(_clock == null ? 0 : gauges);
        _shapes = [.. ShapeShares.Select(share => (Stretch(share), length++, Take(_memory.StateLength)))];
        _state = new double[length];
        _clock?.Begin(_state.AsSpan(_curve));

        Range Take(int numbers) => length..(length += numbers);
        int Stretch(int share) => Math.Max(ShortestStretch, (int)Math.Round((double)options.Learning / share));
    }

    /// <summary>Values seen, holes left out.</summary>
    public long Count => (long)_state[0];

    /// <summary>Numbers of a state, whatever was seen.</summary>
    public int StateLength => _state.Length;

    /// <summary>Takes in the next value. No allocation without a time zone.</summary>
    /// <param name="time">Its stamp, finite; used for the time of day and week only.</param>
    /// <param name="value">NaN is a hole: it is passed over and scores 0.</param>
    /// <exception cref="InputException">The stamp is not finite, or the value is infinite or above 1e100 in size.</exception>
    public Anomaly Observe(double time, double value)
    {
        if (double.IsNaN(value))
        {
            return default;
        }

        if (!double.IsFinite(time) || !Cell.IsUsable(value))
        {
            throw new InputException(FormattableString.Invariant($"Found the value {value} at the time {time}, expected a finite time and {Cell.ExpectedFinite}."));
        }

        if (Count == 0)
        {
            _state[1] = value;
        }

        _state[0]++;
        double deviation = value - _state[1];
        double level = Novelty(deviation, _state.AsSpan(_values), _state.AsSpan(_levelGauges));
        double clock = _clock == null ? 0 : Unexpected(time, deviation, _clock);
        double shape = Shapes();
        return new Anomaly(Tell(level + clock + shape), level, clock, shape);
    }

    /// <summary>An independent copy.</summary>
    public AnomalyDetector Fork() => Restore(_options, _state);

    /// <summary>The state as numbers, for <see cref="Restore"/>.</summary>
    public double[] Save() => [.. _state];

    /// <summary>The detector whose state was saved.</summary>
    /// <param name="options">The options that it had.</param>
    /// <param name="saved">What <see cref="Save"/> gave.</param>
    /// <exception cref="InputException">The state is of other options.</exception>
    public static AnomalyDetector Restore(AnomalyOptions options, ReadOnlySpan<double> saved)
    {
        var detector = new AnomalyDetector(options);
        if (saved.Length != detector.StateLength)
        {
            throw new InputException($"Found a saved detector of {saved.Length} numbers, expected the {detector.StateLength} of these options.");
        }

        saved.CopyTo(detector._state);
        return detector;
    }

    private static void Check(AnomalyOptions options)
    {
        Require(options.Learning >= 1, nameof(options.Learning), options.Learning, "at least one slice");
        Require(options.Tolerance > 0, nameof(options.Tolerance), options.Tolerance, "a positive number");
        Require(options.Habituation >= 0, nameof(options.Habituation), options.Habituation, "a number that is not negative");
        Require(options.Memory > 0, nameof(options.Memory), options.Memory, "a positive number");
        Require(options.ExceptionMemory > 0, nameof(options.ExceptionMemory), options.ExceptionMemory, "a positive number");
        Require(options.Vigilance > 0, nameof(options.Vigilance), options.Vigilance, "a positive number");
        Require(options.Shapes >= 1, nameof(options.Shapes), options.Shapes, "at least one shape");
        Require(options.Contrast >= 0, nameof(options.Contrast), options.Contrast, "a number that is not negative");
        Require(options.Rest > 0, nameof(options.Rest), options.Rest, "a positive number");

        static void Require(bool holds, string option, double found, string expected)
        {
            if (!holds || !double.IsFinite(found))
            {
                throw new InputException(FormattableString.Invariant($"Option {option}: found {found}, expected {expected}."));
            }
        }
    }

    /// <summary>Surprise at a number and at the means of the last ones.</summary>
    private double Novelty(double value, Span<double> recent, Span<double> gauges)
    {
        RecentValues.Add(value, recent);
        double surprise = 0;
        for (int i = 0; i < _stretches.Length; i++)
        {
            double mean = RecentValues.Mean(recent, _stretches[i]);
            if (!double.IsNaN(mean))
            {
                surprise += _gauge.Meet(mean, Count <= _options.Learning, gauges.Slice(i * NoveltyGauge.StateLength, NoveltyGauge.StateLength));
            }
        }

        return surprise;
    }

    /// <summary>Surprise at what the clock did not expect.</summary>
    private double Unexpected(double time, double deviation, ClockCurve clock)
    {
        double error = clock.Observe(time, deviation, _state.AsSpan(_curve));
        return Count <= _options.Learning / ClockLearningShare ? 0 : Novelty(error, _state.AsSpan(_errors), _state.AsSpan(_clockGauges));
    }

    /// <summary>Surprise at the shapes of the last values.</summary>
    private double Shapes()
    {
        Span<double> shape = stackalloc double[ShapeParts];
        double range = NoveltyGauge.Range(_state.AsSpan(_levelGauges));
        double surprise = 0;
        foreach ((int stretch, int habit, Range memory) in _shapes)
        {
            if (Count < ShapeParts * stretch)
            {
                continue;
            }

            for (int q = 0; q < ShapeParts; q++)
            {
                shape[q] = RecentValues.Mean(_state.AsSpan(_values), stretch, q * stretch);
            }

            surprise += _gauge.Exceed(_memory.Meet(shape, range, Count, _state.AsSpan(memory)), ref _state[habit]);
        }

        return surprise;
    }

    /// <summary>The score of a surprise, in view of those before it.</summary>
    private double Tell(double surprise)
    {
        ref double greatest = ref _state[2];
        bool isTold = surprise > _options.Contrast * greatest && Count > _options.Learning;
        greatest = Math.Max(greatest * _fading, surprise);
        return isTold ? -Elementary.Expm1(-surprise) : 0;
    }
}
