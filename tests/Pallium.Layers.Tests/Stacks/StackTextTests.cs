namespace Pallium.Layers.Tests;

public sealed class StackTextTests
{
    [Theory]
    [InlineData("liquid(64)", "liquid(64)")]
    [InlineData("  lstm ( 64 ) x 2 + linear(units=16) ", "lstm(64)x2+linear(16)")]
    [InlineData("cfc(64,mode=pure,backbone=2x128)", "cfc(64,mode=pure,backbone=2x128)")]
    [InlineData("cfc(backbone=1x128,mode=default,units=7,mixed=yes)", "cfc(7,mixed=yes)")]
    [InlineData("cfc(7,backbone=0)", "cfc(7,backbone=0)")]
    public void The_canonical_form_has_no_spaces_and_no_defaults(string text, string canonical)
    {
        StackSpec stack = StackText.Parse(text);
        Assert.Equal(canonical, stack.ToString());
        Assert.Equal(stack, StackText.Parse(canonical));
    }

    [Theory]
    [InlineData("", 1, "found the end, expected a layer.")]
    [InlineData("lstm", 5, "found the end, expected '(' and a whole number (units of lstm).")]
    [InlineData("lstm()", 7, "found the end, expected '(' and a whole number (units of lstm).")]
    [InlineData("lstm(0)", 6, "found '0', expected a whole number from 1 to 16384.")]
    [InlineData("lstm(64", 8, "found the end, expected ',' or ')'.")]
    [InlineData("lstm(64) linear(2)", 10, "found 'l', expected '+' or the end.")]
    [InlineData("lstn(64)", 1, "did you mean 'lstm'?")]
    [InlineData("lstm(64)+ (3)", 11, "found '(', expected a layer.")]
    [InlineData("cfc(64,mode=pur)", 13, "found 'pur', expected one of: default, no_gate, pure; did you mean 'pure'?")]
    [InlineData("cfc(64,64)", 8, "found '6', expected an option of cfc.")]
    [InlineData("cfc(64,units=3)", 8, "found option 'units' a second time, expected each option once.")]
    [InlineData("lstm(64)x0", 10, "found '0', expected a whole number from 1 to 256.")]
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
}
