using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>What more effort gives: questions between clamps of earlier, same and later slices, on data not learned from.</summary>
internal static class EffortExperiment
{
    private static readonly int[] Efforts = [0, 16, 64, 256, 1024, 4096];

    public static void Run(Arguments arguments)
    {
        int questions = arguments.Count("questions", 200);
        foreach (string set in arguments.Text("sets", "etth1;occupancy").Split(';'))
        {
            WorldResult.RunMissing($"effort/{set}/{questions}", arguments, "liquid(64)", (stack, seed, threads) =>
            {
                (Frame learn, Frame test) = EffortScores.Data(set);
                WorldModel model = WorldExperiments.Learn(learn, stack, seed, threads);
                return new EffortScores(Efforts, questions, seed, threads).Of(model, learn, test);
            });
        }
    }
}
