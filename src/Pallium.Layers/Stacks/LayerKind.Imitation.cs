namespace Pallium.Layers;

// A layer while another learns to take its place: no text names it.
public abstract partial class LayerKind
{
    /// <summary>The kind of <see cref="Imitation"/>.</summary>
    internal static LayerKind Imitating { get; } = new ImitatingLayer();

    /// <summary>A layer and the one that imitates it.</summary>
    internal static LayerSpec ImitationOf(LayerSpec model, LayerSpec copy, StackTextPlaces places) => new(
        Imitating, new Dictionary<string, object> { [Imitation.Model] = new StackSpec([model]), [Imitation.Copy] = new StackSpec([copy]) }, 1, places);

    private sealed class ImitatingLayer() : LayerKind(
        "imitation",
        "a layer, and another that learns to give what it gives",
        new(Imitation.Model, OptionForm.Stack, null, "the layer that gives y"),
        new(Imitation.Copy, OptionForm.Stack, null, "the layer that learns"))
    {
        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            Imitation.Create(Only(spec, Imitation.Model).Make<T>(inputs), Only(spec, Imitation.Copy).Make<T>(inputs));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            LayerSize model = spec.Get<StackSpec>(Imitation.Model).SizeOf(inputs);
            LayerSize copy = spec.Get<StackSpec>(Imitation.Copy).SizeOf(inputs);
            return new(model.Outputs, model.LeastWeights + copy.LeastWeights, model.State + copy.State);
        }

        private static LayerSpec Only(LayerSpec spec, string side) => spec.Get<StackSpec>(side).Layers[0];
    }
}
