using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Which channels of a frame matter for one of them, by masks that are learned with a price on every channel that is let through.</summary>
/// <remarks>
/// <code>
/// price path    p_j = H 0.1 10^(-j/2), j = 0..6, H the loss of telling nothing; at each: masks learned (ChannelGate), a network learned anew from what they keep, its loss on a part held out
/// chosen price  the fewest channels whose held-out loss is at most the tolerance and one standard error (of the paired difference) above that of the best; all and none are tried as well
/// selection     masks learned at that price from all but the test part, l the mean over a few learnings: l > 0
/// scores        networks learned from all but the test part: all channels, the selection, the selection without each of its channels
/// </code>
/// Losses of the first two are nats of a category and half the squared error of a number of deviation 1, as networks learn them; scores are told in nats as well.
/// Masks are learned anew for every part held out, as those that have seen it would keep what is right there by chance; the test part is no part of any choice.
/// Sources: the masks' are told at <see cref="ChannelGate{T}"/>; the rule of one standard error: Breiman et al., Classification and Regression Trees, 1984; the fault that parts held out
/// from the masks avoid: Ambroise and McLachlan, PNAS 99, 2002.
/// </remarks>
public static class ChannelSelector
{
    private const int Prices = 7;
    private const string TableStack = "linear(32)+residual(swiglu(64))";
    private const string StreamStack = "gru(32)";
    private const int ManySlices = 2000;

    /// <summary>Selects channels.</summary>
    /// <param name="frame">The data.</param>
    /// <param name="target">The channel that the others are to tell.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told how far it has come.</param>
    /// <param name="cancellation">Ends it without a result.</param>
    /// <exception cref="InputException">There is no such target, it is constant, there are too few rows, or an option has a fault.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static SelectionResult Select(
        Frame frame, string target, SelectionOptions? options = null, IProgress<SelectionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new SelectionOptions();
        (SelectionData data, StackSpec stack) = Prepare(frame, target, options);
        using var jobs = new SelectionJobs(options.Threads, progress, cancellation);
        return new SelectionSearch(data, new SelectionNetwork(data, stack, options.Updates), options, stack.ToString(), jobs).Run();
    }

    /// <summary>What some channels are worth: the scores on the test part, by networks learned from the rest.</summary>
    /// <param name="frame">The data.</param>
    /// <param name="target">The channel told.</param>
    /// <param name="channels">Names of the channels that it is told from; there may be none.</param>
    /// <param name="options">How; the same seed has the same test part as <see cref="Select"/>.</param>
    /// <exception cref="InputException">There is no such channel, the target is constant, there are too few rows, or an option has a fault.</exception>
    public static SelectionScore Score(Frame frame, string target, IReadOnlyList<string> channels, SelectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(channels);
        options ??= new SelectionOptions();
        (SelectionData data, StackSpec stack) = Prepare(frame, target, options);
        int[] given = [.. channels.Select(name => Array.FindIndex(data.Channels, channel => channel.Name == name) is var at && at >= 0
            ? at : throw new InputException($"Channels: found '{name}', expected channels of {frame.Source} other than the target."))];
        using var jobs = new SelectionJobs(options.Threads, null, default);
        var search = new SelectionSearch(data, new SelectionNetwork(data, stack, options.Updates), options, stack.ToString(), jobs);
        return search.TestAll([[.. given.Order()]], 0, 1)[0].Score(data);
    }

    /// <summary>The prices tried, from the highest.</summary>
    internal static double[] PricePath(double lossOfNothing) => [.. Enumerable.Range(0, Prices).Select(j => lossOfNothing * 0.1 * Elementary.Pow(10, -0.5 * j))];

    internal static int FoldsFor(SelectionOptions options, int slices) => options.Folds ?? (slices < ManySlices ? 5 : 3);

    private static (SelectionData Data, StackSpec Stack) Prepare(Frame frame, string target, SelectionOptions options)
    {
        StackSpec stack = Check(options, frame.Schema.IsTable);
        SelectionData data = SelectionData.Of(frame, target, options);
        WorldLearner.CheckFits(stack, data.Always + data.Runs.Sum(run => run.Length), Precision.Single);
        return (data, stack);
    }

    private static StackSpec Check(SelectionOptions options, bool isTable)
    {
        void Require(bool holds, string name, object found, string expected)
        {
            if (!holds)
            {
                throw new InputException(FormattableString.Invariant($"Option {name}: found {found}, expected {expected}."));
            }
        }

        Require(options.Tolerance >= 0, "tolerance", options.Tolerance, "a number of at least 0");
        Require(options.Folds is null or (>= 2 and <= 20), "folds", options.Folds ?? 0, "2 to 20");
        Require(options.TestShare is >= 0.05 and <= 0.9, "test share", options.TestShare, "0.05 to 0.9");
        Require(options.Updates > 0, "updates", options.Updates, "a positive number");
        Require(options.Repeats > 0, "repeats", options.Repeats, "a positive number");
        Require(options.Threads > 0, "threads", options.Threads, "a positive number");
        try
        {
            return StackText.Parse(options.Stack ?? (isTable ? TableStack : StreamStack));
        }
        catch (StackTextException error)
        {
            throw WorldLearner.StackFault(error);
        }
    }
}
