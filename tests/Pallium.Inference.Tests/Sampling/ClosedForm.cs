using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Questions about a model's base alone, answered by one dense Gaussian over all cells of all slices.</summary>
internal static class ClosedForm
{
    /// <summary>Means and deviations of the asked cells, and log of the mass of the clamped cells' rounding intervals, in the channels' units.</summary>
    public static (double[] Means, double[] Deviations, double LogEvidence) Answer(WorldModel model, StreamState state, Question question)
    {
        WorldEngine engine = model.Engine;
        int d = engine.Core.Layout.Coordinates;
        int slices = question.Asked.Concat(question.Clamps.Select(clamp => clamp.Cell)).Max(cell => cell.Offset);
        SlicePlan[] plans = [.. Enumerable.Range(1, slices).Select(h => new SlicePlan(state.Time + (h * engine.Schema.Time.Step), [.. Enumerable.Repeat(CellPlan.Free, d)]))];
        var particles = new WorldParticles(engine, state, plans);
        int n = slices * d;
        var mean = new double[n];
        var covariance = new double[n * n];
        for (int h = 0; h < slices; h++)
        {
            particles.FreeMean(h).CopyTo(mean.AsSpan(h * d));
            for (int k = 0; k < slices; k++)
            {
                for (int s = 0; s <= Math.Min(h, k); s++)
                {
                    double[] left = particles.Response(s, h - s).ToArray();
                    double[] right = particles.Response(s, k - s).ToArray();
                    double[] own = particles.Covariance(s).ToArray();
                    for (int i = 0; i < d; i++)
                    {
                        for (int j = 0; j < d; j++)
                        {
                            for (int a = 0; a < d; a++)
                            {
                                for (int b = 0; b < d; b++)
                                {
                                    covariance[(((h * d) + i) * n) + (k * d) + j] += left[(i * d) + a] * own[(a * d) + b] * right[(j * d) + b];
                                }
                            }
                        }
                    }
                }
            }
        }

        double log = 0;
        foreach (Clamp clamp in question.Clamps)
        {
            int at = ((clamp.Cell.Offset - 1) * d) + clamp.Cell.Channel;
            ChannelScale scale = engine.Core.Layout.Scale(clamp.Cell.Channel);
            double value = scale.Encode(clamp.Low);
            double variance = covariance[(at * n) + at];
            double residual = value - mean[at];
            double density = (-0.5 * residual * residual / variance) - (0.5 * Math.Log(2 * Math.PI * variance));
            log += density + Math.Log(scale.Resolution / scale.Deviation);
            double[] column = [.. Enumerable.Range(0, n).Select(i => covariance[(i * n) + at])];
            for (int i = 0; i < n; i++)
            {
                mean[i] += column[i] * residual / variance;
                for (int j = 0; j < n; j++)
                {
                    covariance[(i * n) + j] -= column[i] * column[j] / variance;
                }
            }
        }

        int[] asked = [.. question.Asked.Select(cell => ((cell.Offset - 1) * d) + cell.Channel)];
        return (
            [.. asked.Select((at, i) => engine.Core.Layout.Scale(question.Asked[i].Channel).Decode(mean[at]))],
            [.. asked.Select((at, i) => engine.Core.Layout.Scale(question.Asked[i].Channel).Deviation * Math.Sqrt(covariance[(at * n) + at]))],
            log);
    }
}
