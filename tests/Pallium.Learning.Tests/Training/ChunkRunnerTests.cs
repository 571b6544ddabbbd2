namespace Pallium.Learning.Tests;

public sealed class ChunkRunnerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_chunk_runs_once_per_call_however_many_threads_there_are(int threads)
    {
        using var runner = new ChunkRunner(threads);
        var counts = new int[13];
        for (int call = 0; call < 500; call++)
        {
            runner.Run(counts.Length, chunk => Interlocked.Increment(ref counts[chunk]));
        }

        Assert.All(counts, count => Assert.Equal(500, count));
    }

    [Fact]
    public void The_failure_of_the_lowest_chunk_reaches_the_caller_and_the_runner_goes_on()
    {
        using var runner = new ChunkRunner(2);
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() =>
            runner.Run(8, chunk =>
            {
                if (chunk >= 3)
                {
                    throw new InvalidOperationException($"chunk {chunk}");
                }
            }));
        Assert.Equal("chunk 3", failure.Message);
        int done = 0;
        runner.Run(4, _ => Interlocked.Increment(ref done));
        Assert.Equal(4, done);
    }
}
