using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class LookaheadTests
{
    private const double Switches = 0.01;

    /// <summary>
    /// A lamp that is on, and is known to be off in twelve slices, may go off in any of them: paths that wait must not be given up for those that go off at once.
    /// </summary>
    [Fact]
    public void A_known_outcome_ahead_does_not_make_all_paths_jump_at_once()
    {
        const int Last = 12;
        WorldModel model = WorldModel.Learn(Lamp(4000, 3), Simulated.BaseOnly);
        Session session = model.Begin();
        for (int t = 0; t < 40; t++)
        {
            session.Advance(new Slice(t, [1]));
        }

        int[] offsets = [2, 4, 6, 8, 10];
        var question = new Question { Clamps = [Clamp.Equal(new(0, Last), 0)], Asked = [.. offsets.Select(h => new CellAddress(0, h))] };
        Answer answer = session.Answer(question, new AnswerOptions { Effort = 4096, Threads = 1 });
        for (int i = 0; i < offsets.Length; i++)
        {
            double exact = Stays(offsets[i]) * (1 - Stays(Last - offsets[i])) / (1 - Stays(Last));
            Assert.InRange(answer.Cells[i].Mean, exact - 0.1, exact + 0.1);
        }
    }

    /// <summary>Probability that the lamp is as it was some slices before.</summary>
    private static double Stays(int slices) => 0.5 + (0.5 * Math.Pow(1 - (2 * Switches), slices));

    private static Frame Lamp(int rows, ulong seed)
    {
        var rng = new Rng(seed);
        var values = new double[rows];
        for (int t = 1; t < rows; t++)
        {
            values[t] = rng.Uniform() < Switches ? 1 - values[t - 1] : values[t - 1];
        }

        return Frame.FromArrays([new Channel("lamp", ChannelKind.Binary)], values);
    }
}
