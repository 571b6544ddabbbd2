namespace Pallium.Layers.Tests;

public sealed class SequenceChecksTests
{
    private readonly Gru<float> _layer = new(new(Inputs: 3, Units: 2));

    [Fact]
    public void A_step_names_the_span_that_does_not_fit()
    {
        var scratch = new float[_layer.StepScratch(2)];
        AssertNames("inputs has 5 numbers; 6 were expected", () => _layer.Step(new float[5], new float[2], new float[4], new float[4], scratch));
        AssertNames("states has 3 numbers; 4 were expected", () => _layer.Step(new float[6], new float[2], new float[3], new float[4], scratch));
        AssertNames("outputs has 2 numbers; 4 were expected", () => _layer.Step(new float[6], new float[2], new float[4], new float[2], scratch));
        AssertNames("scratch has room for 0 numbers", () => _layer.Step(new float[6], new float[2], new float[4], new float[4], []));
    }

    [Fact]
    public void A_pass_names_the_span_that_does_not_fit()
    {
        LayerRun<float> run = new LayerRun<float>(_layer, 3, 2).Forward();
        SequencePass<float> Pass(float[] start) => new()
        {
            Steps = 3,
            Rows = 2,
            Inputs = run.Inputs,
            Elapsed = run.Elapsed,
            Start = start,
            Outputs = run.Outputs,
            Final = run.Final,
            Trace = run.Trace,
            Scratch = new float[_layer.PassScratch(3, 2)],
        };
        AssertNames("Start has 1 numbers; 4 were expected", () => _layer.Forward(Pass([1])));
        AssertNames("Inputs has 7 numbers; 18 were expected", () => _layer.Backward(
            Pass(run.Start), new SequenceGradients<float> { Outputs = run.OutputWeights, Inputs = new float[7], Parameters = run.Gradients }));
    }

    private static void AssertNames(string part, Action action) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
}
