namespace Pallium.Inference.Tests;

/// <summary>A state-space model in innovations form as the sampler sees it: the true model of its own data, and so the sampler's yardstick.</summary>
/// <remarks>A state is the predicted mean of the state-space model's own state. Cells are in the channels' units.</remarks>
internal sealed class KalmanParticles : IParticleModel
{
    private readonly KalmanInnovations[] _innovations;
    private readonly double[] _start;
    private readonly double[][] _free;
    private readonly double[][][] _responses;

    /// <summary>The slices after a history.</summary>
    public KalmanParticles(GaussianHistory history, IReadOnlyList<SlicePlan> slices)
    {
        IReadOnlyList<Channel> channels = history.Channels;
        Slices = slices;
        var normalizer = new Normalizer([.. channels.Select(channel => new ChannelScale(ChannelKind.Real) { Resolution = channel.Resolution })], []);
        Layout = new SliceLayout(new FrameSchema(channels), normalizer, components: 0);
        _innovations = new KalmanInnovations[slices.Count];
        _free = new double[slices.Count][];
        _responses = new double[slices.Count][][];
        (KalmanInnovations innovations, _start) = KalmanInnovations.After(history);
        double[] mean = [.. _start];
        double[] unseen = [.. channels.Select(_ => double.NaN)];
        for (int h = 0; h < slices.Count; h++)
        {
            _innovations[h] = innovations;
            _free[h] = new double[channels.Count];
            innovations.Predict(mean, _free[h]);
            int[] seen = [.. Enumerable.Range(0, channels.Count).Where(c => slices[h].Cells[c].Role != CellRole.Hidden)];
            _responses[h] = Spread(innovations.ImpulseResponse(seen, Math.Min(Lookahead.Reach, slices.Count - 1 - h)), seen, channels.Count);
            double[] shown = [.. slices[h].Cells.Select(cell => cell.Role == CellRole.Hidden ? double.NaN : 0)];
            double[] next = [.. mean];
            innovations.Update(unseen, mean);
            innovations = innovations.Update(shown, next);
        }
    }

    public SliceLayout Layout { get; }

    public IReadOnlyList<SlicePlan> Slices { get; }

    public int StateSize => _start.Length;

    public void Start(Span<double> state) => _start.CopyTo(state);

    public ReadOnlySpan<double> Covariance(int slice) => _innovations[slice].CellCovariance;

    public ReadOnlySpan<double> FreeMean(int slice) => _free[slice];

    public ReadOnlySpan<double> Response(int slice, int ahead) => _responses[slice][ahead];

    public IParticleRows NewRows(int most) => new Rows(this);

    /// <summary>Responses to the seen cells, with columns of zeros for the others, after the slice's own: the identity.</summary>
    private static double[][] Spread(double[][] responses, int[] seen, int d)
    {
        var spread = new double[responses.Length + 1][];
        for (int k = 0; k < spread.Length; k++)
        {
            spread[k] = new double[d * d];
            for (int i = 0; i < d; i++)
            {
                spread[k][(i * d) + i] = k == 0 ? 1 : 0;
                for (int o = 0; k > 0 && o < seen.Length; o++)
                {
                    spread[k][(i * d) + seen[o]] = responses[k - 1][(i * seen.Length) + o];
                }
            }
        }

        return spread;
    }

    private sealed class Rows(KalmanParticles model) : IParticleRows
    {
        private int _slice;
        private int _rows;

        public void Begin(int slice, int rows, ReadOnlySpan<double> states, Span<double> means)
        {
            (_slice, _rows) = (slice, rows);
            model._innovations[slice].Predict(states, means[..(rows * model.Layout.Channels)]);
        }

        public void Believe(int channel, SharedCovariance covariance, ReadOnlySpan<double> means, CellBelief belief)
        {
            belief.Shape(_rows, 0, 1);
            for (int row = 0; row < _rows; row++)
            {
                MixtureSpan mixture = belief.Mixture(row);
                mixture.Weights[0] = 1;
                mixture.Means[0] = means[(row * model.Layout.Channels) + channel];
                mixture.Scales[0] = Math.Sqrt(Math.Max(covariance.Variance(channel), 1e-300));
            }
        }

        public void Know(int channel, ReadOnlySpan<double> coordinates)
        {
        }

        public void End(ReadOnlySpan<double> coordinates, ReadOnlySpan<double> means, Span<double> states) =>
            model._innovations[_slice].Update(coordinates[..(_rows * model.Layout.Channels)], states);
    }
}
