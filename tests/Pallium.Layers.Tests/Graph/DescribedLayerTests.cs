using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>The laws hold for a layer that is only described: here a GRU and an LSTM by their graphs.</summary>
public sealed class DescribedLayerTests : SequenceLayerLaws
{
    [Fact]
    public void A_description_of_another_size_is_refused()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new Wrong(3).Refresh());
        Assert.Equal("Wrong describes 3 outputs and 0 numbers of state; it said 4 and 0.", error.Message);
    }

    protected override ISequenceLayer<T> Create<T>() =>
        new StackedLayers<T>(new Described<T>(new Gru<T>(new(3, 4))), new Described<T>(new LayerNorm<T>(new(4))), new Described<T>(new Lstm<T>(new(4, 2))));

    private sealed class Wrong(int channels) : DescribedLayer<double>(channels, channels + 1, 0)
    {
        public override IEnumerable<(string Name, Parameter<double> Parameter)> Parameters => [];

        public override (StepNode Outputs, StepNode? State) Describe(StepGraph<double> graph, StepNode inputs, StepNode elapsed, StepNode? state) => (inputs, null);

        protected override void Draw(Rng rng)
        {
        }
    }
}

/// <summary>Operations of every kind, with operands of length one on either side, agree with central differences.</summary>
public sealed class StepProgramTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Mixture<T>();

    private sealed class Mixture<T> : DescribedLayer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Parameter<T> _weight = new(3, 3);
        private readonly Parameter<T> _number = new(1);

        public Mixture()
            : base(3, 7, 3)
        {
        }

        public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight), ("number", _number)];

        public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
        {
            StepNode n = graph.Constant(_number);
            StepNode one = graph.Constant(T.One);
            StepNode y = graph.Affine(graph.Constant(_weight), inputs);
            StepNode a = graph.Apply(StepOperation.Subtract, n, graph.Apply(StepOperation.Multiply, y, elapsed));
            StepNode b = graph.Apply(StepOperation.Divide, graph.Apply(StepOperation.Tanh, a), graph.Apply(StepOperation.Add, one, graph.Apply(StepOperation.Exp, n)));
            StepNode c = graph.Apply(StepOperation.Divide, elapsed, graph.Apply(StepOperation.Softplus, graph.Apply(StepOperation.Subtract, b, n)));
            StepNode d = graph.Log(graph.Apply(StepOperation.Sqrt, graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Abs, c), one)));
            StepNode next = graph.Apply(StepOperation.Add, graph.Apply(StepOperation.Multiply, n, state!), graph.Apply(StepOperation.Sigmoid, d));
            StepNode sums = graph.Scatter(graph.Gather(next, 2, 0, 0, 1), 2, 1, 0, 1, 1);
            return (graph.Concatenate(b, sums, graph.Slice(d, 1, 2)), next);
        }

        protected override void Draw(Rng rng)
        {
            rng.For("weight").Uniform(_weight.Values, -1, 1);
            rng.For("number").Uniform(_number.Values, 0.2, 0.8);
        }
    }
}
