namespace Pallium.Inference;

/// <summary>The learned part of a world model, in double at its edges whatever it computes in.</summary>
/// <remarks>Immutable while it answers; any number of threads may use it, each with its own <see cref="NetworkScratch"/>.</remarks>
internal interface ISliceNetwork
{
    /// <summary>Numbers of state per stream: the trunk's state and its last output.</summary>
    int StateSize { get; }

    /// <summary>Numbers at the end of a state that the head reads: the trunk's last output.</summary>
    int Outputs { get; }

    /// <summary>Numbers that describe a slice to the trunk.</summary>
    int EncoderInputs { get; }

    /// <summary>Numbers that describe a question to the head, besides the trunk's output.</summary>
    int HeadFeatures { get; }

    /// <summary>Numbers that the head returns for the mixtures: per real variable [w.., μ.., raw scale..].</summary>
    int RealOutputs { get; }

    /// <summary>Numbers that the head returns for the categories: logits added to the base's.</summary>
    int DiscreteOutputs { get; }

    /// <summary>Working memory for one user.</summary>
    NetworkScratch NewScratch();

    /// <summary>A fresh stream's state: the learned start.</summary>
    void Start(Span<double> state);

    /// <summary>Rows advance by one slice.</summary>
    /// <param name="inputs">[rows, EncoderInputs].</param>
    /// <param name="elapsed">[rows]; its length is the number of rows.</param>
    /// <param name="states">[rows, StateSize], in place.</param>
    /// <param name="scratch">The caller's.</param>
    void Step(ReadOnlySpan<double> inputs, ReadOnlySpan<double> elapsed, Span<double> states, NetworkScratch scratch);

    /// <summary>Answers <paramref name="rows"/> questions about the next slice.</summary>
    /// <param name="rows">Number of questions.</param>
    /// <param name="states">[rows, StateSize], or one row of it for all.</param>
    /// <param name="features">[rows, HeadFeatures].</param>
    /// <param name="real">[rows, RealOutputs].</param>
    /// <param name="discrete">[rows, DiscreteOutputs].</param>
    /// <param name="scratch">The caller's.</param>
    void Answer(int rows, ReadOnlySpan<double> states, ReadOnlySpan<double> features, Span<double> real, Span<double> discrete, NetworkScratch scratch);

    /// <summary>Up to <paramref name="mostRows"/> questions whose cells become known one after another.</summary>
    IHeadRows NewHeadRows(int mostRows);
}

/// <summary>Working memory of one user of a network; it grows to the largest batch and then stays.</summary>
internal abstract class NetworkScratch;
