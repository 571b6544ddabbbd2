using System.Globalization;
using Pallium.Layers;

namespace Pallium.Benchmarks;

/// <summary>Mixtures of experts over 512 slices, beside a dense layer of the size that is active and beside experts that run row by row.</summary>
internal static class ExpertSuite
{
    private const int Slices = 512;
    private const int Rows = 16;
    private const int Channels = 256;
    private const int Units = 512;

    public static void Run(Session session)
    {
        Unit rate = Unit.PerSecond("slices", Slices);
        foreach (int experts in new[] { 4, 8, 16, 32 })
        {
            var dense = new Target(Ratio: 1 / 1.3);
            string text = string.Create(CultureInfo.InvariantCulture, $"moe({experts}x{Units})");
            session.Compare($"{text}, step", rate, Step(text), "dense", Step(Dense), experts == 8 ? dense : null);
            session.Compare($"{text}, learning", rate, Learn(text), "dense", Learn(Dense), experts == 8 ? dense : null);
            session.Compare($"{text}, row by row", rate, Step(text), "row by row", LayerContestant.Rows(Build(text), Slices, together: false), experts == 8 ? new Target(Ratio: 1.5) : null);
        }

        const string Flat = "moe(256x16)";
        const string Grouped = "moe(256x16,groups=16)";
        session.Compare("256 experts in 16 groups, step", rate, Step(Grouped), "flat", Step(Flat));
        session.Compare("256 experts in 16 groups, one slice", Unit.Microseconds, LayerContestant.Step(Build(Grouped)), "flat", LayerContestant.Step(Build(Flat)));
        if (session.Wants("experts in a file"))
        {
            InAFile(session);
        }
    }

    /// <summary>Experts in a file, of which a share is in memory, beside all in memory, and with and without fetching ahead.</summary>
    private static void InAFile(Session session)
    {
        const int PacedSlices = 3000;
        using var experts = new StoredExperts("moe(32x512)", Channels);
        foreach (double share in new[] { 0.1, 0.25, 0.5, 1 })
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"experts in a file, {100 * share} %");
            session.Compare(name, Unit.Microseconds, StoredExperts.Stream(experts.Open(share, looksAhead: true).Layer), "in memory", StoredExperts.Stream(experts.Whole));
            (ISequenceLayer<float> ahead, ExpertStore<float> withGuesses) = experts.Open(share, looksAhead: true);
            (ISequenceLayer<float> plain, ExpertStore<float> without) = experts.Open(share, looksAhead: false);
            session.Report($"{name}, paced", "us", StoredExperts.Paced(ahead, PacedSlices), "no guesses", StoredExperts.Paced(plain, PacedSlices));
            session.Report($"{name}, missed", "of 1000", 1000 * (1 - withGuesses.Statistics.HitRate), "no guesses", 1000 * (1 - without.Statistics.HitRate));
            session.Report($"{name}, bytes", "MB", withGuesses.Statistics.MostResidentBytes / 1e6, "all", withGuesses.Most / 1e6);
        }

        session.Report("experts in a file, in memory, paced", "us", StoredExperts.Paced(experts.Whole, PacedSlices), "", double.NaN);
    }

    private static string Dense => string.Create(CultureInfo.InvariantCulture, $"swiglu({Units})");

    private static Contestant Step(string text) => LayerContestant.Rows(Build(text), Slices);

    private static Contestant Learn(string text) => LayerContestant.Window(Build(text), Rows, Slices / Rows);

    private static ISequenceLayer<float> Build(string text) => StackText.Parse(text).Build<float>(Channels);
}
