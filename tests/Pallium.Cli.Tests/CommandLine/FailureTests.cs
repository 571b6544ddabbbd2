using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Cli.Tests;

public sealed class FailureTests
{
    [Fact]
    public void A_users_mistake_ends_with_2() => Holds(2, "pallium: a.csv, line 3: found x, expected y.\n", new InputException("a.csv, line 3: found x, expected y."));

    [Fact]
    public void A_mistake_in_a_stack_is_told_without_its_drawing()
    {
        StackTextException cause = Assert.Throws<StackTextException>(() => StackText.Parse("gru(0)"));
        Holds(2, $"pallium: Option stack: {cause.Sentence}\n", new InputException($"Option stack: {cause.Message}", cause));
    }

    [Fact]
    public void A_missing_file_is_named() => Holds(2, "pallium: a.csv: found no such file.\n", new FileNotFoundException("Could not find it.", "a.csv"));

    [Fact]
    public void A_fault_of_the_disk_ends_with_2() => Holds(2, "pallium: No space left.\n", new IOException("No space left."));

    [Fact]
    public void A_forbidden_file_ends_with_2() => Holds(2, "pallium: Access denied.\n", new UnauthorizedAccessException("Access denied."));

    [Fact]
    public void A_stop_ends_with_130() => Holds(130, "pallium: stopped; nothing was written.\n", new OperationCanceledException());

    [Fact]
    public void Learning_that_cannot_begin_ends_with_1_in_words() => Holds(
        1, "pallium: learning diverged before its first update and nothing was written; another --stack may do better (the validation loss is NaN).\n",
        new DivergenceException("the validation loss is NaN"));

    [Fact]
    public void Any_other_failure_ends_with_1_in_one_line() => Holds(
        1, "pallium: internal error: one two (InvalidOperationException; PALLIUM_DEBUG=1 shows where).\n", new InvalidOperationException("one\ntwo"));

    [Fact]
    public void The_cause_of_a_failure_in_parallel_work_is_told() => Holds(2, "pallium: wrong.\n", new AggregateException(new InputException("wrong.")));

    private static void Holds(int code, string text, Exception e)
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.Equal(code, Failure.Report(e, error));
        Assert.Equal(text, error.ToString());
    }
}
