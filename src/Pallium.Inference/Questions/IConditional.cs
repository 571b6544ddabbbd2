namespace Pallium.Inference;

/// <summary>Whatever answers: these cells are known; what are those?</summary>
public interface IConditional
{
    /// <summary>The channels that the addresses of cells count.</summary>
    IReadOnlyList<Channel> Channels { get; }

    /// <summary>Answers a question.</summary>
    /// <exception cref="InputException">A cell that is not there, a clamp outside a channel's support, a kind of clamp that the engine cannot take.</exception>
    /// <exception cref="ContradictionException">The clamps cannot hold together.</exception>
    Answer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default);
}
