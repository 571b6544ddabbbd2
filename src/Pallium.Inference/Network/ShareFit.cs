using System.Numerics;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Decides on the validation part how much of a network enters the answers, so that learning never makes a model worse than its base.</summary>
/// <remarks>
/// Per real variable the network's correction f of the mean is scaled by λ = clip(⟨r, f⟩/⟨f, f⟩, 0, 1), r being the base's residual. Per
/// variable the answer is the mixture (1-g)·base + g·network; the validation likelihood is concave in g, and its maximum is found by
/// expectation maximisation. A share that does not lower the loss is 0.
/// </remarks>
internal static class ShareFit
{
    private const int Rounds = 60;
    private const double Negligible = 0.01;

    /// <summary>Shares of the network, and what base and network contribute per channel.</summary>
    public static (NetworkShares Shares, ChannelContribution[] Contributions) Fit<T>(WorldEngine engine, params ReadOnlySpan<ValidationSet<T>> validation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fit(engine, NetworkShares.All(engine.Core.Layout), validation);

    /// <summary>The same, where no share may be larger than one in <paramref name="most"/>.</summary>
    public static (NetworkShares Shares, ChannelContribution[] Contributions) Fit<T>(WorldEngine engine, NetworkShares most, params ReadOnlySpan<ValidationSet<T>> validation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SliceLayout layout = engine.Core.Layout;
        var moments = new (double Cross, double Square)[layout.Variables.Length];
        List<Cell>[] cells = CellsOf(layout, validation, moments);
        NetworkShares shares = NetworkShares.All(layout);
        for (int v = 0; v < cells.Length; v++)
        {
            shares.Mean[v] = layout.Variables[v].IsDiscrete ? 1 : moments[v].Square > 0 ? Math.Clamp(moments[v].Cross / moments[v].Square, 0, 1) : 0;
            shares.Mean[v] = Math.Min(shares.Mean[v], most.Mean[v]);
            foreach (Cell cell in cells[v])
            {
                cell.Shrink(shares.Mean[v]);
            }

            shares.Network[v] = Math.Min(Maximise(cells[v]), most.Network[v]);
        }

        return (shares, Contributions(layout, cells, shares));
    }

    /// <summary>What the base alone contributes per channel.</summary>
    public static ChannelContribution[] OfBase<T>(SliceLayout layout, ValidationSet<T> validation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Contributions(layout, CellsOf(layout, [validation], new (double, double)[layout.Variables.Length]), NetworkShares.None(layout));

    /// <summary>Loss of the model with these shares, in nats per cell.</summary>
    public static double Loss<T>(SliceLayout layout, ValidationSet<T> validation, NetworkShares shares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<Cell>[] cells = CellsOf(layout, [validation], new (double, double)[layout.Variables.Length]);
        double sum = 0;
        for (int v = 0; v < cells.Length; v++)
        {
            foreach (Cell cell in cells[v])
            {
                cell.Shrink(shares.Mean[v]);
                sum += cell.Weight * cell.Mixed(shares.Network[v]);
            }
        }

        return validation.Cells > 0 ? sum / validation.Cells : 0;
    }

    private static ChannelContribution[] Contributions(SliceLayout layout, List<Cell>[] cells, NetworkShares shares)
    {
        var contributions = new ChannelContribution[layout.Channels];
        for (int c = 0; c < contributions.Length; c++)
        {
            int[] own = [.. layout.Variables.Where(variable => variable.Channel == c).Select(variable => variable.Index)];
            double asked = cells[own[0]].Sum(cell => cell.Weight);
            double baseLoss = own.Sum(v => cells[v].Sum(cell => cell.Weight * cell.Base));
            double loss = own.Sum(v => cells[v].Sum(cell => cell.Weight * cell.Mixed(shares.Network[v])));
            int real = layout.RealOf(c);
            contributions[c] = new ChannelContribution(
                layout.Schema.Channels[c], baseLoss / asked, loss / asked, shares.Network[own[^1]], real < 0 ? double.NaN : shares.Mean[real]);
        }

        return contributions;
    }

    private static List<Cell>[] CellsOf<T>(
        SliceLayout layout, ReadOnlySpan<ValidationSet<T>> validation, (double Cross, double Square)[] moments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<Cell>[] cells = [.. layout.Variables.Select(_ => new List<Cell>())];
        foreach (ValidationSet<T> set in validation)
        {
            foreach (WindowChunk<T> chunk in set.Chunks)
            {
                Collect(layout, chunk, cells, moments);
            }
        }

        return cells;
    }

    private static void Collect<T>(SliceLayout layout, WindowChunk<T> chunk, List<Cell>[] cells, (double Cross, double Square)[] moments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SliceTargets targets = chunk.Targets;
        var losses = new double[targets.Weights.Length];
        var outputs = new T[targets.Rows * layout.RealOutputs];
        chunk.Evaluate(losses, outputs);
        for (int row = 0; row < targets.Rows; row++)
        {
            for (int v = 0; v < cells.Length; v++)
            {
                int at = targets.Index(row, v);
                double weight = targets.Weights[at];
                if (weight == 0)
                {
                    continue;
                }

                SliceVariable variable = layout.Variables[v];
                if (variable.IsDiscrete)
                {
                    ReadOnlySpan<double> logits = targets.BaseLogitsOf(row, variable);
                    cells[v].Add(new Cell(weight, Reduction.LogSumExp(logits) - logits[targets.Outcomes[at]], losses[at]));
                    continue;
                }

                double[] own = [.. outputs.AsSpan((row * layout.RealOutputs) + variable.Output, 3 * layout.Components).ToArray().Select(x => double.CreateTruncating(x))];
                var cell = new RealCell(weight, own, targets.Low[at], targets.High[at], targets.Floor[at]);
                cells[v].Add(cell);
                double residual = cell.Middle;
                if (double.IsFinite(residual))
                {
                    moments[v].Cross += weight * residual * cell.Correction;
                    moments[v].Square += weight * cell.Correction * cell.Correction;
                }
            }
        }
    }

    /// <summary>The share of the network that makes the mixture likeliest, by expectation maximisation; 0 where it does not pay.</summary>
    internal static double Maximise(List<Cell> cells)
    {
        double total = cells.Sum(cell => cell.Weight);
        double share = 0.5;
        for (int round = 0; round < Rounds && total > 0; round++)
        {
            double sum = 0;
            foreach (Cell cell in cells)
            {
                double odds = Elementary.Exp(Math.Clamp(cell.Base - cell.Network, -500, 500));
                sum += cell.Weight * share * odds / ((share * odds) + 1 - share);
            }

            share = sum / total;
        }

        bool pays = cells.Sum(cell => cell.Weight * (cell.Base - cell.Mixed(share))) > 0;
        return share >= Negligible && pays ? share : 0;
    }

    /// <summary>One validation cell: weight, and negative log masses of base and network.</summary>
    internal class Cell(double weight, double baseLoss, double networkLoss)
    {
        public double Weight => weight;

        public double Base => baseLoss;

        public double Network { get; protected set; } = networkLoss;

        public double Mixed(double share) => share switch
        {
            0 => Base,
            1 => Network,
            _ => -Elementary.LogAddExp(Elementary.Log(share) - Network, Elementary.Log(1 - share) - Base),
        };

        public virtual void Shrink(double share)
        {
        }
    }

    private sealed class RealCell(double weight, double[] outputs, double low, double high, double floor)
        : Cell(weight, IntervalMixture.Loss([0, 0, 0], low, high, floor, 1, []), IntervalMixture.Loss(outputs, low, high, floor, 1, []))
    {
        public double Middle => double.IsInfinity(low) ? high : 0.5 * (low + high);

        public double Correction { get; } = Mean(outputs);

        public override void Shrink(double share)
        {
            double[] shrunk = [.. outputs];
            int k = shrunk.Length / 3;
            for (int i = k; i < 2 * k; i++)
            {
                shrunk[i] -= (1 - share) * Correction;
            }

            Network = IntervalMixture.Loss(shrunk, low, high, floor, 1, []);
        }

        private static double Mean(double[] outputs)
        {
            int k = outputs.Length / 3;
            double[] weights = outputs[..k];
            Reduction.Softmax<double>(weights);
            return weights.Select((weight, i) => weight * outputs[k + i]).Sum();
        }
    }
}
