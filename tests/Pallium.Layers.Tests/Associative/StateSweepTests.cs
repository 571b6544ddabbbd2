using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Both directions, every rule and width have the bits of the plain loop that adds rows up in order.</summary>
public sealed class StateSweepTests
{
    private const int Rows = 7;
    private const int Lanes = 80;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void Every_rule_and_width_has_the_bits_of_the_plain_loop(int steps)
    {
        Check<NoDecay, DeltaCoupling<float>, DeltaTranspose<float>>(steps);
        Check<OneDecay, DeltaCoupling<float>, DeltaTranspose<float>>(steps);
        Check<NoDecay, LowRankCoupling<float>, LowRankCoupling<float>>(steps);
        Check<OneDecay, LowRankCoupling<float>, LowRankCoupling<float>>(steps);
        Check<RowDecay, LowRankCoupling<float>, LowRankCoupling<float>>(steps);
    }

    private static void Check<TDecay, TCoupling, TTranspose>(int steps)
        where TDecay : IDecayForm
        where TCoupling : ICoupling<float>
        where TTranspose : ICoupling<float>
    {
        Window expected = Plain<TDecay, TCoupling>(steps, isBackward: false);
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Forward<float, TDecay, TCoupling>(pass));
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Forward<float, Lanes128<float>, TDecay, TCoupling>(pass, 0));
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Forward<float, Lanes256<float>, TDecay, TCoupling>(pass, 0));
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Forward<float, Lanes512<float>, TDecay, TCoupling>(pass, 0));
        expected = Plain<TDecay, TTranspose>(steps, isBackward: true);
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Backward<float, TDecay, TTranspose>(pass));
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Backward<float, Lanes128<float>, TDecay, TTranspose>(pass, 0));
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Backward<float, Lanes256<float>, TDecay, TTranspose>(pass, 0));
        expected.AssertSame(steps, (in CoupledPass<float> pass) => StateSweep.Backward<float, Lanes512<float>, TDecay, TTranspose>(pass, 0));
    }

    private static Window Plain<TDecay, TCoupling>(int steps, bool isBackward)
        where TDecay : IDecayForm
        where TCoupling : ICoupling<float>
    {
        var w = new Window(steps);
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int i = 0; i < steps; i++)
            {
                int t = isBackward ? steps - 1 - i : i;
                if (isBackward)
                {
                    Write<TCoupling>(w, t, lane);
                }

                float recalled = Sum(w, w.RecallRows, t, lane, 0);
                w.Recalled[(t * Lanes) + lane] = recalled;
                float d = TDecay.IsNone || TDecay.IsByRow ? 1 : w.Decay[t];
                float c = isBackward && !TCoupling.Reads ? -(w.Strength[t] * (d * recalled))
                    : TCoupling.Reads && !TCoupling.Writes ? w.Strength[t] * (w.WriteLanes[(t * Lanes) + lane] - (d * recalled))
                    : recalled;
                for (int row = 0; row < Rows; row++)
                {
                    ref float s = ref w.State[(row * Lanes) + lane];
                    float b = w.AnswerRows[(t * Rows) + row];
                    s = TDecay.IsNone ? MathF.FusedMultiplyAdd(b, c, s)
                        : MathF.FusedMultiplyAdd(TDecay.IsByRow ? w.Decay[(t * Rows) + row] : d, s, b * c);
                }

                if (!isBackward)
                {
                    Write<TCoupling>(w, t, lane);
                }
            }
        }

        return w;
    }

    /// <summary>Writes x yᵀ and reads with p.</summary>
    private static void Write<TCoupling>(Window w, int t, int lane)
        where TCoupling : ICoupling<float>
    {
        for (int row = 0; TCoupling.Writes && row < Rows; row++)
        {
            ref float s = ref w.State[(row * Lanes) + lane];
            s = MathF.FusedMultiplyAdd(w.WriteRows[(t * Rows) + row], w.WriteLanes[(t * Lanes) + lane], s);
        }

        if (TCoupling.Reads)
        {
            w.Read[(t * Lanes) + lane] = Sum(w, w.ReadRows, t, lane, w.Read[(t * Lanes) + lane]);
        }
    }

    private static float Sum(Window w, float[] rows, int t, int lane, float sum)
    {
        for (int row = 0; row < Rows; row++)
        {
            sum = MathF.FusedMultiplyAdd(rows[(t * Rows) + row], w.State[(row * Lanes) + lane], sum);
        }

        return sum;
    }

    private delegate void Run(in CoupledPass<float> pass);

    private sealed class Window(int steps)
    {
        public float[] State { get; } = Draw("state", Rows * Lanes);

        public float[] Decay { get; } = Draw("decay", steps * Rows);

        public float[] RecallRows { get; } = Draw("a", steps * Rows);

        public float[] Recalled { get; } = Draw("r", steps * Lanes);

        public float[] AnswerRows { get; } = Draw("b", steps * Rows);

        public float[] WriteRows { get; } = Draw("x", steps * Rows);

        public float[] WriteLanes { get; } = Draw("y", steps * Lanes);

        public float[] Strength { get; } = Draw("strength", steps);

        public float[] ReadRows { get; } = Draw("p", steps * Rows);

        public float[] Read { get; } = Draw("o", steps * Lanes);

        public void AssertSame(int count, Run run)
        {
            var found = new Window(count);
            run(new CoupledPass<float>
            {
                Steps = count,
                State = found.State,
                Decay = found.Decay,
                RecallRows = found.RecallRows,
                Recalled = found.Recalled,
                AnswerRows = found.AnswerRows,
                WriteRows = found.WriteRows,
                WriteLanes = found.WriteLanes,
                Strength = found.Strength,
                ReadRows = found.ReadRows,
                Read = found.Read,
                Rows = Rows,
                Lanes = Lanes,
            });
            Assert.Equal(State, found.State);
            Assert.Equal(Recalled, found.Recalled);
            Assert.Equal(Read, found.Read);
        }

        private static float[] Draw(string name, int length)
        {
            var values = new float[length];
            new Rng(3).For(name).Uniform<float>(values, -1, 1);
            return values;
        }
    }
}
