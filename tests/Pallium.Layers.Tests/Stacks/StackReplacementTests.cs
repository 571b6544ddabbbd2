using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class StackReplacementTests
{
    private const string Four = "linear(8)+residual(rmsnorm+attention(8,window=9))x4+rmsnorm";

    [Theory]
    [InlineData("attention(8,window=9)", "attention=mamba", 1, "mamba(8)")]
    [InlineData("attention(8,window=9)", "attention = gla( heads=2 )", 1, "gla(8,heads=2)")]
    [InlineData("attention(8,window=9)", "attention=liquid", 1, "liquid(8)")]
    [InlineData("linear(8)+attention(8,window=9)", "attention=residual(linear(8))", 1, "linear(8)+residual(linear(8))")]
    [InlineData(Four, "attention=s6", 1, "linear(8)+residual(rmsnorm+s6(8))+residual(rmsnorm+attention(8,window=9))x3+rmsnorm")]
    [InlineData(Four, "attention=s6", 3, "linear(8)+residual(rmsnorm+attention(8,window=9))x2+residual(rmsnorm+s6(8))+residual(rmsnorm+attention(8,window=9))+rmsnorm")]
    [InlineData("lstm(4)+chunks(lstm(6))+gru(4)", "lstm=gru", 2, "lstm(4)+chunks(gru(6))+gru(4)")]
    [InlineData("lstm(4)+gru(4)", "lstm=gru", 1, "gru(4)x2")]
    public void One_layer_is_replaced_and_keeps_its_width(string stack, string replacement, int number, string expected)
    {
        StackExchange exchange = StackReplacement.Parse(replacement).At(StackText.Parse(stack), 5, number);
        Assert.Equal(expected, exchange.After.ToString());
        Assert.Equal(exchange.Before.Build<float>(5).Outputs, exchange.After.Build<float>(5).Outputs);
    }

    [Fact]
    public void All_of_them_one_after_another_are_the_stack_of_the_others()
    {
        StackReplacement replacement = StackReplacement.Parse("attention=mamba");
        StackSpec stack = StackText.Parse(Four);
        Assert.Equal(4, replacement.Count(stack));
        for (int i = 0; i < 4; i++)
        {
            stack = replacement.At(stack, 5, 1).After;
        }

        Assert.Equal("linear(8)+residual(rmsnorm+mamba(8))x4+rmsnorm", stack.ToString());
    }

    [Theory]
    [InlineData("atention=mamba", "Replacement, position 1: ", "did you mean 'attention'?")]
    [InlineData("attention", "Replacement, position 10: ", "expected '='")]
    [InlineData("attention=", "Replacement, position 11: ", "expected a layer")]
    [InlineData("attention=mambo", "Replacement, position 11: ", "did you mean 'mamba'?")]
    [InlineData("attention=attention(8,window=3)", "Replacement, position 11: ", "found 'attention' on both sides, expected another layer on the right")]
    [InlineData("lstm=mamba", "Stack, position 1: ", "which has no layer 'lstm', expected one to replace; it has linear, residual, rmsnorm, attention.")]
    [InlineData("attention=mamba(9)", "Replacement, position 11: ", "found 'mamba(9)', which gives 9 channels, expected 8, as many as 'attention(8,window=9)' gives.")]
    [InlineData("attention=mamba(state=0)", "Replacement, position 23: ", "found '0', expected a whole number from 1 to 16384.")]
    [InlineData("attention=gla(heads=3)", "Replacement, position 21: ", "found '3', expected a divisor of the 8 units")]
    [InlineData("attention=mambax2", "Replacement, position 11: ", "did you mean 'mamba2'?")]
    [InlineData("attention=mamba()x2", "Replacement, position 11: ", "found 'mamba(8)x2', expected one layer.")]
    [InlineData("attention=mamba+gru", "Replacement, position 16: ", "found '+', expected the end.")]
    [InlineData("rmsnorm=conv(width=300)", "Replacement, position 20: ", "found '300', expected a whole number from 1 to 256.")]
    public void What_does_not_fit_is_named_with_its_place(string text, string place, string part)
    {
        StackTextException error = Assert.Throws<StackTextException>(() =>
        {
            StackReplacement replacement = StackReplacement.Parse(text);
            StackSpec stack = StackText.Parse(Four);
            replacement.At(stack, 5, replacement.Count(stack));
        });
        Assert.StartsWith(place, error.Sentence, StringComparison.Ordinal);
        Assert.Contains(part, error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_inside_experts_is_refused_where_it_is_meant()
    {
        StackReplacement replacement = StackReplacement.Parse("gru=lstm");
        StackSpec stack = StackText.Parse("gru(4)+moe(2,block=gru(4))");
        Assert.Equal("lstm(4)+moe(2,block=gru(4))", replacement.At(stack, 4, 1).After.ToString());
        Assert.Equal(
            "Stack, position 8: found 'gru' inside 'moe', expected it alone or inside residual or chunks: what is inside others cannot be replaced.",
            Assert.Throws<StackTextException>(() => replacement.At(stack, 4, 2)).Sentence);
    }

    /// <summary>Of any stack and any of its layers that can be replaced: names and states of the three stacks account for one another, completely.</summary>
    [Fact]
    public void What_is_kept_lies_where_it_is_said_to() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(24680, 135791),
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed =>
            {
                var rng = new Rng((ulong)seed);
                string[] layers = ["gru(3)", "attention(4,window=3)", "residual(rmsnorm+gru(4))", "residual(attention(4,window=2)+chunks(gru(4)))x2", "linear(4)", "gru(4)x3"];
                string text = "linear(4)+" + string.Join('+', Enumerable.Range(0, 1 + rng.Below(5)).Select(_ => layers[rng.Below(layers.Length)] + "+linear(4)")) + "+gru(4)";
                StackReplacement replacement = StackReplacement.Parse("gru=lstm");
                StackSpec stack = StackText.Parse(text);
                return Agree(replacement.At(stack, 4, 1 + rng.Below(replacement.Count(stack))));
            }));

    private static bool Agree(StackExchange exchange)
    {
        ISequenceLayer<float> before = exchange.Before.Build<float>(4);
        ISequenceLayer<float> between = exchange.Imitating.Build<float>(4);
        ISequenceLayer<float> after = exchange.After.Build<float>(4);
        string[] names = [.. between.Parameters.Select(item => item.Name)];
        bool Covers(ISequenceLayer<float> layer, Func<StateRun, int?> place, Func<string, string?> name)
        {
            int at = 0;
            foreach (StateRun run in exchange.States)
            {
                if (place(run) is int start)
                {
                    at = start == at ? at + run.Length : -1;
                }
            }

            return at == layer.StateSize && names.Select(name).OfType<string>().Order().SequenceEqual(layer.Parameters.Select(item => item.Name).Order());
        }

        return Covers(before, run => run.Before, StackExchange.NameBefore) && Covers(after, run => run.After, StackExchange.NameAfter)
            && Covers(between, run => run.Between, name => name);
    }

    [Theory]
    [InlineData("linattn", true, true)]
    [InlineData("gated_delta(heads=2)", true, true)]
    [InlineData("gla(keys=5)", false, true)]
    [InlineData("based", false, true)]
    [InlineData("mamba(expand=1)", false, true)]
    [InlineData("mamba", false, false)]
    [InlineData("gru", false, false)]
    public void Projections_of_the_same_shape_are_carried_over(string by, bool keys, bool values)
    {
        StackExchange exchange = StackReplacement.Parse($"attention={by}").At(StackText.Parse("attention(8,window=3,heads=2)"), 6, 1);
        ISequenceLayer<double> between = exchange.Imitating.Build<double>(6);
        between.Initialize(new Rng(3));
        exchange.CarryProjections(between.Parameters);
        Dictionary<string, double[]> all = between.Parameters.ToDictionary(item => item.Name, item => item.Parameter.Values.ToArray());
        double[] old = all["0.both.imitated.project.weight"];
        double[] oldOutput = all["0.both.imitated.output.weight"];
        (string Name, double[] Values)[] others = [.. all.Where(item => item.Key.Contains("imitating", StringComparison.Ordinal)).Select(item => (item.Key, item.Value))];
        bool Has(IEnumerable<double> rows) => others.Any(item => item.Values.AsSpan().IndexOf(rows.ToArray()) >= 0);
        Assert.Equal(keys, Has(old.Take(2 * 8 * 6)));
        Assert.Equal(values, Has(old.Skip(2 * 8 * 6)));
        Assert.Equal(values, Has(oldOutput));
    }
}
