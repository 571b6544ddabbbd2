using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class MixtureOfExpertsTests
{
    [Theory]
    [InlineData("moe(4x8,top=5)", "at most 4")]
    [InlineData("moe(4x8,capacity=0.5)", "from 1 to")]
    [InlineData("moe(4)", "block=")]
    [InlineData("moe(4x8,block=linear(3))", "how many alone")]
    [InlineData("moe(4,block=linear(3),copy=1)", "different widths")]
    [InlineData("moe(8x4,groups=3)", "a divisor of the 8 experts")]
    [InlineData("moe(8x4,prototypes=2,top=3)", "one of each")]
    [InlineData("moe(8x4,groups=2,zero=1)", "1 beside zero")]
    [InlineData("moe(8x4,layers=2,router=cosine)", "1 beside groups")]
    [InlineData("moe(8x4,bias=0.1,margin=0.5)", "none beside a bias")]
    [InlineData("moe(8x4,bias=0.1,grown=1)", "0 beside a bias")]
    [InlineData("depth(0,linear(4))", "from 0.001 to 1")]
    [InlineData("depth(0.5,linear(3))", "both must be equal")]
    public void What_does_not_fit_is_refused(string text, string expected)
    {
        StackTextException error = Assert.Throws<StackTextException>(() => StackText.Parse(text).Build<float>(4));
        Assert.Contains("position", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("moe(8x4)")]
    [InlineData("moe(8x4,top=2,zero=1,copy=1,constant=2,layers=2)")]
    [InlineData("moe(8,block=gru(6),router=similar,groups=2)")]
    [InlineData("depth(0.25,block=mamba(4)x2)")]
    public void Texts_keep_their_form(string text) => Assert.Equal(text, StackText.Parse(text).ToString());

    [Fact]
    public void The_block_of_depth_goes_without_its_name() =>
        Assert.Equal("depth(0.25,block=mamba(64)x2)", StackText.Parse("depth(0.25,mamba(64)x2)").ToString());

    [Fact]
    public void Two_levels_score_few_experts()
    {
        long flat = StackText.Parse("moe(256x4)").Build<float>(64).Cost.MultiplyAdds;
        long grouped = StackText.Parse("moe(256x4,groups=16)").Build<float>(64).Cost.MultiplyAdds;
        long block = StackText.Parse("swiglu(4)").Build<float>(64).Cost.MultiplyAdds;
        Assert.True(flat - block >= 4 * (grouped - block), $"{flat} and {grouped} multiply-adds, {block} of them the expert's");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(32)]
    public void The_cost_of_a_slice_hardly_depends_on_the_number_of_experts(int experts)
    {
        long router = 16L * experts;
        LayerCost one = StackText.Parse("swiglu(8)").Build<float>(16).Cost;
        Assert.Equal(one.MultiplyAdds + router, StackText.Parse($"moe({experts}x8)").Build<float>(16).Cost.MultiplyAdds);
    }
}

public abstract class MixtureLaws(string text) : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => StackText.Parse(text).Build<T>(4);
}

public sealed class SwitchLaws() : MixtureLaws("moe(3x5,scores=0.1)");

public sealed class TopTwoLaws() : MixtureLaws("moe(4x3,top=2,expert=relu)");

public sealed class PrototypeLaws() : MixtureLaws("moe(4x3,prototypes=2)");

public sealed class GroupedLaws() : MixtureLaws("moe(4,block=gru(3),groups=2)");

public sealed class SimilarLaws() : MixtureLaws("moe(3x4,router=similar,window=3)");

public sealed class ZeroComputationLaws() : MixtureLaws("moe(2x3,top=2,zero=1,copy=1,constant=2,layers=2)");

public sealed class StatefulExpertLaws() : MixtureLaws("moe(3,block=mamba(2),top=2,margin=0.4)");

public sealed class CosineLaws : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => MixtureOfExperts.Cosine<T>(4, 3, 5);
}

public sealed class ConstantExpertLaws : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ConstantExpert<T>(5);
}
