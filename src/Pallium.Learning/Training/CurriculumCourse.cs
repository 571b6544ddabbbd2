using System.Globalization;

namespace Pallium.Learning;

/// <summary>A curriculum while it is followed: which stage, since when, and why the earlier ones ended.</summary>
/// <remarks>Told of updates and validation losses by one thread; what it says between is read by any.</remarks>
public sealed class CurriculumCourse
{
    private readonly Curriculum _curriculum;
    private readonly List<string> _ended = [];
    private long _begun;
    private long _done;
    private double _best = double.PositiveInfinity;
    private long _bestAt;

    /// <summary>At the beginning of the first stage.</summary>
    public CurriculumCourse(Curriculum curriculum)
    {
        ArgumentNullException.ThrowIfNull(curriculum);
        _curriculum = curriculum;
        Weights = curriculum.WeightsOf(0);
    }

    /// <summary>The present stage, from 0.</summary>
    public int Stage { get; private set; }

    /// <summary>The present weight of every source, in the curriculum's order.</summary>
    public IReadOnlyList<double> Weights { get; private set; }

    /// <summary>Which stages ended, when and why, in sentences.</summary>
    public IReadOnlyList<string> Ended => _ended;

    /// <summary>What is to be told once learning is over: <see cref="Ended"/>, and, if there are, the stages that were not reached.</summary>
    public IReadOnlyList<string> Report => Stage == _curriculum.Stages.Count - 1 ? _ended :
    [
        .. _ended,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Learning ended in stage '{_curriculum.Stages[Stage].Name}', after {_done - _begun:N0} updates of it; not reached: '{string.Join("', '", _curriculum.Stages.Skip(Stage + 1).Select(stage => stage.Name))}'."),
    ];

    /// <summary>Before update <paramref name="step"/> (from 0).</summary>
    /// <returns>Whether another stage begins with it.</returns>
    public bool Begin(long step)
    {
        int before = Stage;
        if (_curriculum.Stages[Stage].Steps is { } steps && step - _begun >= steps)
        {
            End(step, "as long as it was to be");
        }

        _done = step + 1;
        return Stage != before;
    }

    /// <summary>After a look at the validation loss of every source, in the curriculum's order; sources of weight 0 do not matter.</summary>
    /// <returns>Whether another stage begins.</returns>
    public bool Validated(ReadOnlySpan<double> losses)
    {
        double sum = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            sum += Weights[i] > 0 ? Weights[i] * losses[i] : 0;
        }

        double loss = sum / Weights.Sum();
        CurriculumStage stage = _curriculum.Stages[Stage];
        if (loss < stage.Loss)
        {
            return End(_done, string.Create(CultureInfo.InvariantCulture, $"its loss of {loss:G4} is below {stage.Loss}"));
        }

        if (stage.Stalled is { } stall)
        {
            if (!(loss >= _best - stall.By))
            {
                (_best, _bestAt) = (loss, _done);
            }
            else if (_done - _bestAt >= stall.Steps)
            {
                return End(_done, string.Create(CultureInfo.InvariantCulture, $"its loss of {_best:G4} has not fallen by {stall.By} in {_done - _bestAt} updates"));
            }
        }

        return false;
    }

    private bool End(long step, string why)
    {
        _ended.Add(string.Create(CultureInfo.InvariantCulture, $"Stage '{_curriculum.Stages[Stage].Name}' ended after {step - _begun:N0} updates: {why}."));
        Stage++;
        Weights = _curriculum.WeightsOf(Stage);
        (_begun, _best, _bestAt) = (step, double.PositiveInfinity, step);
        return true;
    }
}
