using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class JsonOutputTests
{
    [Fact]
    public void A_belief_in_numbers_has_moments_and_intervals()
    {
        JsonElement heat = Written(1).GetProperty("heat");
        Assert.Equal("°C", heat.GetProperty("unit").GetString());
        Assert.Equal(-1.25, heat.GetProperty("median").GetDouble());
        Assert.Equal(4, heat.GetProperty("intervals").GetArrayLength());
        Assert.Equal(0.5, heat.GetProperty("intervals")[0].GetProperty("share").GetDouble());
    }

    [Fact]
    public void A_belief_in_categories_has_probabilities()
    {
        JsonElement kind = Written(3).GetProperty("kind");
        Assert.Equal("wet", kind.GetProperty("likeliest").GetString());
        Assert.Equal(0.3, kind.GetProperty("probabilities").GetProperty("dry <&>").GetDouble());
    }

    [Fact]
    public void A_number_that_is_not_finite_is_null()
    {
        JsonElement json = Fabricated.Json(json =>
        {
            json.WriteStartObject();
            json.Figure("nan", double.NaN);
            json.Figure("infinite", double.PositiveInfinity);
            json.WriteEndObject();
        });
        Assert.All(json.EnumerateObject(), property => Assert.Equal(JsonValueKind.Null, property.Value.ValueKind));
    }

    private static JsonElement Written(int channel) => Fabricated.Json(json =>
    {
        json.WriteStartObject();
        json.Belief(Fabricated.Beliefs()[channel]);
        json.WriteEndObject();
    });
}
