using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Every form and width has the bits of the plain loop that adds rows up in order.</summary>
public sealed class StateTileTests
{
    private const int Rows = 16;
    private const int Lanes = 48;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void Every_form_and_width_has_the_bits_of_the_plain_loop(int steps)
    {
        Check<ReadsLast, NoDecay, Off, Off>(steps, isBackward: false);
        Check<ReadsLast, OneDecay, Off, On>(steps, isBackward: false);
        Check<ReadsLast, RowDecay, Off, Off>(steps, isBackward: false);
        Check<ReadsLast, LaneDecay, On, On>(steps, isBackward: false);
        Check<ReadsLast, NoDecay, On, On>(steps, isBackward: false);
        Check<ReadsBefore, RowDecay, Off, Off>(steps, isBackward: true);
        Check<ReadsBefore, NoDecay, Off, Off>(steps, isBackward: false);
        Check<DecaysLast, NoDecay, Off, Off>(steps, isBackward: true);
        Check<DecaysLast, OneDecay, Off, Off>(steps, isBackward: true);
        Check<DecaysLast, NoDecay, On, Off>(steps, isBackward: true);
        Check<DecaysLast, LaneDecay, On, On>(steps, isBackward: true);
    }

    private static void Check<TOrder, TDecay, TSecondWrite, TSecondRead>(int steps, bool isBackward)
        where TOrder : IStepOrder
        where TDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        var expected = new Window(steps);
        Plain<TOrder, TDecay, TSecondWrite, TSecondRead>(expected, isBackward);
        var dispatched = new Window(steps);
        StateTile.Run<float, TOrder, TDecay, TSecondWrite, TSecondRead>(dispatched.Pass(isBackward));
        expected.AssertSame(dispatched);
        if (steps > 0)
        {
            var narrow = new Window(steps);
            StateTile.Run<float, Lanes128<float>, TOrder, TDecay, TSecondWrite, TSecondRead>(narrow.Pass(isBackward), 0);
            expected.AssertSame(narrow);
            var middle = new Window(steps);
            StateTile.Run<float, Lanes256<float>, TOrder, TDecay, TSecondWrite, TSecondRead>(middle.Pass(isBackward), 0);
            expected.AssertSame(middle);
            var wide = new Window(steps);
            StateTile.Run<float, Lanes512<float>, TOrder, TDecay, TSecondWrite, TSecondRead>(wide.Pass(isBackward), 0);
            expected.AssertSame(wide);
        }
    }

    private static void Plain<TOrder, TDecay, TSecondWrite, TSecondRead>(Window w, bool isBackward)
        where TOrder : IStepOrder
        where TDecay : IDecayForm
        where TSecondWrite : IFlag
        where TSecondRead : IFlag
    {
        static float Fused(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);
        for (int i = 0; i < w.Steps; i++)
        {
            int t = isBackward ? w.Steps - 1 - i : i;
            for (int row = 0; row < Rows; row++)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    ref float s = ref w.State[(row * Lanes) + lane];
                    ref float o = ref w.Read[(t * Lanes) + lane];
                    ref float second = ref w.SecondRead[(t * Lanes) + lane];
                    float d = TDecay.IsByRow ? w.Decay[(t * Rows) + row] : TDecay.IsByLane ? w.Decay[(t * Lanes) + lane] : w.Decay[t];
                    float x = w.WriteRows[(t * Rows) + row];
                    float y = w.WriteLanes[(t * Lanes) + lane];
                    float p = w.ReadRows[(t * Rows) + row];
                    float p2 = w.SecondReadRows[(t * Rows) + row];
                    float x2 = w.SecondWriteRows[(t * Rows) + row];
                    float y2 = w.SecondWriteLanes[(t * Lanes) + lane];
                    float Changed(float before) => TSecondWrite.IsOn
                        ? TDecay.IsNone ? Fused(x2, y2, before) : Fused(d, before, x2 * y2)
                        : TDecay.IsNone ? before : d * before;
                    o = TOrder.ReadsFirst ? Fused(p, s, o) : o;
                    second = TSecondRead.IsOn && !TOrder.DecaysLast ? Fused(p2, s, second) : second;
                    s = TOrder.DecaysLast ? Fused(x, y, s)
                        : !TSecondWrite.IsOn && !TDecay.IsNone ? Fused(d, s, x * y)
                        : Fused(x, y, Changed(s));
                    o = TOrder.ReadsFirst ? o : Fused(p, s, o);
                    second = TSecondRead.IsOn && TOrder.DecaysLast ? Fused(p2, s, second) : second;
                    s = TOrder.DecaysLast ? Changed(s) : s;
                }
            }
        }
    }

    private sealed class Window
    {
        public Window(int steps)
        {
            Steps = steps;
            State = Draw("state", Rows * Lanes);
            Decay = Draw("decay", steps * Lanes);
            WriteRows = Draw("x", steps * Rows);
            WriteLanes = Draw("y", steps * Lanes);
            ReadRows = Draw("p", steps * Rows);
            Read = Draw("o", steps * Lanes);
            SecondWriteRows = Draw("x2", steps * Rows);
            SecondWriteLanes = Draw("y2", steps * Lanes);
            SecondReadRows = Draw("p2", steps * Rows);
            SecondRead = Draw("o2", steps * Lanes);
        }

        public int Steps { get; }

        public float[] State { get; }

        public float[] Decay { get; }

        public float[] WriteRows { get; }

        public float[] WriteLanes { get; }

        public float[] ReadRows { get; }

        public float[] Read { get; }

        public float[] SecondWriteRows { get; }

        public float[] SecondWriteLanes { get; }

        public float[] SecondReadRows { get; }

        public float[] SecondRead { get; }

        public StatePass<float> Pass(bool isBackward) => new()
        {
            Steps = Steps,
            IsBackward = isBackward,
            State = State,
            Decay = Decay,
            WriteRows = WriteRows,
            WriteLanes = WriteLanes,
            ReadRows = ReadRows,
            Read = Read,
            SecondWriteRows = SecondWriteRows,
            SecondWriteLanes = SecondWriteLanes,
            SecondReadRows = SecondReadRows,
            SecondRead = SecondRead,
            Rows = Rows,
            Lanes = Lanes,
        };

        public void AssertSame(Window found)
        {
            Assert.Equal(State, found.State);
            Assert.Equal(Read, found.Read);
            Assert.Equal(SecondRead, found.SecondRead);
        }

        private static float[] Draw(string name, int length)
        {
            var values = new float[length];
            new Rng(3).For(name).Uniform<float>(values, -1, 1);
            return values;
        }
    }
}
