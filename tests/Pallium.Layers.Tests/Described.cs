using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>A layer run by its description, operation by operation.</summary>
internal sealed class Described<T>(ISequenceLayer<T> layer) : DescribedLayer<T>(layer.Inputs, layer.Outputs, layer.StateSize)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => layer.Parameters;

    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state) =>
        layer.Describe(graph, inputs, elapsed, state);

    protected override void Draw(Rng rng) => layer.Initialize(rng);
}
