using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What the cells of a window really were, in the units that the head's distributions are expressed in.</summary>
/// <remarks>Rows are slices, time-major. A weight of 0 means that the variable is not asked for there.</remarks>
internal sealed class SliceTargets
{
    private readonly int _variables;

    public SliceTargets(int rows, SliceLayout layout)
    {
        Rows = rows;
        Layout = layout;
        _variables = layout.Variables.Length;
        Weights = new double[rows * _variables];
        Low = new double[rows * _variables];
        High = new double[rows * _variables];
        Floor = new double[rows * _variables];
        Outcomes = new int[rows * _variables];
        BaseLogits = new double[rows * layout.DiscreteOutputs];
    }

    public int Rows { get; }

    public SliceLayout Layout { get; }

    /// <summary>Factor of each variable's loss, [rows, variables].</summary>
    public double[] Weights { get; }

    /// <summary>Lower end of a real variable's rounding interval, standardised by the base's conditional, [rows, variables].</summary>
    public double[] Low { get; }

    /// <summary>Upper end, likewise.</summary>
    public double[] High { get; }

    /// <summary>Least spread, likewise.</summary>
    public double[] Floor { get; }

    /// <summary>A discrete variable's outcome, [rows, variables].</summary>
    public int[] Outcomes { get; }

    /// <summary>The base's logits, [rows, discrete outputs].</summary>
    public double[] BaseLogits { get; }

    /// <summary>Observed cells in all: what the summed loss is divided by.</summary>
    public double Cells { get; set; }

    public int Index(int row, int variable) => (row * _variables) + variable;

    /// <summary>Asks a row for a real variable.</summary>
    public void Ask(int row, SliceVariable variable, double value, Standard standard, double weight)
    {
        int cell = Index(row, variable.Index);
        (double low, double high) = Layout.Scale(variable.Channel).Edges(value);
        Weights[cell] = weight;
        Low[cell] = (low - standard.Mean) / standard.Scale;
        High[cell] = (high - standard.Mean) / standard.Scale;
        Floor[cell] = standard.Floor;
    }

    public ReadOnlySpan<double> BaseLogitsOf(int row, SliceVariable variable) =>
        BaseLogits.AsSpan((row * Layout.DiscreteOutputs) + variable.Output, variable.Outcomes);
}

/// <summary>The order-agnostic loss: summed, weighted negative log masses of the cells that were asked for.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SliceLoss<T> : TapeOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly SliceLoss<T> Instance = new();

    /// <summary>The loss as a node [1, 1].</summary>
    public static Variable Sum(Tape<T> tape, Variable real, Variable discrete, SliceTargets targets)
    {
        // The gradient falls out of the forward computation, which needs the same exponentials; the reverse pass only scales it.
        int reals = tape.Value(real).Length;
        int discretes = tape.Value(discrete).Length;
        ArenaSlice realGradient = tape.Arena.Take(reals);
        ArenaSlice discreteGradient = tape.Arena.Take(discretes);
        double sum = Evaluate(tape.Value(real), tape.Value(discrete), targets, tape.Arena[realGradient], tape.Arena[discreteGradient], null);
        Variable loss = tape.Add(Instance, [real, discrete], 1, 1, new TapeTrace<T> { Kept = realGradient, Scratch = discreteGradient });
        tape.Value(loss)[0] = T.CreateTruncating(sum);
        return loss;
    }

    /// <summary>The loss in double, its gradients where wanted, and each variable's own negative log mass where wanted.</summary>
    /// <param name="real">[rows, real outputs].</param>
    /// <param name="discrete">[rows, discrete outputs].</param>
    /// <param name="targets">What was.</param>
    /// <param name="realGradient">Added to; empty: not wanted.</param>
    /// <param name="discreteGradient">Added to; empty: not wanted.</param>
    /// <param name="losses">[rows, variables], unweighted; null: not wanted.</param>
    public static double Evaluate(
        ReadOnlySpan<T> real, ReadOnlySpan<T> discrete, SliceTargets targets, Span<T> realGradient, Span<T> discreteGradient, double[]? losses)
    {
        SliceLayout layout = targets.Layout;
        Span<double> outputs = stackalloc double[3 * layout.Components];
        Span<double> gradient = stackalloc double[3 * layout.Components];
        double sum = 0;
        for (int row = 0; row < targets.Rows; row++)
        {
            for (int v = 0; v < layout.Variables.Length; v++)
            {
                SliceVariable variable = layout.Variables[v];
                int cell = targets.Index(row, v);
                double weight = targets.Weights[cell];
                if (weight == 0)
                {
                    continue;
                }

                double loss;
                if (variable.IsDiscrete)
                {
                    int start = (row * layout.DiscreteOutputs) + variable.Output;
                    Span<T> into = discreteGradient.IsEmpty ? [] : discreteGradient.Slice(start, variable.Outcomes);
                    loss = Discrete(discrete.Slice(start, variable.Outcomes), targets.BaseLogitsOf(row, variable), targets.Outcomes[cell], weight, into);
                }
                else
                {
                    int start = (row * layout.RealOutputs) + variable.Output;
                    for (int i = 0; i < outputs.Length; i++)
                    {
                        outputs[i] = double.CreateTruncating(real[start + i]);
                    }

                    gradient.Clear();
                    loss = IntervalMixture.Loss(
                        outputs, targets.Low[cell], targets.High[cell], targets.Floor[cell], weight, realGradient.IsEmpty ? [] : gradient);
                    for (int i = 0; i < gradient.Length && !realGradient.IsEmpty; i++)
                    {
                        realGradient[start + i] += T.CreateTruncating(gradient[i]);
                    }
                }

                sum += weight * loss;
                if (losses is not null)
                {
                    losses[cell] = loss;
                }
            }
        }

        return sum;
    }

    public override void Backward(Tape<T> tape, in TapeNode<T> node)
    {
        T factor = tape.Gradient(node.Variable)[0];
        ReadOnlySpan<Variable> inputs = tape.Inputs(node);
        AddScaled(tape.Arena[node.Trace.Kept], factor, tape.WantedGradient(inputs[0]));
        AddScaled(tape.Arena[node.Trace.Scratch], factor, tape.WantedGradient(inputs[1]));
    }

    private static double Discrete(ReadOnlySpan<T> outputs, ReadOnlySpan<double> baseLogits, int outcome, double weight, Span<T> gradient)
    {
        Span<double> logits = stackalloc double[outputs.Length];
        for (int k = 0; k < logits.Length; k++)
        {
            logits[k] = baseLogits[k] + double.CreateTruncating(outputs[k]);
        }

        double normaliser = Reduction.LogSumExp((ReadOnlySpan<double>)logits);
        for (int k = 0; k < gradient.Length; k++)
        {
            double probability = Elementary.Exp(logits[k] - normaliser);
            gradient[k] += T.CreateTruncating(weight * (probability - (k == outcome ? 1 : 0)));
        }

        return normaliser - logits[outcome];
    }

    private static void AddScaled(ReadOnlySpan<T> from, T factor, Span<T> into)
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = T.FusedMultiplyAdd(factor, from[i], into[i]);
        }
    }
}
