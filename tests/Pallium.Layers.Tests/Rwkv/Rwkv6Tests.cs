using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class Rwkv6Tests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => Rwkv6.Create<T>(new(Inputs: 3, Units: 4, Heads: 2) { ShiftRank = 2, DecayRank = 3 });

    [Fact]
    public void The_block_is_the_published_equations()
    {
        const int Steps = 4;
        StackedLayers<double> layer = Rwkv6.Create<double>(new(2, 2, 1) { ShiftRank = 1, DecayRank = 1 });
        var rng = new Rng(8);
        foreach ((string name, Parameter<double> parameter) in layer.Parameters)
        {
            rng.For(name).Uniform(parameter.Values, -1, 1);
        }

        layer.Refresh();
        LayerRun<double> run = new LayerRun<double>(layer, Steps, 1).Fill(4);
        Array.Clear(run.Start);
        run.Forward();
        Dictionary<string, double[]> p = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter.Values.ToArray());
        double[] Product(double[] w, double[] x) => [.. Enumerable.Range(0, w.Length / x.Length).Select(o => x.Select((v, i) => w[(o * x.Length) + i] * v).Sum())];
        double[,] s = new double[2, 2];
        double[] before = [0, 0];
        for (int step = 0; step < Steps; step++)
        {
            double[] x = run.Inputs[(2 * step)..(2 * (step + 1))];
            double[] d = [before[0] - x[0], before[1] - x[1]];
            double[] mixed = [.. x.Select((v, i) => v + (d[i] * p["shift.mix_x"][i]))];
            double[] a = [.. Product(p["shift.maa_w1"], mixed).Select(Math.Tanh)];
            double[] Mix(string name, int place) =>
                [.. x.Select((v, i) => v + (d[i] * (p[$"shift.mix_{name}"][i] + (p["shift.maa_w2"][(place * 2) + i] * a[place]))))];
            double[] r = Product(p["project.r.weight"], Mix("r", 0));
            double[] k = Product(p["project.k.weight"], Mix("k", 1));
            double[] v = Product(p["project.v.weight"], Mix("v", 2));
            double[] low = [.. Product(p["project.w.lora.in.weight"], Mix("w", 3)).Select(Math.Tanh)];
            double[] w = [.. Product(p["project.w.lora.out.weight"], low).Select((value, i) => -Math.Exp(value + p["project.w.lora.out.bias"][i]))];
            double[] g = Product(p["project.g.weight"], Mix("g", 4));
            double[] u = p["memory.wkv.u"];
            double[] o = [0, 0];
            for (int i = 0; i < 2; i++)
            {
                for (int j = 0; j < 2; j++)
                {
                    o[j] += r[i] * (s[i, j] + (u[i] * k[i] * v[j]));
                    s[i, j] = (Math.Exp(w[i]) * s[i, j]) + (k[i] * v[j]);
                }
            }

            double mean = (o[0] + o[1]) / 2;
            double scale = 1 / Math.Sqrt((((o[0] - mean) * (o[0] - mean)) + ((o[1] - mean) * (o[1] - mean))) / 2 + 64e-5);
            double[] gated = [.. o.Select((value, i) => (((value - mean) * scale * p["norm.ln.w"][i]) + p["norm.ln.b"][i]) * g[i] * CellLengths.Sigmoid(g[i]))];
            double[] y = Product(p["output.weight"], gated);
            Assert.Equal(y[0], run.Outputs[2 * step], 1e-12);
            Assert.Equal(y[1], run.Outputs[(2 * step) + 1], 1e-12);
            before = x;
        }
    }
}
