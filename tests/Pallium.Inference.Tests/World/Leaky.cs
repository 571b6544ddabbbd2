using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>A layer of one's own, as ARCHITECTURE.md shows it: h' = f + exp(-softplus(r) dt) (h - f), f = tanh(W x).</summary>
internal sealed class Leaky<T>(int inputs, int units) : DescribedLayer<T>(inputs, outputs: units, state: units)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _weight = new(units, inputs) { Decays = true };
    private readonly Parameter<T> _rate = new(units);

    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight), ("rate", _rate)];

    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode x, StepNode dt, StepNode? h)
    {
        StepNode f = graph.Tanh(graph.Affine(graph.Constant(_weight), x));
        StepNode decay = graph.Multiply(graph.Softplus(graph.Constant(_rate)), graph.Subtract(graph.Constant(T.Zero), dt));
        StepNode next = graph.Add(f, graph.Multiply(graph.Exp(decay), graph.Subtract(h!, f)));
        return (next, next);
    }

    protected override void Draw(Rng rng) => rng.Uniform(_weight.Values, -0.3, 0.3);
}

internal sealed class LeakyKind() : OwnLayerKind("leaky", "leaky integrator")
{
    protected override ISequenceLayer<T> Create<T>(int inputs, int units) => new Leaky<T>(inputs, units);
}
