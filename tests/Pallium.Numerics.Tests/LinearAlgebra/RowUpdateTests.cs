namespace Pallium.Numerics.Tests;

public sealed class RowUpdateTests
{
    [Fact]
    public void Every_length_gives_the_bits_of_the_plain_loop_at_every_register_width()
    {
        double[] x = new double[40];
        double[] y = new double[40];
        var rng = new Rng(4);
        rng.Normal<double>(x, 1);
        rng.Normal<double>(y, 1);
        for (int n = 0; n <= x.Length; n++)
        {
            double[] plain = [.. x.Take(n).Zip(y, (a, b) => Math.FusedMultiplyAdd(0.7, a, b))];
            double[] narrow = y[..n];
            double[] middle = y[..n];
            double[] wide = y[..n];
            double[] chosen = y[..n];
            RowUpdate.Add<Lanes128<double>>(0.7, x.AsSpan(0, n), narrow);
            RowUpdate.Add<Lanes256<double>>(0.7, x.AsSpan(0, n), middle);
            RowUpdate.Add<Lanes512<double>>(0.7, x.AsSpan(0, n), wide);
            RowUpdate.AddScaled(0.7, x.AsSpan(0, n), chosen);
            Assert.Equal(plain, narrow);
            Assert.Equal(plain, middle);
            Assert.Equal(plain, wide);
            Assert.Equal(plain, chosen);
        }
    }
}
