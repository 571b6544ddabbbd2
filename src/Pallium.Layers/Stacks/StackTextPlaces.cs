namespace Pallium.Layers;

/// <summary>Where a layer and its options stand in the text that they were read from.</summary>
internal sealed class StackTextPlaces(StackTextReader reader, LayerKind kind)
{
    private readonly int _start = reader.Position - kind.Name.Length;
    private readonly Dictionary<string, (int Start, int End)> _options = [];

    /// <summary>Notes where the value of an option stands.</summary>
    public void Add(string option, int start) => _options[option] = (start, reader.Position);

    /// <summary>The error that something else was expected of an option; of one that was not given, at the layer's name.</summary>
    public StackTextException Error(string option, string expected)
    {
        (int start, int end) = _options.GetValueOrDefault(option, (_start, _start + kind.Name.Length));
        return reader.ErrorAt(start, $"'{reader.Between(start, end)}'", expected);
    }

    /// <summary>The error that the layer cannot be made.</summary>
    public StackTextException Refusal(string reason) => reader.RefusalAt(_start, reason);
}
