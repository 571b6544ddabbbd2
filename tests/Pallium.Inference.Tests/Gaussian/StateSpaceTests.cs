namespace Pallium.Inference.Tests;

public sealed class StateSpaceTests
{
    [Fact]
    public void A_changed_matrix_changes_what_follows_from_it()
    {
        StateSpace space = RandomSystems.Model(2, 2, 91).Space;
        double before = space.CellVariance[0];
        double noise = space.Cells([1]).Noise[0];
        StateSpace louder = space with { R = [.. space.R.Select(x => 100 * x)] };
        Assert.Equal(before + (99 * space.R[0]), louder.CellVariance[0], 1e-9);
        Assert.Equal(100 * noise, louder.Cells([1]).Noise[0], 1e-9);
        Assert.Same(louder.Cells([1]), louder.Cells([1]));
    }

    [Fact]
    public void The_variance_of_cells_counts_what_the_state_comes_to()
    {
        // A position driven by a speed: at first both are known to be zero, the position varies from the third slice on.
        StateSpace space = new(2, 1, [1, 1, 0, 1], [0, 0, 0, 1], [1, 0], [0], [0], [0, 0], new double[4]);
        Assert.Equal(1, space.CellVariance[0], 1e-15);
    }
}
