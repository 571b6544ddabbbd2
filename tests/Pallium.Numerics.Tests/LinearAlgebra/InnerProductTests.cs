namespace Pallium.Numerics.Tests;

public sealed class InnerProductTests
{
    [Fact]
    public void Every_length_gives_the_plain_sum_at_every_register_width()
    {
        double[] x = new double[100];
        double[] y = new double[100];
        var rng = new Rng(3);
        rng.Normal<double>(x, 1);
        rng.Normal<double>(y, 1);
        for (int n = 0; n <= x.Length; n++)
        {
            double plain = 0;
            for (int i = 0; i < n; i++)
            {
                plain += x[i] * y[i];
            }

            double product = InnerProduct.Of(x.AsSpan(0, n), y.AsSpan(0, n));
            Assert.Equal(plain, product, 1e-12);
            Assert.Equal(product, InnerProduct.Sum<Lanes128<double>>(x.AsSpan(0, n), y.AsSpan(0, n)));
            Assert.Equal(product, InnerProduct.Sum<Lanes256<double>>(x.AsSpan(0, n), y.AsSpan(0, n)));
            Assert.Equal(product, InnerProduct.Sum<Lanes512<double>>(x.AsSpan(0, n), y.AsSpan(0, n)));
        }
    }
}
