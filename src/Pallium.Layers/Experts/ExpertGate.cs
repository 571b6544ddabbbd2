using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Weights of experts from their scores: the k largest of p = softmax(r), as they are or divided by their sum; 0 for all others.</summary>
/// <remarks>
/// <code>
/// balance loss    E/k Σ η f P, f_i the share of slices that chose i, P_i the mean of p_i
/// score loss      log²Σ exp(r), mean over slices
/// bias loss       ρ Σ b (f - k s/Σs): chosen are the k largest of r + b; b is a parameter, moved by this loss alone, that no weight has
/// capacity        learning only: through the rows, slice by slice, an expert takes the first ⌈c N s/Σs⌉ that chose it; its weight at others is 0
/// margin          expert j after the first only if p_1 - p_j is below the margin
/// dense to sparse learning only: r/τ with τ from 4 to 1, and from all experts to k, over the first half
/// </code>
/// Equal p are chosen in the order of their channels. The choice, and f, count as fixed in the reverse pass. Answers and the streaming form know no capacity:
/// they do not depend on the batch. A window's trace is p and weight of every slice, then f.
/// Sources: Shazeer et al., ICLR 2017, eq. 3; Fedus et al., 2021 (arXiv 2101.03961), eq. 1 to 6; Zoph et al., 2022 (arXiv 2202.08906), eq. 5; Jin et al., 2024
/// (arXiv 2410.07348), eq. 8 and 9; Nie et al., 2021 (arXiv 2112.14397); Wang et al., 2024 (arXiv 2408.15664), the bias, here as the multiplier of the constraint f = k/E.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ExpertGate<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double FirstTemperature = 4;
    private const double DenseShare = 0.5;

    private readonly ExpertGateOptions _options;
    private readonly double[] _shares;
    private readonly T[] _costs;
    private readonly string[] _auxiliaryLosses;
    private readonly Parameter<T>? _bias;
    private readonly T[] _fair;

    /// <summary>Creates the gate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, more are to be chosen than there are, or a capacity is below 1.</exception>
    /// <exception cref="ArgumentException">There are not as many shares as experts, or one is not positive; a bias and a margin.</exception>
    public ExpertGate(ExpertGateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Experts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Chosen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Chosen, options.Experts);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Balance);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ScoreLoss);
        ArgumentOutOfRangeException.ThrowIfNegative(options.BiasLoss);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity ?? 1, 1);
        _shares = [.. options.Shares ?? Enumerable.Repeat(1.0, options.Experts)];
        if (_shares.Length != options.Experts || _shares.Any(share => !(share > 0)))
        {
            throw new ArgumentException($"Found shares {string.Join(", ", _shares)}, expected {options.Experts} positive ones.", nameof(options));
        }

        if (options.BiasLoss > 0 && options.Margin is not null)
        {
            throw new ArgumentException("Found a bias and a margin: the first that is chosen need not be the likeliest.", nameof(options));
        }

        _options = options;
        Inputs = options.Experts;
        _bias = options.BiasLoss > 0 ? new(options.Experts) : null;
        _fair = [.. _shares.Select(share => T.CreateChecked(options.Chosen * share / _shares.Sum()))];
        double unit = options.Balance * options.Experts / options.Chosen;
        _costs = [.. _shares.Select(share => T.CreateChecked(unit * _shares.Max() / share))];
        var losses = new List<string>();
        if (options.Balance > 0)
        {
            losses.Add("balance");
        }

        if (_bias is not null)
        {
            losses.Add("bias");
        }

        if (options.ScoreLoss > 0)
        {
            losses.Add("scores");
        }

        _auxiliaryLosses = [.. losses];
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => _bias is null ? [] : [("bias", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(0, 2 * Inputs, (_bias?.Length ?? 0) * (long)Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override IReadOnlyList<string> AuxiliaryLosses => _auxiliaryLosses;

    /// <summary>p and weight of every expert.</summary>
    protected override int RecordSize => 2 * Inputs;

    private int BiasPlace => IsBalanced ? 1 : 0;

    private bool IsBalanced => _options.Balance > 0;

    private bool HasScoreLoss => _options.ScoreLoss > 0;

    /// <inheritdoc/>
    public override void Initialize(Rng rng) => _bias?.Values.Clear();

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows) => checked(base.TraceSize(steps, rows) + Inputs);

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int slices = pass.Steps * pass.Rows;
        Choose(slices, pass.Inputs, pass.Outputs, pass.Trace, Temperature(pass.Ahead), Chosen(pass.Ahead));
        Span<T> frequencies = pass.Trace.Slice(slices * RecordSize, Inputs);
        frequencies.Clear();
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> weights = pass.Outputs.Slice(slice * Inputs, Inputs);
            for (int i = 0; i < Inputs; i++)
            {
                frequencies[i] += T.IsZero(weights[i]) ? T.Zero : T.One;
            }
        }

        TensorPrimitives.Divide(frequencies, T.CreateChecked(slices), frequencies);
        if (pass.Noise is not null && _options.Capacity is { } capacity)
        {
            Limit(pass, capacity);
        }

        AddLosses(pass, frequencies);
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode exp = graph.Exp(inputs);
        StepNode probabilities = graph.Divide(exp, Total(graph, exp));
        StepNode marks = graph.Largest(_bias is null ? inputs : graph.Add(inputs, graph.Constant(_bias)), _options.Chosen);
        if (_options.Margin is { } margin)
        {
            StepNode first = Total(graph, graph.Multiply(probabilities, graph.Largest(inputs, 1)));
            StepNode room = graph.Subtract(graph.Constant(T.CreateChecked(margin)), graph.Subtract(first, probabilities));
            marks = graph.Multiply(marks, graph.IsNotZero(graph.Max(room, graph.Constant(T.Zero))));
        }

        StepNode weights = graph.Multiply(probabilities, marks);
        return (_options.Normalizes ? graph.Divide(weights, Total(graph, weights)) : weights, null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records) =>
        Choose(slices, inputs, outputs, records, T.One, _options.Chosen);

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        ReadOnlySpan<T> frequencies = pass.Trace.Slice(slices * RecordSize, Inputs);
        if (_bias is not null && !gradients.Auxiliary.IsEmpty)
        {
            T weight = gradients.Auxiliary[BiasPlace] * T.CreateChecked(_options.BiasLoss * slices);
            Span<T> dBias = gradients.Parameters[_bias];
            for (int i = 0; i < Inputs; i++)
            {
                dBias[i] += weight * (frequencies[i] - _fair[i]);
            }
        }

        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        T temperature = Temperature(pass.Ahead);
        T balance = IsBalanced && !gradients.Auxiliary.IsEmpty ? gradients.Auxiliary[0] : T.Zero;
        T scores = HasScoreLoss && !gradients.Auxiliary.IsEmpty ? gradients.Auxiliary[^1] * T.CreateChecked(2 * _options.ScoreLoss) : T.Zero;
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> p = pass.Trace.Slice(slice * RecordSize, Inputs);
            ReadOnlySpan<T> weights = pass.Trace.Slice((slice * RecordSize) + Inputs, Inputs);
            ReadOnlySpan<T> kept = pass.Outputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> dWeights = gradients.Outputs.Slice(slice * Inputs, Inputs);
            Span<T> dScores = gradients.Inputs.Slice(slice * Inputs, Inputs);

            // The reverse of both softmaxes is y (dy - y · dy), y being p or, of the chosen alone, the weights.
            T mean = T.Zero;
            T chosenMean = T.Zero;
            for (int i = 0; i < Inputs; i++)
            {
                mean = T.FusedMultiplyAdd(p[i], ProbabilityGradient(i, kept, dWeights, balance, frequencies), mean);
                chosenMean = T.FusedMultiplyAdd(kept[i], dWeights[i], chosenMean);
            }

            T scoreGradient = T.IsZero(scores) ? T.Zero : scores * ScaledLogSumExp(pass.Inputs.Slice(slice * Inputs, Inputs), temperature);
            for (int i = 0; i < Inputs; i++)
            {
                T d = p[i] * (ProbabilityGradient(i, kept, dWeights, balance, frequencies) - mean + scoreGradient);
                if (_options.Normalizes)
                {
                    d += weights[i] * ((T.IsZero(kept[i]) ? T.Zero : dWeights[i]) - chosenMean);
                }

                dScores[i] += d / temperature;
            }
        }
    }

    private static StepNode Total(StepGraph<T> graph, StepNode x) => graph.Scatter(x, 1, new int[x.Length]);

    /// <summary>Experts of a slice: k, and more of them early in learning where it begins dense.</summary>
    private int Chosen(double ahead) =>
        _options.Chosen + (int)Math.Ceiling((Inputs - _options.Chosen) * Density(ahead));

    private T Temperature(double ahead) => T.CreateChecked(1 + ((FirstTemperature - 1) * Density(ahead)));

    private double Density(double ahead) => _options.BeginsDense ? Math.Max(0, (ahead - DenseShare) / (1 - DenseShare)) : 0;

    private void Choose(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records, T temperature, int chosen)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> scores = inputs.Slice(slice * Inputs, Inputs);
            Span<T> p = records.Slice(slice * RecordSize, Inputs);
            Span<T> weights = records.Slice((slice * RecordSize) + Inputs, Inputs);
            if (_bias is null)
            {
                Choice.MarkLargest(scores, chosen, weights);
            }
            else
            {
                TensorPrimitives.Add(scores, _bias.Values, p);
                Choice.MarkLargest(p, chosen, weights);
            }

            TensorPrimitives.Divide(scores, temperature, p);
            Reduction.Softmax(p);
            if (_options.Margin is { } margin)
            {
                KeepWithin(T.CreateChecked(margin), p, weights);
            }

            TensorPrimitives.Multiply(weights, p, weights);
            if (_options.Normalizes)
            {
                TensorPrimitives.Divide(weights, Reduction.Sum<T>(weights), weights);
            }

            weights.CopyTo(outputs[(slice * Inputs)..]);
        }
    }

    /// <summary>Takes marks away whose probability falls short of the greatest by the margin or more.</summary>
    private static void KeepWithin(T margin, ReadOnlySpan<T> p, Span<T> marks)
    {
        T greatest = Reduction.Max(p);
        for (int i = 0; i < p.Length; i++)
        {
            if (!(margin - (greatest - p[i]) > T.Zero))
            {
                marks[i] = T.Zero;
            }
        }
    }

    /// <summary>Sets outputs to zero whose expert is full, row by row; the trace keeps what their weights were.</summary>
    private void Limit(in SequencePass<T> pass, double capacity)
    {
        double fair = capacity * pass.Steps * pass.Rows / _shares.Sum();
        for (int i = 0; i < Inputs; i++)
        {
            int room = (int)Math.Min(int.MaxValue, Math.Ceiling(fair * _shares[i]));
            for (int row = 0; row < pass.Rows; row++)
            {
                for (int slice = row; slice < pass.Elapsed.Length; slice += pass.Rows)
                {
                    ref T weight = ref pass.Outputs[(slice * Inputs) + i];
                    if (!T.IsZero(weight) && room-- <= 0)
                    {
                        weight = T.Zero;
                    }
                }
            }
        }
    }

    private void AddLosses(in SequencePass<T> pass, ReadOnlySpan<T> frequencies)
    {
        if (pass.Auxiliary.IsEmpty)
        {
            return;
        }

        T balance = T.Zero;
        T scores = T.Zero;
        for (int slice = 0; slice < pass.Elapsed.Length; slice++)
        {
            if (IsBalanced)
            {
                for (int i = 0; i < Inputs; i++)
                {
                    balance = T.FusedMultiplyAdd(_costs[i] * frequencies[i], pass.Trace[(slice * RecordSize) + i], balance);
                }
            }

            if (HasScoreLoss)
            {
                T sum = ScaledLogSumExp(pass.Inputs.Slice(slice * Inputs, Inputs), Temperature(pass.Ahead));
                scores = T.FusedMultiplyAdd(sum, sum, scores);
            }
        }

        if (IsBalanced)
        {
            pass.Auxiliary[0] += balance;
        }

        if (_bias is not null)
        {
            T uneven = T.Zero;
            for (int i = 0; i < Inputs; i++)
            {
                uneven = T.FusedMultiplyAdd(_bias.Values[i], frequencies[i] - _fair[i], uneven);
            }

            pass.Auxiliary[BiasPlace] += T.CreateChecked(_options.BiasLoss * pass.Elapsed.Length) * uneven;
        }

        if (HasScoreLoss)
        {
            pass.Auxiliary[^1] += T.CreateChecked(_options.ScoreLoss) * scores;
        }
    }

    /// <summary>log Σ exp(r/τ), without a copy.</summary>
    private static T ScaledLogSumExp(ReadOnlySpan<T> scores, T temperature)
    {
        if (temperature == T.One)
        {
            return Reduction.LogSumExp(scores);
        }

        T greatest = Reduction.Max(scores) / temperature;
        T sum = T.Zero;
        foreach (T score in scores)
        {
            sum += Elementary.Exp((score / temperature) - greatest);
        }

        return greatest + Elementary.Log(sum);
    }

    /// <summary>d loss / d p of one expert, from the weights where these are probabilities, and from the balance loss.</summary>
    private T ProbabilityGradient(int expert, ReadOnlySpan<T> kept, ReadOnlySpan<T> dWeights, T balance, ReadOnlySpan<T> frequencies)
    {
        T d = balance * _costs[expert] * frequencies[expert];
        return _options.Normalizes || T.IsZero(kept[expert]) ? d : d + dWeights[expert];
    }
}
