using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>A data set of the long-horizon papers: the first rows train, the next validate, the next test; all columns are inputs and targets.</summary>
/// <param name="Name">As given to <c>--set</c>.</param>
/// <param name="File">In the folder of data sets.</param>
/// <param name="Train">Rows that fit the model; their means and deviations standardise all errors.</param>
/// <param name="Valid">Rows that the papers validate on.</param>
/// <param name="Test">Rows of the test; windows begin at each of them and lie wholly within.</param>
/// <param name="Published">What others report.</param>
internal sealed record ForecastSet(string Name, string File, int Train, int Valid, int Test, IReadOnlyList<PublishedForecast> Published)
{
    private const int HeldBackOneOf = 10;

    /// <summary>All sets.</summary>
    public static IReadOnlyList<ForecastSet> All { get; } =
    [
        new("etth1", "etth1/ETTh1.csv.gz", 8640, 2880, 2880,
        [
            new("DLinear, look-back 336", [.375, .405, .439, .472], [.399, .416, .443, .490]),
            new("NLinear, look-back 336", [.374, .408, .429, .440], [.394, .415, .427, .453]),
            new("PatchTST/64, look-back 512", [.370, .413, .422, .447], [.400, .429, .440, .468]),
            new("iTransformer, look-back 96", [.386, .441, .487, .503], [.405, .436, .458, .491]),
            new("TimeMixer++, look-back 96", [.361, .416, .430, .467], [.403, .441, .434, .451]),
            new("OLinear, look-back 96", [.360, .416, .457, .463], [.382, .414, .438, .462]),
        ]),
        new("exchange", "exchange_rate/exchange_rate.csv", 5311, 760, 1517,
        [
            new("repeat the last value", [.081, .167, .305, .823], [.196, .289, .396, .681]),
            new("DLinear, look-back 96", [.088, .176, .313, .839], [.218, .315, .427, .695]),
            new("NLinear, own look-back", [.081, .157, .305, .643], [.203, .293, .414, .601]),
            new("TimesNet, look-back 96", [.107, .226, .367, .964], [.234, .344, .448, .746]),
            new("TimeMixer++, look-back 96", [.085, .175, .316, .851], [.214, .313, .420, .689]),
        ]),
    ];

    /// <summary>The set of that name.</summary>
    public static ForecastSet Named(string name) => All.FirstOrDefault(set => set.Name == name)
        ?? throw new ExperimentException($"Option --set: found '{name}', expected {string.Join(" or ", All.Select(set => set.Name))}.");

    /// <summary>Rows of the part that is forecast, <c>test</c> or <c>valid</c>: all its windows lie within.</summary>
    public Range Part(string name) => name switch
    {
        "test" => (Train + Valid)..(Train + Valid + Test),
        "valid" => Train..(Train + Valid),
        _ => throw new ExperimentException($"Option --part: found '{name}', expected test or valid."),
    };

    /// <summary>Rows given to the world model, which holds back the last tenth to validate: it fits to the papers' training part, and no row of the test is among them.</summary>
    public int Given => Train * HeldBackOneOf / (HeldBackOneOf - 1);

    /// <summary>All rows up to the end of a part.</summary>
    public Frame Read(Range part) => Frame.ReadCsv(DataFolder.PathOf(File)).Slice(0, part.End.Value);
}

/// <summary>A row of a published table, at horizons 96, 192, 336 and 720.</summary>
/// <param name="Model">Its name and look-back.</param>
/// <param name="Square">Mean squared errors of z-scores.</param>
/// <param name="Absolute">Mean absolute errors of z-scores.</param>
internal sealed record PublishedForecast(string Model, double[] Square, double[] Absolute)
{
    /// <summary>The horizons that papers report.</summary>
    public static IReadOnlyList<int> Horizons { get; } = [96, 192, 336, 720];

    /// <summary>Its figures at a horizon, or a dash.</summary>
    public string At(int horizon)
    {
        int index = Horizons.ToList().IndexOf(horizon);
        return index < 0 ? "–" : FormattableString.Invariant($"{Square[index]:F3} / {Absolute[index]:F3}");
    }
}
