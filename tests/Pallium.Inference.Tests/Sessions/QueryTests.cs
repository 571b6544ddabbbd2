namespace Pallium.Inference.Tests;

public sealed class QueryTests
{
    private static readonly WorldModel Model = Simulated.MixedModel;

    [Fact]
    public void A_query_is_a_value()
    {
        Query wet = Model.Given("weather", "wet");
        Query wetAndLit = wet.Given("lamp", 1);
        Assert.Equal(2, wet.Infer(["lamp", "rain"]).Count);
        Assert.NotEqual(wet.Infer("temperature").Mean, wetAndLit.Infer("temperature").Mean);
        Assert.Equal(Simulated.Numbers(wet.Infer("rain")), Simulated.Numbers(Model.Given("weather", "wet").Infer("rain")));
    }

    [Fact]
    public void The_order_of_what_is_given_does_not_matter()
    {
        double[] one = Simulated.Numbers(Model.Given("temperature", 12).Given("lamp", 1).Infer("rain"));
        double[] two = Simulated.Numbers(Model.Given("lamp", 1).Given("temperature", "12").Infer("rain"));
        Assert.Equal(one, two);
    }

    [Fact]
    public void A_session_that_goes_on_does_not_change_an_open_query()
    {
        Session session = Model.After(Simulated.Mixed(10, 3));
        Query query = session.Given("lamp", 1);
        double before = query.Infer("temperature").Mean;
        session.Advance(new Slice(session.NextTime, [30, 5, 1, 2]));
        Assert.Equal(before, query.Infer("temperature").Mean);
    }

    [Fact]
    public void Faults_are_sentences()
    {
        Refused(() => Model.Infer("snow"), "no channel 'snow'");
        Refused(() => Model.Given("snow", 1), "no channel 'snow'");
        Refused(() => Model.Given("rain", -1), "found -1, expected a number that is not negative");
        Refused(() => Model.Given("rain", double.NaN), "found NaN, expected a number");
        Refused(() => Model.Given("rain", double.PositiveInfinity), "expected a number of at most");
        Refused(() => Model.Given("lamp", 2), "expected 0 or 1");
        Refused(() => Model.Given("lamp", "on"), "found 'on'");
        Refused(() => Model.Given("weather", 1), "expected one of dry, mild, wet");
        Refused(() => Model.Given("weather", "hot"), "expected one of dry, mild, wet");
        Refused(() => Model.Given("lamp", 1).Given("lamp", 0), "given twice");
        Refused(() => Model.Given("lamp", 1).Infer("lamp"), "both given and asked for");
    }

    private static void Refused(Action action, string part)
    {
        InputException fault = Assert.Throws<InputException>(action);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
    }
}
