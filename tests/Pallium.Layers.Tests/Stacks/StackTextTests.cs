using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class StackTextTests
{
    [Theory]
    [InlineData("liquid(64)", "liquid(64)")]
    [InlineData("  lstm ( 64 ) x 2 + linear(units=16) ", "lstm(64)x2+linear(16)")]
    [InlineData("cfc(64,mode=pure,backbone=2x128)", "cfc(64,mode=pure,backbone=2x128)")]
    [InlineData("cfc(backbone=1x128,mode=default,units=7,mixed=yes)", "cfc(7,mixed=yes)")]
    [InlineData("cfc(7,backbone=0)", "cfc(7,backbone=0)")]
    [InlineData("dropout(0.00001)", "dropout(1E-05)")]
    [InlineData("cfc(ncp:32,outputs=4)", "cfc(ncp:32,outputs=4)")]
    [InlineData("ltc( random : 32 , sparsity = 0.25, unfolds=6,seed=5)", "ltc(random:32,sparsity=0.25,seed=5)")]
    [InlineData("attention( window = 9 , rotary=all, base=10000, units=8)", "attention(8,window=9)")]
    [InlineData("attention(8,window=9,heads=2,rotary=4,style=interleaved,base=500000)", "attention(8,window=9,heads=2,rotary=4,style=interleaved,base=500000)")]
    [InlineData("nau(2,sparsity=0.5)+nmu(1, sparsity = 10, to=0.8)", "nau(2,sparsity=0.5)+nmu(1,to=0.8)")]
    [InlineData("gru(32)+linear(16)+rmsnorm()+layernorm()x3", "gru(32)+linear(16)+rmsnorm+layernorm()x3")]
    [InlineData("residual(rmsnorm + swiglu(128) + dropout(0.1)) x2", "residual(rmsnorm+swiglu(128)+dropout(0.1))x2")]
    public void The_canonical_form_has_no_spaces_and_no_defaults(string text, string canonical)
    {
        StackSpec stack = StackText.Parse(text);
        Assert.Equal(canonical, stack.ToString());
        Assert.Equal(stack, StackText.Parse(canonical));
    }

    [Theory]
    [InlineData("", 1, "found the end, expected a layer.")]
    [InlineData("lstm", 5, "found the end, expected '(' and a whole number from 1 to 16384 (units of lstm).")]
    [InlineData("lstm()", 6, "found ')', expected a whole number from 1 to 16384 (units of lstm).")]
    [InlineData("lstm(0)", 6, "found '0', expected a whole number from 1 to 16384.")]
    [InlineData("lstm(64", 8, "found the end, expected ',' or ')'.")]
    [InlineData("lstm(64) linear(2)", 10, "found 'l', expected '+' or the end.")]
    [InlineData("lstn(64)", 1, "did you mean 'lstm'?")]
    [InlineData("lstm(64)+ (3)", 11, "found '(', expected a layer.")]
    [InlineData("cfc(64,mode=pur)", 13, "found 'pur', expected one of: default, no_gate, pure; did you mean 'pure'?")]
    [InlineData("cfc(64,64)", 8, "found '6', expected an option of cfc.")]
    [InlineData("cfc(64,units=3)", 8, "found option 'units' a second time, expected each option once.")]
    [InlineData("ltc(npc:32)", 5, "found 'npc', expected a whole number, or a wiring of: ncp, random; did you mean 'ncp'?")]
    [InlineData("rmsnorm(3)", 9, "found '3', expected ')' (rmsnorm has no options).")]
    [InlineData("dropout(1)", 9, "found '1', expected a number from 0 up to, not including, 1.")]
    [InlineData("residual(lstm(3)", 17, "found the end, expected ',' or ')'.")]
    [InlineData("slstm(6,heads=4)", 15, "found '4', expected a divisor of the 6 units.")]
    [InlineData("attention(64)", 13, "found ')', expected")]
    [InlineData("attention(64,window=0)", 21, "found '0', expected a whole number from 1 to 65536.")]
    [InlineData("attention(64,window=9,heads=3)", 29, "found '3', expected a divisor of the 64 units.")]
    [InlineData("attention(64,window=9,heads=4,rotary=7)", 38, "found '7', expected an even number from 0 to 16, the channels of a head.")]
    [InlineData("attention(64,window=9,heads=4,rotary=18)", 38, "found '18', expected an even number from 0 to 16, the channels of a head.")]
    [InlineData("attention(64,window=9,rotary=al)", 30, "found 'al', expected a whole number, or: all")]
    [InlineData("attention(64,window=9,style=full)", 29, "found 'full', expected one of: half, interleaved")]
    [InlineData("attention(64,width=9)", 14, "found 'width', expected")]
    [InlineData("lstm(64)x0", 10, "found '0', expected a whole number from 1 to 256.")]
    [InlineData("gru(2)x200+gru(2)x57", 12, "found more layers, expected at most 256 in all, repeats included.")]
    [InlineData("rmsnorm+residual(residual(rmsnorm()x16)x16)", 18, "found more layers, expected at most 256 in all, repeats included.")]
    [InlineData("mom(16,top=1)", 12, "found '1', expected a whole number from 2 to 256.")]
    [InlineData("attention(16384,window=65536)", 24, "found '65536', expected at most 8192 where 16384 channels of a head turn.")]
    [InlineData("gla(16,heads=non)", 14, "found 'non', expected a whole number, or: auto.")]
    [InlineData("mom(16,top=5)", 12, "found '5', expected at most 4, as many memories as there are.")]
    [InlineData("gru(8)+mom(16,heads=3)", 21, "found '3', expected a divisor of the 16 units, or keys and values of a head.")]
    [InlineData("mom(16,rule=gls)", 13, "found 'gls', expected one of: gated_delta, gla; did you mean 'gla'?")]
    [InlineData("nau(2,from=0.4)", 12, "found '0.4', expected 'from' less than 'to'.")]
    [InlineData("nmu(2,to=0.1)", 10, "found '0.1', expected 'from' less than 'to'.")]
    [InlineData("nmu(2,sparsity=-1)", 16, "found '-1', expected a number from 0 to 1000000.")]
    [InlineData("reciprocal(2,guard=0)", 20, "found '0', expected a number greater than 0.")]
    [InlineData("ntm(8,slots=2)", 13, "found '2', expected a whole number from 3 to 16384.")]
    [InlineData("ntm(8,slots=4,range=2)", 21, "found '2', expected a range of at most 1, less than half of the 4 slots.")]
    [InlineData("ntm(8,slot=4)", 7, "found 'slot', expected an option of ntm: units, slots, width, heads, range; did you mean 'slots'?")]
    [InlineData("milestones(8)", 13, "found ')', expected entries= and a whole number from 1 to 16384 (milestones needs it).")]
    [InlineData("gru(4)+milestones(8,entries=0)", 29, "found '0', expected a whole number from 1 to 16384.")]
    [InlineData("lstm(99999999999999999999)", 6, "expected a whole number from 1 to 16384.")]
    public void Errors_name_the_place_and_what_was_expected(string text, int position, string part)
    {
        StackTextException error = Assert.Throws<StackTextException>(() => StackText.Parse(text));
        Assert.Equal(position, error.Position);
        Assert.StartsWith($"Stack, position {position}: ", error.Sentence, StringComparison.Ordinal);
        Assert.Contains(part, error.Sentence, StringComparison.Ordinal);
        Assert.EndsWith($"\n  {text}\n  {new string(' ', position - 1)}^", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_is_built_for_the_channels_given()
    {
        ISequenceLayer<float> stack = StackText.Parse("lstm(6)x2+linear(4)+liquid(5)").Build<float>(3);
        Assert.Equal(3, stack.Inputs);
        Assert.Equal(5, stack.Outputs);
        Assert.Equal(12 + 12 + 5, stack.StateSize);
        Assert.Contains(stack.Parameters, item => item.Name == "3.backbone_0.weight" && item.Parameter.Shape is [128, 9]);
    }

    [Theory]
    [InlineData("residual(linear(5))", "Stack, position 1: layer 'residual(linear(5))': The block of a residual reads 3 channels and writes 5; both must be equal.")]
    [InlineData("gru(4)+ltc(ncp:3)", "Stack, position 8: layer 'ltc(ncp:3)': units ('3') must be greater than or equal to '4'.")]
    [InlineData("cfc(ncp:9,mixed=yes)", "Stack, position 1: layer 'cfc(ncp:9,mixed=yes)': Option 'mixed' has no effect with ncp:.")]
    [InlineData("ltc(9,sparsity=0.2)", "Stack, position 1: layer 'ltc(9,sparsity=0.2)': Option 'sparsity' has no effect without ncp: or random:.")]
    public void Layers_that_cannot_be_built_are_named(string text, string message) =>
        Assert.Equal(message, Assert.Throws<StackTextException>(() => StackText.Parse(text).Build<float>(3)).Sentence);

    [Fact]
    public void A_ring_that_exceeds_memory_is_refused_with_its_size()
    {
        StackTextException error = Assert.Throws<StackTextException>(() => StackText.Parse("attention(16384,window=65536,rotary=0)").Build<float>(3));
        Assert.Contains("whose state of 2,147,483,649 numbers would take 128.0 GB for the 16 streams that learn together", error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_an_end() =>
        Assert.Throws<StackTextException>(() => StackText.Parse(string.Concat(Enumerable.Repeat("residual(", 100_000))));

    [Fact]
    public void Every_kind_has_a_text_that_builds()
    {
        foreach (LayerKind kind in LayerKind.All)
        {
            Assert.Equal(64, StackText.Parse(kind.Example).Build<double>(64).Inputs);
            Assert.NotEmpty(kind.Summary);
        }
    }

    [Fact]
    public void Any_stack_survives_its_text() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(12345, 678901),
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed =>
            {
                string text = RandomStack.Draw(new Rng((ulong)seed));
                StackSpec stack = StackText.Parse(text);
                StackSpec again = StackText.Parse(stack.ToString());
                return again.ToString() == stack.ToString() && again.Equals(stack) && again.Layers.Count == stack.Layers.Count;
            }));

    [Theory]
    [InlineData("liquid(40)")]
    [InlineData("cfc(40,backbone=2x30)")]
    [InlineData("cfc(40,backbone=0,mixed=yes)")]
    [InlineData("cfc(ncp:40)")]
    [InlineData("cfc(ncp:40,outputs=30)")]
    [InlineData("ltc(40)")]
    [InlineData("ltc(ncp:40,outputs=5)")]
    [InlineData("ltc(random:40,sparsity=0.9)")]
    [InlineData("lstm(40)x3")]
    [InlineData("rwkv4(40)+rwkv_channel(50)+rwkv_channel(50,version=4)")]
    [InlineData("rwkv6(40)+rwkv6(40,heads=5)+rwkv7(40)+rwkv7(40,heads=4,rank=8)")]
    [InlineData("slstm(40)+slstm(40,heads=4)+ctrnn(40,unfolds=2)")]
    [InlineData("conv+conv(3,silu=no)+conv(1)")]
    [InlineData("attention(40,window=7,heads=5)+attention(30,window=100,rotary=0)")]
    [InlineData("mamba(40)+mamba(20,state=3,conv=2,expand=3,rank=5)+s6(30)+s6(17,state=4)")]
    [InlineData("gru(40)+dropout(0.1)+rmsnorm+layernorm")]
    [InlineData("linear(40)+residual(swiglu(20)x2)+chunks(lstm(5),slices=3)")]
    public void The_size_of_a_stack_is_known_before_it_is_made(string text)
    {
        StackSpec spec = StackText.Parse(text);
        ISequenceLayer<float> stack = spec.Build<float>(9);
        LayerSize size = spec.SizeOf(9);
        long weights = stack.Parameters.Sum(item => (long)item.Parameter.Length);
        Assert.Equal(stack.Outputs, size.Outputs);
        Assert.Equal(stack.StateSize, size.State);
        Assert.InRange(size.LeastWeights, weights / 20, weights);
    }
}
