using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>A layer run by its description, one operation after another: what somebody gets who writes it as a layer of their own.</summary>
internal sealed class DescribedTwin(ISequenceLayer<float> layer) : DescribedLayer<float>(layer.Inputs, layer.Outputs, layer.StateSize)
{
    public override IEnumerable<(string Name, Parameter<float> Parameter)> Parameters => layer.Parameters;

    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<float> graph, StepNode inputs, StepNode elapsed, StepNode? state) =>
        layer.Describe(graph, inputs, elapsed, state);

    protected override void Draw(Rng rng) => layer.Initialize(rng);
}
