using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A frame as a network reads it that tells one channel from the others: what is always read, then what is read of each candidate.</summary>
/// <remarks>
/// Of a candidate: its coordinates as the world model's trunk reads them (the last seen value in streams), and where it has holes whether it is seen and, in streams, for how long
/// it was not. The innovations that the trunk reads beside them are left out, as the base makes them from all channels. Always read: clock, static columns,
/// elapsed time and, if asked for, the target's coordinates of the slice before.
/// </remarks>
internal sealed class SelectionData
{
    /// <summary>Slices read and asked about, of a window of a stream: the longest of which there are enough.</summary>
    private static readonly (int Steps, int Stride)[] Shapes = [(32, 24), (16, 8), (8, 2)];

    private const int EnoughWindows = 96;
    private const int LeastOfTable = 40;
    private const int LeastOfStream = 100;

    private readonly EncodedSeries[] _series;
    private readonly float[][] _inputs;
    private readonly double[][] _targets;
    private readonly int _width;

    private SelectionData(Frame frame, int target, EncodedSeries[] series, SliceLayout layout, bool readsOwnPast, Frame learning)
    {
        _series = series;
        Source = frame.Source;
        Target = frame.Channels[target];
        Channels = [.. frame.Channels.Where((_, c) => c != target)];
        SliceVariable[][] variables = [.. frame.Channels.Select((_, c) => layout.Variables.Where(variable => variable.Channel == c).ToArray())];
        int[] candidates = [.. Enumerable.Range(0, frame.Channels.Count).Where(c => c != target)];
        bool isTable = frame.Schema.IsTable;
        SliceVariable[] own = readsOwnPast && !isTable ? variables[target] : [];
        int always = (series[0].Features.Length / Math.Max(1, series[0].Length)) + (isTable ? 0 : 1) + own.Sum(variable => variable.Coordinates);
        bool[] holed = [.. candidates.Select(c => Array.Exists(frame.Column(c), double.IsNaN))];
        var runs = new List<(int Start, int Length)>();
        int at = always;
        for (int i = 0; i < candidates.Length; i++)
        {
            int width = variables[candidates[i]].Sum(variable => variable.Coordinates) + (!holed[i] ? 0 : isTable ? 1 : 2);
            runs.Add((at, width));
            at += width;
        }

        Always = always;
        Runs = [.. runs];
        _width = at;
        _inputs = [.. series.Select(s => Inputs(s, layout, own, [.. candidates.Select(c => variables[c])], holed, isTable))];
        double[] known = [.. learning.Column(target).Where(x => !double.IsNaN(x))];
        if (known.Length == 0 || Array.TrueForAll(known, x => x == known[0]))
        {
            string found = known.Length == 0 ? "no value" : $"only {Target.Format(known[0])}";
            throw new InputException($"{frame.Source}, column '{Target.Name}': found {found} in the {learning.RowCount} slices to learn from, expected at least two different values of a target.");
        }

        if (Target.IsNumeric)
        {
            Mean = known.Sum(x => x) / known.Length;
            Deviation = Math.Sqrt(known.Sum(x => (x - Mean) * (x - Mean)) / known.Length);
        }

        Categories = Target.Kind switch { ChannelKind.Binary => 2, ChannelKind.Categorical => Target.Categories.Count, _ => 0 };
        _targets = [.. series.Select(s => TargetsOf(s.Source, target))];
    }

    /// <summary>What errors call the data.</summary>
    public string Source { get; }

    /// <summary>The channel told.</summary>
    public Channel Target { get; }

    /// <summary>The candidates.</summary>
    public Channel[] Channels { get; }

    /// <summary>Categories of the target; 0 for a number.</summary>
    public int Categories { get; }

    /// <summary>Mean of a number over what is learned from.</summary>
    public double Mean { get; }

    /// <summary>Deviation of a number over what is learned from.</summary>
    public double Deviation { get; } = 1;

    /// <summary>Inputs that are always read.</summary>
    public int Always { get; }

    /// <summary>Where what is read of each candidate lies among the inputs.</summary>
    public (int Start, int Length)[] Runs { get; }

    /// <summary>Slices of a window.</summary>
    public int Steps { get; private init; }

    /// <summary>What may be learned from, in order.</summary>
    public required SelectionWindow[] Learning { get; init; }

    /// <summary>What gives the scores.</summary>
    public required SelectionWindow[] Test { get; init; }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="InputException">There is no such target, it is constant, or there are too few rows.</exception>
    public static SelectionData Of(Frame frame, string target, SelectionOptions options)
    {
        int channel = frame.Schema.IndexOf(target);
        if (channel < 0)
        {
            string[] names = [.. frame.Channels.Select(c => c.Name)];
            string nearest = NearestName.Find(target, names) is { } near ? $"; did you mean '{near}'?" : $", expected one of {string.Join(", ", names)}.";
            throw new InputException($"Target: found '{target}', which {frame.Source} has no channel of{nearest}");
        }

        if (frame.Channels.Count < 2)
        {
            throw new InputException($"{frame.Source}: found no channel beside the target '{target}', expected at least one to select from.");
        }

        bool isTable = frame.Schema.IsTable;
        int least = isTable ? LeastOfTable : LeastOfStream;
        if (frame.RowCount < least)
        {
            throw new InputException($"{frame.Source}: found {frame.RowCount} {(isTable ? "rows" : "slices")} to select from, expected at least {least}.");
        }

        frame = isTable ? WorldLearner.Shuffled(frame, options.Seed) : frame;
        Frame learning = frame.Split(options.TestShare).First;
        Normalizer normalizer = Normalizer.Fit(learning);
        Clock clock = Clock.Fit(learning);
        var layout = new SliceLayout(frame.Schema, normalizer, components: 1);
        EncodedSeries[] series = [.. frame.Series.Select(s => WorldEngine.Encode(frame.Schema, normalizer, clock, layout, s))];
        Stretch[] kept = [.. frame.Series.Select((s, i) => new Stretch(i, 0, s.Length - (int)(options.TestShare * s.Length)))];
        (int steps, int stride) = isTable ? (1, 1) : Shapes.FirstOrDefault(shape => kept.Sum(stretch => Windows(stretch, shape).Length) >= EnoughWindows, Shapes[^1]);
        return new SelectionData(frame, channel, series, layout, options.ReadsOwnPast, learning)
        {
            Steps = steps,
            Learning = [.. kept.SelectMany(stretch => Windows(stretch, (steps, stride)))],
            Test = [.. kept.SelectMany(stretch => Windows(new Stretch(stretch.Series, stretch.To, frame.Series[stretch.Series].Length), (steps, stride)))],
        };
    }

    /// <summary>The windows of some candidates' inputs, beside what is always read; a column of zeros where that is nothing.</summary>
    public SequenceWindows<float> Read(IReadOnlyList<SelectionWindow> windows, IReadOnlyList<int> candidates)
    {
        (int Start, int Length)[] runs = [(0, Always), .. candidates.Select(c => Runs[c])];
        int width = Math.Max(1, runs.Sum(run => run.Length));
        var inputs = new float[windows.Count * Steps * width];
        var targets = new float[windows.Count * Steps];
        var weights = new float[targets.Length];
        var elapsed = new float[targets.Length];
        elapsed.AsSpan().Fill(1);
        for (int w = 0; w < windows.Count; w++)
        {
            SelectionWindow window = windows[w];
            for (int slice = Math.Max(0, window.End - Steps); slice < window.End; slice++)
            {
                int row = (w * Steps) + slice - (window.End - Steps);
                Span<float> into = inputs.AsSpan(row * width, width);
                foreach ((int start, int length) in runs)
                {
                    _inputs[window.Series].AsSpan((slice * _width) + start, length).CopyTo(into);
                    into = into[length..];
                }

                double target = _targets[window.Series][slice];
                elapsed[row] = (float)_series[window.Series].Elapsed[slice];
                targets[row] = double.IsNaN(target) ? 0 : (float)target;
                weights[row] = slice >= window.Asked && !double.IsNaN(target) ? 1 : 0;
            }
        }

        return new SequenceWindows<float>(Steps, inputs, width, targets, 1) { Elapsed = elapsed, Weights = weights };
    }

    /// <summary>The known targets that windows ask about, in order.</summary>
    public IEnumerable<double> Truths(IEnumerable<SelectionWindow> windows) => windows
        .SelectMany(window => _targets[window.Series][window.Asked..window.End]).Where(target => !double.IsNaN(target));

    private static SelectionWindow[] Windows(Stretch stretch, (int Steps, int Stride) shape) => [.. SelectionWindow.Over(stretch, shape.Steps, shape.Stride)];

    /// <summary>The target as networks tell it: a category, or the number without mean and deviation; NaN for holes.</summary>
    private double[] TargetsOf(Series series, int target)
    {
        int channels = Channels.Length + 1;
        return [.. Enumerable.Range(0, series.Length).Select(i => (series.Values[(i * channels) + target] - Mean) / Deviation)];
    }

    private float[] Inputs(EncodedSeries series, SliceLayout layout, SliceVariable[] own, SliceVariable[][] candidates, bool[] holed, bool isTable)
    {
        var nothing = new double[layout.Coordinates];
        var inputs = new float[series.Length * _width];
        var seen = new double[layout.Coordinates];
        var age = new double[layout.Channels];
        age.AsSpan().Fill(SliceCore.LongestAge);
        for (int slice = 0; slice < series.Length; slice++)
        {
            Span<float> into = inputs.AsSpan(slice * _width, _width);
            Write(series.FeaturesOf(slice), ref into);
            if (!isTable)
            {
                Write([Elementary.Log1p(series.Elapsed[slice])], ref into);
            }

            foreach (SliceVariable variable in own)
            {
                WriteVariable(variable, seen, ref into);
            }

            ReadOnlySpan<double> coordinates = series.CoordinatesOf(slice);
            TakeIn(coordinates, layout, series.Elapsed[slice], seen, age);
            for (int i = 0; i < candidates.Length; i++)
            {
                bool isHole = true;
                foreach (SliceVariable variable in candidates[i])
                {
                    isHole = double.IsNaN(coordinates[variable.Coordinate]);
                    WriteVariable(variable, isTable && isHole ? nothing : seen, ref into);
                }

                if (holed[i])
                {
                    Write(isTable ? [isHole ? 0 : 1] : [isHole ? 0 : 1, 0.3 * Elementary.Log1p(age[candidates[i][0].Channel])], ref into);
                }
            }
        }

        return inputs;
    }

    private static void TakeIn(ReadOnlySpan<double> coordinates, SliceLayout layout, double elapsed, double[] seen, double[] age)
    {
        for (int c = 0; c < age.Length; c++)
        {
            age[c] = Math.Min(age[c] + elapsed, SliceCore.LongestAge);
        }

        foreach (SliceVariable variable in layout.Variables)
        {
            if (!double.IsNaN(coordinates[variable.Coordinate]))
            {
                coordinates.Slice(variable.Coordinate, variable.Coordinates).CopyTo(seen.AsSpan(variable.Coordinate));
                age[variable.Channel] = 0;
            }
        }
    }

    private static void WriteVariable(SliceVariable variable, scoped ReadOnlySpan<double> coordinates, ref Span<float> into)
    {
        for (int i = 0; i < variable.Coordinates; i++)
        {
            double z = coordinates[variable.Coordinate + i];
            into[i] = (float)(variable.IsDiscrete ? z : SliceCore.Squash(z));
        }

        into = into[variable.Coordinates..];
    }

    private static void Write(scoped ReadOnlySpan<double> numbers, ref Span<float> into)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            into[i] = (float)numbers[i];
        }

        into = into[numbers.Length..];
    }
}
