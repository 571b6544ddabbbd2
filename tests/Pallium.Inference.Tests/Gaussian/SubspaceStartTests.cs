namespace Pallium.Inference.Tests;

public sealed class SubspaceStartTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void The_first_guess_moves_as_the_truth_does(double holes)
    {
        const int D = 2;
        GaussianModel truth = RandomSystems.Oscillation();
        double[] values = RandomSystems.WithHoles(RandomSystems.Draw(truth, 2000, 82), holes, 83);
        double[][] slices = [.. Enumerable.Range(0, values.Length / D).Select(t => values[(t * D)..((t + 1) * D)].Select((x, c) => x - truth.Parameters.Offset[c]).ToArray())];
        var start = new SubspaceStart([slices], D);
        StateSpace guess = start.Create(2);

        // Trace and determinant do not depend on the basis of the state; interpolated holes blur them.
        double tolerance = holes > 0 ? 0.1 : 0.05;
        Assert.Equal(1.6, guess.A[0] + guess.A[3], tolerance);
        Assert.Equal(0.89, (guess.A[0] * guess.A[3]) - (guess.A[1] * guess.A[2]), tolerance);
        Assert.True(LogLikelihood(start.Create(0), slices) < LogLikelihood(guess, slices));
    }

    [Fact]
    public void Ever_more_numbers_of_state_are_there_up_to_the_slices_looked_at()
    {
        double[][] slices = [.. Enumerable.Range(0, 60).Select(t => new[] { Math.Sin(t), Math.Cos(2.5 * t) })];
        var start = new SubspaceStart([slices], 2);
        Assert.Equal(2 * 5, start.LargestState);
        StateSpace most = start.Create(start.LargestState);
        Assert.All(most.A.Concat(most.Q).Concat(most.C).Concat(most.R), x => Assert.True(double.IsFinite(x)));
    }

    private static double LogLikelihood(StateSpace space, double[][] slices)
    {
        var path = new FilteredPath(space, new StateBelief(space.StartMean, StateSpaceMaximization.LongRunCovariance(space.A, space.Q, space.N, slices.Length)));
        foreach (double[] slice in slices)
        {
            path.Add(slice);
        }

        return path.LogLikelihood;
    }
}
