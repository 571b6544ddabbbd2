namespace Pallium.Inference;

/// <summary>Many questions about slices whose cells become known one after another, so that the head's first layer is not computed anew for each.</summary>
/// <remarks>What was said to be known stays added up; each answer adds what only it depends on. Belongs to one thread.</remarks>
internal interface IHeadRows
{
    /// <summary>Begins with slices of which nothing is known.</summary>
    /// <param name="rows">How many, at most what it was made for.</param>
    /// <param name="states">States of the network, [rows, StateSize].</param>
    void Begin(int rows, ReadOnlySpan<double> states);

    /// <summary>Adds features that stay as they are from now on.</summary>
    /// <param name="feature">The first of them among the head's features.</param>
    /// <param name="count">How many.</param>
    /// <param name="values">[rows, count].</param>
    void Know(int feature, int count, ReadOnlySpan<double> values);

    /// <summary>Answers for some outputs.</summary>
    /// <param name="shared">Features that are the same for all rows, [HeadFeatures]; zero elsewhere.</param>
    /// <param name="features">Which features differ from row to row and are not known for good.</param>
    /// <param name="values">Their values, [rows, features].</param>
    /// <param name="real">First and number of the mixture parameters that are wanted.</param>
    /// <param name="discrete">First and number of the logits that are wanted.</param>
    /// <param name="realOutputs">[rows, wanted].</param>
    /// <param name="discreteOutputs">[rows, wanted].</param>
    void Answer(
        ReadOnlySpan<double> shared, ReadOnlySpan<int> features, ReadOnlySpan<double> values, (int Start, int Count) real, (int Start, int Count) discrete,
        Span<double> realOutputs, Span<double> discreteOutputs);
}
