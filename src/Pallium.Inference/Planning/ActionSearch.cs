using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>How sequences of actions are searched for.</summary>
/// <param name="Effort">Roll-outs in all.</param>
/// <param name="Seed">Seed.</param>
internal sealed record SearchOptions(int Effort, ulong Seed)
{
    /// <summary>T at which lowering ends and the weighted mean is the plan; null: the best sequence is.</summary>
    public double? Temperature { get; init; }

    /// <summary>What was planned for these slices before, [slices, actions], at most the horizon; empty: nothing.</summary>
    public double[] Previous { get; init; } = [];
}

/// <summary>What a search found.</summary>
/// <param name="Actions">The sequence, [horizon, actions].</param>
/// <param name="Temperature">T of the last weights.</param>
/// <param name="Rollouts">Roll-outs that were made.</param>
internal sealed record FoundActions(double[] Actions, double Temperature, int Rollouts);

/// <summary>Searches for the sequence of actions that costs least on average, by weights exp(-cost/T) with T lowered round by round.</summary>
/// <remarks>
/// <para>w_k ∝ exp(-(C_k - min C)/T), C_k the mean cost of sequence k over a few roll-outs. Sequences go on in proportion to their weights and are moved; the
/// best ones and the weighted mean go on as they are. T is where the weights are worth a share of the population, 1/Σw² = share · K, and the share is lowered.</para>
/// <para>Every round has noise of its own, the same for all of its sequences and in antithetic pairs: a sequence that was lucky once is not so twice, and what is
/// linear in the noise cancels. The last means and best ones are compared on fresh noise and the best is taken.</para>
/// <para>Sources: Kappen, Physical Review Letters 95, 2005 (weights exp(-cost/T) as inference); Williams et al., IEEE Transactions on Robotics 34, 2018 (model-predictive path
/// integral: the weighted mean); Rubinstein and Kroese, The cross-entropy method, 2004 (population, share and spread).</para>
/// </remarks>
internal sealed class ActionSearch
{
    /// <summary>Least roll-outs of a search.</summary>
    public const int LeastEffort = 64;

    private const int Rounds = 8;
    private const int Replicates = 4;
    private const int LeastPopulation = 16;
    private const int Last = 3;

    /// <summary>Shares of the effort: for rounds, for refining the best, for comparing what was found, and for telling what it costs.</summary>
    private const double SearchShare = 0.35;
    private const double RefineShare = 0.4;
    private const double CompareShare = 0.1;
    private const double TellShare = 0.15;

    private const double FirstShare = 0.5;
    private const double LastShare = 0.1;

    /// <summary>Differences of costs, below which T does not follow them.</summary>
    private const double LeastBetween = 1e-200;

    /// <summary>Moves are at least this share of a range in the first round, and less by the decay in each further one.</summary>
    private const double LeastMove = 0.2;
    private const double MoveDecay = 0.6;

    private readonly IRollout _rollout;
    private readonly MeanCosts _means;
    private readonly SearchOptions _options;
    private readonly ActionMoves _moves;
    private readonly Rng _rng;
    private readonly int _k;
    private readonly int _length;
    private readonly double[] _costs;
    private readonly double[] _weights;
    private readonly double[] _spread;
    private readonly List<double[]> _candidates = [];
    private double[] _population;
    private double[] _next;
    private double[] _mean;
    private double _temperature;

    private ActionSearch(MeanCosts means, SearchOptions options)
    {
        (_rollout, _means, _options) = (means.Rollout, means, options);
        _moves = new ActionMoves(_rollout.Actions, _rollout.Horizon);
        _rng = new Rng(options.Seed).For("plan");
        _length = _moves.Length;
        _k = Math.Max(LeastPopulation, (int)(SearchShare * options.Effort / (Rounds * Replicates)));
        _population = new double[_k * _length];
        _next = new double[_k * _length];
        _costs = new double[_k];
        _weights = new double[_k];
        _spread = new double[_length];
        _mean = new double[_length];
    }

    /// <summary>Searches.</summary>
    /// <exception cref="InputException">No sequence has a cost that is a number.</exception>
    public static FoundActions Run(IRollout rollout, SearchOptions options, CancellationToken cancellation = default)
    {
        var means = new MeanCosts(rollout, cancellation);
        var search = new ActionSearch(means, options);
        search.Begin();
        for (int round = 0; round < Rounds; round++)
        {
            search.Evaluate(round);
            search.Weigh(round);
            search.Summarise(round);
            if (round + 1 < Rounds)
            {
                search.Renew(round);
            }
        }

        double[] chosen = options.Temperature is null ? search.Refine() : search._mean;
        return new FoundActions(chosen, search._temperature, means.Spent);
    }

    /// <summary>Roll-outs that tell what a plan costs, and as many that tell what doing as usual does.</summary>
    public static int Told(int effort) => Even(TellShare / 2 * effort);

    /// <summary>The first sequences: what was planned, what is done as usual, holds, and stretches at random.</summary>
    private void Begin()
    {
        int imitated = _k / 4;
        double[] done = _means.Usual(_rng.For("usual").NextBits(), Even(imitated + 1));
        int holds = Math.Max(3, _k / 8);
        int renewed = _options.Previous.Length > 0 ? _k / 4 : 0;
        Widen(LeastMove);
        for (int k = 0; k < _k; k++)
        {
            Span<double> own = Own(_population, k);
            Rng rng = _rng.For("begin").For(k);
            int n = k;
            if (n < renewed)
            {
                Extended(own);
                if (n > 0)
                {
                    _moves.Move(rng, _spread, own);
                }
            }
            else if ((n -= renewed) < holds)
            {
                _moves.Hold(n, holds, rng, own);
            }
            else if ((n -= holds) < imitated)
            {
                Own(done, n).CopyTo(own);
                _moves.Limit(own);
            }
            else
            {
                _moves.Begin(rng, own);
            }
        }

        if (renewed > 0)
        {
            _candidates.Add(Own(_population, 0).ToArray());
        }
    }

    /// <summary>The plan of before; its last actions are done on and on.</summary>
    private void Extended(Span<double> sequence)
    {
        int width = _rollout.Actions.Count;
        for (int i = 0; i < sequence.Length; i++)
        {
            sequence[i] = i < _options.Previous.Length ? _options.Previous[i] : sequence[i - width];
        }

        _moves.Limit(sequence);
    }

    private void Evaluate(int round) => _means.Of(_population, Replicates, _rng.For("round").For(round).NextBits(), _costs);

    /// <summary>Weights exp(-(C - min C)/T), with the T at which they are worth the round's share of the population.</summary>
    private void Weigh(int round)
    {
        double share = FirstShare * Elementary.Pow(LastShare / FirstShare, round / (Rounds - 1.0));
        double least = _costs.Min();
        if (double.IsPositiveInfinity(least))
        {
            throw new InputException("Found a cost that is no finite number for any sequence of actions, expected a number.");
        }

        double most = _costs.Where(double.IsFinite).Max();
        double wanted = Math.Max(1, Math.Min(share * _k, _costs.Count(double.IsFinite)));

        // Where all cost the same any T does, but zero.
        double between = Math.Max(most - least, LeastBetween);
        double low = 1e-12 * between;
        double high = 1e3 * between;
        for (int i = 0; i < 100 && high > low * 1.001; i++)
        {
            _temperature = Math.Sqrt(low) * Math.Sqrt(high);
            (low, high) = Effective(least) < wanted ? (_temperature, high) : (low, _temperature);
        }

        if (_options.Temperature is double asked && (_temperature < asked || round == Rounds - 1))
        {
            _temperature = asked;
            Effective(least);
        }
    }

    /// <summary>1/Σw² of the weights at the present temperature, which become normalised.</summary>
    private double Effective(double least)
    {
        double sum = 0;
        for (int k = 0; k < _k; k++)
        {
            _weights[k] = Elementary.Exp(-(_costs[k] - least) / _temperature);
            sum += _weights[k];
        }

        for (int k = 0; k < _k; k++)
        {
            _weights[k] /= sum;
        }

        return 1 / Reduction.SumOfSquares<double>(_weights);
    }

    /// <summary>The weighted mean (likeliest outcome) and spread of every action.</summary>
    private void Summarise(int round)
    {
        IReadOnlyList<ActionRange> ranges = _rollout.Actions;
        _mean = new double[_length];
        for (int i = 0; i < _length; i++)
        {
            ActionRange range = ranges[i % ranges.Count];
            if (range.Channel.IsNumeric)
            {
                double mean = 0;
                double square = 0;
                for (int k = 0; k < _k; k++)
                {
                    mean += _weights[k] * _population[(k * _length) + i];
                }

                for (int k = 0; k < _k; k++)
                {
                    double off = _population[(k * _length) + i] - mean;
                    square += _weights[k] * off * off;
                }

                (_mean[i], _spread[i]) = (mean, Math.Sqrt(square));
                continue;
            }

            var mass = new double[range.Outcomes];
            for (int k = 0; k < _k; k++)
            {
                mass[(int)(_population[(k * _length) + i] - range.Low)] += _weights[k];
            }

            _mean[i] = range.Low + mass.AsSpan().IndexOf(mass.Max());
        }

        _moves.Limit(_mean);
        if (round >= Rounds - Last)
        {
            _candidates.Add(_mean);
            _candidates.Add(Own(_population, _costs.AsSpan().IndexOf(_costs.Min())).ToArray());
        }
    }

    /// <summary>The next round's sequences.</summary>
    private void Renew(int round)
    {
        Widen(LeastMove * Elementary.Pow(MoveDecay, round + 1));
        int[] order = [.. Enumerable.Range(0, _k).OrderBy(k => _costs[k])];
        int kept = _k / 8;
        _mean.CopyTo(Own(_next, 0));
        for (int k = 0; k < kept; k++)
        {
            Own(_population, order[k]).CopyTo(Own(_next, k + 1));
        }

        double offset = _rng.For("resample").For(round).Uniform();
        int first = kept + 1;
        int from = 0;
        double sum = _weights[0];
        for (int k = first; k < _k; k++)
        {
            double target = (k - first + offset) / (_k - first);
            while (sum < target && from < _k - 1)
            {
                sum += _weights[++from];
            }

            // Every third starts from the mean, where luck has been averaged out.
            Span<double> own = Own(_next, k);
            (k % 3 == 0 ? _mean : Own(_population, from)).CopyTo(own);
            _moves.Move(_rng.For("move").For(round).For(k), _spread, own);
        }

        (_population, _next) = (_next, _population);
    }

    /// <summary>Moves of numbers are at least this share of their ranges.</summary>
    private void Widen(double share)
    {
        IReadOnlyList<ActionRange> ranges = _rollout.Actions;
        for (int i = 0; i < _length; i++)
        {
            ActionRange range = ranges[i % ranges.Count];
            _spread[i] = Math.Max(_spread[i], share * (range.High - range.Low));
        }
    }

    /// <summary>The best of what was found, refined.</summary>
    private double[] Refine()
    {
        _candidates.Add(Middle([.. _candidates.TakeLast(2 * Last).Where((_, i) => i % 2 == 0)]));
        double[] best = Best("choose");
        _candidates.Clear();
        _candidates.Add(best);
        _candidates.Add(new ActionDescent(_means).Run(best, (int)(RefineShare * _options.Effort), _rng.For("descent")));
        return Best("refined");
    }

    /// <summary>The best candidate, on fresh noise.</summary>
    private double[] Best(string purpose)
    {
        var costs = new double[_candidates.Count];
        _means.Of([.. _candidates.SelectMany(sequence => sequence)], Even(CompareShare / 2 * _options.Effort / costs.Length), _rng.For(purpose).NextBits(), costs);
        return _candidates[costs.AsSpan().IndexOf(costs.Min())];
    }

    /// <summary>The mean of the last rounds' means; of outcomes the last round's.</summary>
    private double[] Middle(double[][] means)
    {
        double[] middle = [.. _mean];
        IReadOnlyList<ActionRange> ranges = _rollout.Actions;
        for (int i = 0; i < middle.Length; i++)
        {
            if (ranges[i % ranges.Count].Channel.IsNumeric)
            {
                middle[i] = means.Sum(mean => mean[i]) / means.Length;
            }
        }

        _moves.Limit(middle);
        return middle;
    }

    private static int Even(double count) => Math.Max(2, 2 * (int)(count / 2));

    private Span<double> Own(double[] sequences, int k) => sequences.AsSpan(k * _length, _length);
}
