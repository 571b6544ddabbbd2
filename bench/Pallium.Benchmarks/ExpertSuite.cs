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
    }

    private static string Dense => string.Create(CultureInfo.InvariantCulture, $"swiglu({Units})");

    private static Contestant Step(string text) => LayerContestant.Rows(Build(text), Slices);

    private static Contestant Learn(string text) => LayerContestant.Window(Build(text), Rows, Slices / Rows);

    private static ISequenceLayer<float> Build(string text) => StackText.Parse(text).Build<float>(Channels);
}
