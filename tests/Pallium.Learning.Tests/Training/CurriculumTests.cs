namespace Pallium.Learning.Tests;

public sealed class CurriculumTests
{
    private const string Text = """
        {
          // Easy ones first.
          "stages": [
            { "name": "easy", "mix": { "a": 1 }, "until": { "loss": 0.5, "steps": 300 } },
            { "mix": { "a": 1, "b": 3 }, "until": { "stalled": { "by": 0.01, "steps": 100 } } },
            { "name": "hard", "mix": { "b": 1, "c": 0.5 } }
          ]
        }
        """;

    [Fact]
    public void A_text_is_read()
    {
        var curriculum = Curriculum.Parse(Text, "c.json");
        Assert.Equal(["a", "b", "c"], curriculum.Sources);
        Assert.Equal(["easy", "2", "hard"], curriculum.Stages.Select(stage => stage.Name));
        Assert.Equal((300, 0.5, null), (curriculum.Stages[0].Steps, curriculum.Stages[0].Loss, curriculum.Stages[0].Stalled));
        Assert.Equal(new Stall(0.01, 100), curriculum.Stages[1].Stalled);
        Assert.Equal([1, 3, 0], curriculum.WeightsOf(1));
        Assert.Equal([0, 1, 0.5], curriculum.WeightsOf(2));
    }

    [Theory]
    [InlineData("{\n\"stages\": [}", "c.json, line 2: found what is no JSON")]
    [InlineData("[]", "c.json, line 1: found a list, expected an object with stages")]
    [InlineData("{}", "c.json, line 1: found no property stages")]
    [InlineData("{\"stages\": []}", "line 1, stages: found an empty list")]
    [InlineData("{\"stages\": [\n{\"mix\": {}}]}", "line 2, stages[0].mix: found an empty object")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 0}}]}", "line 2, stages[0].mix.a: found 0, expected a positive number")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1e999}}]}", "line 2, stages[0].mix.a: found 1e999, expected a positive number")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1},\n\"a\": 2}]}", "line 3, stages[0].a: found the property 'a', expected one of name, mix, until")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1,\n\"a\": 2}}]}", "line 3, stages[0].mix.a: found it a second time")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1}},\n{\"mix\": {\"a\": 1}}]}", "line 2, stages[0]: found no property until, expected one, as another stage follows")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1}, \"until\": {\"steps\": 3}}]}", "line 2, stages[0].until: found an end, expected none, as the last stage")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1}, \"until\": {}}, {\"mix\": {\"a\": 1}}]}", "line 2, stages[0].until: found an empty object")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1}, \"until\": {\"steps\": 2.5}}, {\"mix\": {\"a\": 1}}]}", "line 2, stages[0].until.steps: found 2.5, expected a positive whole number")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1}, \"until\": {\"stalled\": {\"by\": -1, \"steps\": 2}}}, {\"mix\": {\"a\": 1}}]}", "stages[0].until.stalled.by: found -1")]
    [InlineData("{\"stages\": [\n{\"mix\": {\"a\": 1}, \"until\": {\"loss\": \"low\"}}, {\"mix\": {\"a\": 1}}]}", "stages[0].until.loss: found low, expected a number")]
    public void What_is_wrong_is_said_with_file_line_and_property(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<CurriculumException>(() => Curriculum.Parse(text, "c.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Stages_that_cannot_be_followed_are_refused()
    {
        (string, double)[] mix = [("a", 1)];
        Assert.Throws<ArgumentException>(() => new Curriculum([]));
        Assert.Throws<ArgumentException>(() => new Curriculum([new("1", [])]));
        Assert.Throws<ArgumentException>(() => new Curriculum([new("1", [("a", -1)])]));
        Assert.Throws<ArgumentException>(() => new Curriculum([new("1", mix), new("2", mix)]));
        Assert.Throws<ArgumentException>(() => new Curriculum([new("1", mix) { Steps = 0 }, new("2", mix)]));
        Assert.Throws<ArgumentException>(() => new Curriculum([new("1", mix) { Steps = 3 }]));
    }
}
