using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>What more effort gives: questions between clamps of earlier, same and later slices, on data not learned from.</summary>
internal static class EffortExperiment
{
    private const int UsualHorizon = 12;

    public static void Run(Arguments arguments)
    {
        int questions = arguments.Count("questions", 200);
        int horizon = arguments.Count("horizon", UsualHorizon);
        bool sweeps = arguments.Text("sweeps", "no") == "yes";
        int[] efforts = [.. arguments.Text("efforts", "0;16;64;256;1024;4096").Split(';').Select(text => (int)DataFolder.Number(text))];
        foreach (string set in arguments.Text("sets", "etth1;occupancy").Split(';'))
        {
            string name = $"effort/{set}/{questions}{(horizon == UsualHorizon ? "" : $"/{horizon}")}{(sweeps ? "/sweeps" : "")}";
            WorldResult.RunMissing(name, arguments, "liquid(64)", (stack, seed, threads) =>
            {
                (Frame learn, Frame test) = EffortScores.Data(set);
                WorldModel model = WorldExperiments.Learn(learn, stack, seed, threads);
                return new EffortScores(efforts, questions, seed, threads) { Horizon = horizon, Sweeps = sweeps }.Of(model, learn, test);
            });
        }
    }
}
