namespace Pallium.Inference.Tests;

public sealed class LossMeasureTests
{
    [Fact]
    public void The_loss_is_the_larger_of_likelihood_and_errors()
    {
        MeasuredLoss Compare(params (double LogLoss, double Error)[] channels)
        {
            Evaluation Of(Func<(double LogLoss, double Error), (double, double)> pick) => new(
                [.. channels.Select((channel, c) =>
                {
                    (double logLoss, double error) = pick(channel);
                    var scores = new Scores(error, 0, error, 0.9, 10);
                    return new ChannelEvaluation(Simulated.MixedChannels[c], scores, logLoss, 0, scores, scores, scores);
                })], 0.9, 10, 10, 3, 1, 0);
            return LossMeasure.Compare("test", Of(_ => (1, 2)), Of(channel => channel));
        }

        MeasuredLoss worse = Compare((1.02, 2), (1, 2));
        Assert.Equal(Math.Exp(0.01) - 1, worse.LikelihoodLoss, 12);
        Assert.Equal(0, worse.ErrorIncrease, 12);
        Assert.Equal(worse.LikelihoodLoss, worse.Loss);
        MeasuredLoss errors = Compare((0.9, 2 * 1.21), (1, 2), (1, double.NaN));
        Assert.Equal(0.1, errors.ErrorIncrease, 12);
        Assert.Equal(errors.ErrorIncrease, errors.Loss);
        MeasuredLoss table = Compare((1.1, double.NaN));
        Assert.True(double.IsNaN(table.ErrorIncrease));
        Assert.Equal(table.LikelihoodLoss, table.Loss);
    }
}
