using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>One layer of a stack replaced by another: the stack before, while the new layer learns from the old one, and after; and what of the one is what of the other.</summary>
/// <remarks>In between, the old layer still gives the outputs, and the new one's error is an auxiliary loss (<see cref="ErrorLoss"/>).</remarks>
public sealed class StackExchange
{
    /// <summary>The end of the name of the auxiliary loss that is the new layer's mean square error.</summary>
    public const string ErrorLoss = Imitation.Error;

    /// <summary>The end of the name of the auxiliary loss that is the mean square of the old layer's outputs, for comparison.</summary>
    public const string PowerLoss = Imitation.Power;

    private const string OldMark = $"both.{Imitation.Model}.";
    private const string NewMark = $"both.{Imitation.Copy}.";

    private readonly List<StateRun> _states = [];
    private LayerSpec? _old;
    private LayerSpec? _new;
    private int _stateBefore;
    private int _stateBetween;
    private int _stateAfter;

    internal StackExchange()
    {
    }

    /// <summary>The stack as it was.</summary>
    public required StackSpec Before { get; init; }

    /// <summary>The stack with both layers.</summary>
    public StackSpec Imitating { get; internal set; } = null!;

    /// <summary>The stack with the new layer.</summary>
    public StackSpec After { get; internal set; } = null!;

    /// <summary>The old layer, in text.</summary>
    public string Old => _old!.ToString();

    /// <summary>The new layer, in text.</summary>
    public string New => _new!.ToString();

    /// <summary>Runs of the state between, and where they are before and after.</summary>
    public IReadOnlyList<StateRun> States => _states;

    /// <summary>The name before of a parameter between; null: it is the new layer's.</summary>
    public static string? NameBefore(string between)
    {
        ArgumentNullException.ThrowIfNull(between);
        return between.Contains(NewMark, StringComparison.Ordinal) ? null : between.Replace(OldMark, "", StringComparison.Ordinal);
    }

    /// <summary>The name after of a parameter between; null: it is the old layer's.</summary>
    public static string? NameAfter(string between)
    {
        ArgumentNullException.ThrowIfNull(between);
        return between.Contains(OldMark, StringComparison.Ordinal) ? null : between.Replace(NewMark, "", StringComparison.Ordinal);
    }

    /// <summary>Gives the new layer the old one's maps to queries, keys, values and outputs, those of the same shape.</summary>
    /// <param name="between">All parameters of the stack between, under names that may begin with anything.</param>
    public void CarryProjections<T>(IEnumerable<(string Name, Parameter<T> Parameter)> between)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(between);
        if (_old!.Kind.Projections(_old) is not { } from || _new!.Kind.Projections(_new) is not { } to)
        {
            return;
        }

        Dictionary<string, Parameter<T>> Marked(string mark) => between.Where(item => item.Name.Contains(mark, StringComparison.Ordinal))
            .ToDictionary(item => item.Name[(item.Name.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..], item => item.Parameter);
        to.CopyFrom(from, Marked(OldMark), Marked(NewMark));
    }

    internal void Keep(int state)
    {
        _states.Add(new(_stateBefore, _stateBetween, _stateAfter, state));
        _stateBefore += state;
        _stateBetween += state;
        _stateAfter += state;
    }

    internal void Exchange(LayerSpec old, int oldState, LayerSpec @new, int newState)
    {
        (_old, _new) = (old, @new);
        _states.Add(new(_stateBefore, _stateBetween, null, oldState));
        _states.Add(new(null, _stateBetween + oldState, _stateAfter, newState));
        _stateBefore += oldState;
        _stateBetween += oldState + newState;
        _stateAfter += newState;
    }
}

/// <summary>A run of numbers of a stack's state, and where it lies in the stacks before and after one layer was replaced.</summary>
/// <param name="Before">Where it began; null: it is the new layer's.</param>
/// <param name="Between">Where it begins while both layers are there.</param>
/// <param name="After">Where it begins afterwards; null: it is the old layer's.</param>
/// <param name="Length">How many numbers.</param>
public readonly record struct StateRun(int? Before, int Between, int? After, int Length);
