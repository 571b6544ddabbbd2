using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Learning.Tests;

/// <summary>A layer that is parity by construction: h ← h + x - 2hx, y = h.</summary>
internal sealed class ExactParity() : DescribedLayer<double>(inputs: 1, outputs: 1, state: 1)
{
    public override IEnumerable<(string Name, Parameter<double> Parameter)> Parameters => [];

    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<double> graph, StepNode x, StepNode dt, StepNode? h)
    {
        StepNode both = graph.Multiply(h!, x);
        StepNode next = graph.Subtract(graph.Add(h!, x), graph.Add(both, both));
        return (next, next);
    }

    protected override void Draw(Rng rng)
    {
    }

    /// <summary>A model of tokens 0 and 1 around it that answers the state.</summary>
    public static TokenModel<double> Model()
    {
        var model = new TokenModel<double>(2, new ExactParity(), 2);
        foreach ((string name, Parameter<double> parameter) in model.Parameters.Items)
        {
            double[] values = name switch
            {
                "embedding" => [0, 1],
                "readout.weight" => [-1, 1],
                _ => [0.5, -0.5],
            };
            values.CopyTo(parameter.Values);
        }

        model.Refresh();
        return model;
    }
}
