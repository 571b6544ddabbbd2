using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;
using static Pallium.Inference.Tests.RoomSchema;

namespace Pallium.Inference.Tests;

public sealed class CellExpressionTests
{
    [Theory]
    [InlineData("1 + 2*3", 7)]
    [InlineData("(1 + 2)*3", 9)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("16/4/2", 2)]
    [InlineData("2^3^2", 512)]
    [InlineData("-2^2", -4)]
    [InlineData("2^-1", 0.5)]
    [InlineData("--3", 3)]
    [InlineData(".5 + 1e-1 + 2.5E+1", 25.6)]
    [InlineData("1 < 2", 1)]
    [InlineData("2 <= 1", 0)]
    [InlineData("1 = 1 and 2 != 2 or 3 > 2", 1)]
    [InlineData("1 == 1 && (0 || 1)", 1)]
    [InlineData("not 1 > 2", 1)]
    [InlineData("!0 and not 0", 1)]
    [InlineData("1 + (2 > 1)", 2)]
    [InlineData("min(3, 1, 2) + max(1, 5)", 6)]
    [InlineData("abs(-3) + sqrt(16) + exp(0) + log(1) + tanh(0)", 8)]
    public void Operators_bind_as_in_mathematics(string text, double value) => Assert.Equal(value, Value(text), 1e-12);

    [Theory]
    [InlineData("occupied", 1)]
    [InlineData("weather=rain", 1)]
    [InlineData("weather = \"rain\" and not weather=heavy rain", 1)]
    [InlineData("weather != fog", 1)]
    [InlineData("window=\"open\"", 0)]
    [InlineData("window = no or window=closed", 1)]
    [InlineData("gears = 4 and gears != 5", 1)]
    [InlineData("window + pump", 1)]
    [InlineData("pump = 1 - window", 1)]
    [InlineData("(temp-21)^2 + 0.1*wind", 4.5)]
    [InlineData("temp-max - temp", 3)]
    [InlineData("wind [m/s] * 2", 10)]
    [InlineData("\"7\" + 7", 14)]
    [InlineData("max(temp@+1..+3) - min(temp@+1..+3, 0)", 23)]
    [InlineData("weather = weather@+1", 1)]
    public void Cells_have_values_and_categories_names(string text, double value) =>
        Assert.Equal(value, Value(text.Replace("occupied", "pump", StringComparison.Ordinal)), 1e-12);

    [Theory]
    [InlineData("1 +", "character 4 of '1 +': found its end, expected a number, a channel, a function or '('")]
    [InlineData("occupancy>0", "found 'occupancy', which is no channel of the model")]
    [InlineData("tmep>0", "expected a channel such as 'temp'")]
    [InlineData("temp>>0", "character 6 of 'temp>>0': found '>0'")]
    [InlineData("1 < temp < 3", "found '< 3', expected an operator or the end")]
    [InlineData("(temp", "expected an operator or ')'")]
    [InlineData("abs(1, 2)", "found ', 2)', expected ')'")]
    [InlineData("weather=hail", "found 'hail', expected one of fog, heavy rain, rain, rain, or snow, the categories of 'weather'")]
    [InlineData("weather > rain", "a number: 'weather' has categories, so compare it, as in 'weather=fog'")]
    [InlineData("weather", "compare it")]
    [InlineData("abs(weather)", "compare it")]
    [InlineData("weather = gears", "expected one of fog")]
    [InlineData("temp@+1..+3 > 2", "expected one slice (several stand in min and max only)")]
    [InlineData("1e999", "a finite number")]
    [InlineData("temp 3", "found '3', expected an operator or the end")]
    public void Errors_say_where_what_and_what_was_expected(string text, string words) =>
        Assert.Contains(words, Refusal(() => CellExpression.Parse(text, Schema, "Option --event")), StringComparison.Ordinal);

    [Fact]
    public void Cells_are_read_once_and_relative_to_the_history_or_to_a_slice()
    {
        CellExpression expression = CellExpression.Parse("temp - temp@-1 + abs(temp)", Schema);
        Assert.Equal([new(4, 1), new(4, -1)], expression.Bind(Times).Cells);
        Assert.Equal([new(4, 5), new(4, 4)], expression.BindAt(5).Cells);
        Assert.Equal(2, expression.Reach.Slices);
        Assert.Equal("temp - temp@-1 + abs(temp)", expression.Bind(Times).Text);
        Assert.Equal([new(4, 3), new(4, 4), new(4, 5)], CellExpression.Parse("max(temp@-2..0)", Schema).BindAt(5).Cells);
        CellFunction widest = CellExpression.Parse("max(temp@+1..+100000, 3)", Schema).Bind(Times);
        Assert.Equal(100_000, widest.Evaluate([.. Enumerable.Range(1, widest.Cells.Count).Select(i => (double)i)]));
        Assert.Contains("expected slices from the one at hand", Refusal(() => CellExpression.Parse("temp@+1h", Schema).BindAt(1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wind = 3", 3.04, 1)]
    [InlineData("wind > 3", 3.04, 0)]
    [InlineData("max(wind, 1) > 3", 3.04, 0)]
    [InlineData("wind > 0", 0.01, 1)]
    [InlineData("wind = 0", 0, 1)]
    [InlineData("wind - 3", 3.25, 0.25)]
    [InlineData("wind*(wind > 3)", 3.04, 0)]
    public void Comparisons_are_about_recorded_values(string text, double wind, double value) => Assert.Equal(value, CellExpression.Parse(text, Schema).Bind(Times).Evaluate([wind]));

    [Fact]
    public void Evaluating_allocates_nothing()
    {
        CellFunction function = CellExpression.Parse("(temp-21)^2 + 0.1*wind > 3 and weather=rain or max(temp, wind, co2) < exp(2)", Schema).Bind(Times);
        double[] values = [20, 5, 2, 400];
        function.Evaluate(values);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            function.Evaluate(values);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void An_expression_with_all_its_parentheses_has_the_same_value()
    {
        string[] operators = ["+", "-", "*", "<", "and", "or", "="];
        Gen<(string Bare, string Full)> trees = Trees(operators, 4);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(13, 17), Prop.ForAll(trees.ToArbitrary(), tree =>
            Assert.Equal(Value(tree.Full), Value(tree.Bare))));
    }

    /// <summary>Expressions with the fewest parentheses and with all.</summary>
    private static Gen<(string Bare, string Full)> Trees(string[] operators, int depth)
    {
        Gen<(string Bare, string Full, int Level)> leaf = Gen.Elements("2", "0", "3.5", "temp", "wind", "pump").Select(text => (text, text, 9));
        Gen<(string Bare, string Full, int Level)> tree = leaf;
        for (int i = 0; i < depth; i++)
        {
            Gen<(string Bare, string Full, int Level)> below = tree;
            tree = Gen.OneOf(leaf,
                from sign in Gen.Elements(operators)
                from left in below
                from right in below
                select Join(left, sign, right));
        }

        return tree.Select(made => (made.Bare, made.Full));
    }

    private static (string Bare, string Full, int Level) Join((string Bare, string Full, int Level) left, string sign, (string Bare, string Full, int Level) right)
    {
        int level = sign switch { "or" => 1, "and" => 2, "<" or "=" => 3, "*" => 5, _ => 4 };
        string a = left.Level < level || (left.Level == 3 && level == 3) ? $"({left.Bare})" : left.Bare;
        string b = right.Level <= level ? $"({right.Bare})" : right.Bare;
        return ($"{a} {sign} {b}", $"({left.Full} {sign} {right.Full})", level);
    }

    /// <summary>The value of an expression in one slice, or in three.</summary>
    private static double Value(string text)
    {
        CellFunction function = CellExpression.Parse(text, Schema).Bind(Times);
        double[] slice = [400, 5, 0, 2, 23, 26, 1.5, 7, 1, 1];
        return function.Evaluate([.. function.Cells.Select(cell => slice[cell.Channel])]);
    }
}
