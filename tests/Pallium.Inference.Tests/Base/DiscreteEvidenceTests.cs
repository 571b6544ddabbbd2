using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class DiscreteEvidenceTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Scores_are_the_log_likelihoods_of_linear_discriminant_analysis(int classes)
    {
        BaseKind kind = classes == 2 ? BaseKind.Binary : BaseKind.Categorical;
        // Indicators first, then two real coordinates whose mean depends on the class and whose covariance within it does not.
        double[] p = [.. Enumerable.Range(1, classes).Select(k => k / (classes * (classes + 1) / 2.0))];
        double[] means = new double[classes * 2];
        new Rng(1).Normal<double>(means, 1.5);
        double[] within = [1, 0.4, 0.4, 0.8];
        int count = kind == BaseKind.Binary ? 1 : classes;
        SliceGaussian slice = Joint(p, means, within, count, kind);
        double[] x = [0.7, -0.4];
        slice.Clamp(count, x[0]);
        slice.Clamp(count + 1, x[1]);
        var group = new BaseGroup(0, count, kind);
        double[] scores = new double[classes];
        DiscreteEvidence.Scores(slice, group, scores);
        double[] prior = new double[classes];
        DiscreteEvidence.LogPrior(slice, group, prior);
        for (int k = 0; k < classes; k++)
        {
            Assert.Equal(p[k], Math.Exp(prior[k]), 1e-9);
            Assert.Equal(LogLikelihood(k) - LogLikelihood(0), scores[k] - scores[0], 2e-4);
        }

        double LogLikelihood(int k)
        {
            double determinant = (within[0] * within[3]) - (within[1] * within[1]);
            double a = x[0] - means[2 * k];
            double b = x[1] - means[(2 * k) + 1];
            return -0.5 * ((within[3] * a * a) - (2 * within[1] * a * b) + (within[0] * b * b)) / determinant;
        }
    }

    [Fact]
    public void Without_a_clamp_there_is_no_evidence()
    {
        SliceGaussian slice = Joint([0.4, 0.6], [0, 1, 2, 3], [1, 0, 0, 1], 1, BaseKind.Binary);
        double[] scores = [double.NaN, double.NaN];
        DiscreteEvidence.Scores(slice, new BaseGroup(0, 1, BaseKind.Binary), scores);
        Assert.Equal(scores[0], scores[1], 1e-12);
    }

    private static SliceGaussian Joint(double[] p, double[] means, double[] within, int count, BaseKind kind)
    {
        int d = count + 2;
        var slice = new SliceGaussian(d);
        double[] mean = slice.PriorMeanStore;
        double[] covariance = slice.PriorCovarianceStore;
        for (int k = 0; k < p.Length; k++)
        {
            double[] row = Row(k);
            for (int i = 0; i < d; i++)
            {
                mean[i] += p[k] * row[i];
            }
        }

        for (int k = 0; k < p.Length; k++)
        {
            double[] row = Row(k);
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    covariance[(i * d) + j] += p[k] * (row[i] - mean[i]) * (row[j] - mean[j]);
                }
            }
        }

        for (int i = 0; i < 4; i++)
        {
            covariance[((count + (i / 2)) * d) + count + (i % 2)] += within[i];
        }

        slice.Begin(SliceKnowledge.Features);
        return slice;

        double[] Row(int k)
        {
            double[] row = new double[d];
            if (kind == BaseKind.Binary)
            {
                row[0] = k;
            }
            else
            {
                row[k] = 1;
            }

            row[count] = means[2 * k];
            row[count + 1] = means[(2 * k) + 1];
            return row;
        }
    }
}
