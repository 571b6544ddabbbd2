using System.CommandLine;

namespace Pallium.Cli.Tests;

public sealed class ParseFaultTests
{
    [Theory]
    [InlineData("forcast m", "found the command 'forcast', which does not exist; did you mean forecast?")]
    [InlineData("xyzzy", "found the command 'xyzzy', which does not exist, expected one of demo, learn, forecast, infer, fill, watch, explain, plan, evaluate, sleep, convert, quantize, select, inspect, stacks, bench (see pallium --help).")]
    [InlineData("forecast m --after d --horizn 3", "forecast: found the option '--horizn', which does not exist; did you mean --horizon?")]
    [InlineData("bench", "bench: found no command, expected layers (see pallium bench --help).")]
    [InlineData("bench layer", "bench: found the command 'layer', which does not exist; did you mean layers?")]
    [InlineData("bench layers --stepps 3", "bench layers: found the option '--stepps', which does not exist; did you mean --steps?")]
    [InlineData("bench layers more", "bench layers: found one argument too many, 'more', expected pallium bench layers (see pallium bench layers --help).")]
    [InlineData("inspect m more", "inspect: found one argument too many, 'more', expected pallium inspect MODEL (see pallium inspect --help).")]
    [InlineData("inspect", "inspect: found no MODEL, expected pallium inspect MODEL (see pallium inspect --help).")]
    [InlineData("fill m -o f", "fill: found no HOLES, expected pallium fill MODEL HOLES (see pallium fill --help).")]
    [InlineData("fill m holes", "fill: found no option -o, expected -o FILLED (see pallium fill --help).")]
    [InlineData("learn d -o", "Option -o: found no value, expected MODEL (see pallium learn --help).")]
    [InlineData("forecast m --after d --seed 1 --seed 2", "Option --seed: found it more than once, expected one value (see pallium forecast --help).")]
    [InlineData("forecast m --after d --horizon x", "Option --horizon: found 'x', expected a whole number of at least 1.")]
    [InlineData("forecast m --after d --horizon 0", "Option --horizon: found '0', expected a whole number of at least 1.")]
    [InlineData("forecast m --after d --paths 1", "Option --paths: found '1', expected a whole number of at least 2.")]
    [InlineData("forecast m --after d --level 2", "Option --level: found '2', expected a number from 0.01 to 0.999.")]
    [InlineData("forecast m --after d --every soon", "Option --every: found 'soon', expected a positive length of time such as 15min, 6h or 1d.")]
    [InlineData("learn d -o m --seed -1", "Option --seed: found '-1', expected a whole number of at least 0.")]
    [InlineData("learn d -o m --precision half", "Option --precision: found 'half', expected single or double.")]
    [InlineData("learn d -o m --duplicates all", "Option --duplicates: found 'all', expected refuse or first or last or mean.")]
    [InlineData("learn d -o m --test-share 0.95", "Option --test-share: found '0.95', expected a number from 0 to 0.9.")]
    public void A_fault_is_one_sentence_that_says_what_was_expected(string line, string sentence)
    {
        ParseResult parsed = PalliumCommand.Parse(line.Split(' '));
        Assert.NotEmpty(parsed.Errors);
        Assert.Equal(sentence, ParseFault.Describe(parsed));
    }

    [Theory]
    [InlineData("learn data.csv -o m --time t --series s --static a b --known c --ignore d e --table --kind f=real g=binary --time-zone UTC --duplicates mean --stack lstm(8) --epochs 3 --seed 0 --threads 2 --precision double --test-share 0.1")]
    [InlineData("learn m more.csv")]
    [InlineData("forecast m --after d --horizon 3 --every 6h --future p --paths 8 --seed 2 --plot x.svg --json --level 0.8")]
    [InlineData("infer m --given a=1 --given @file=2 --infer b --infer c --after h --json")]
    [InlineData("fill m h -o f --duplicates last")]
    [InlineData("watch m --after h --json")]
    [InlineData("evaluate m t --after d --horizon 3 --stride 2 --paths 9 --seed 3 --threads 1 --json")]
    [InlineData("inspect m --json")]
    [InlineData("demo")]
    public void Every_option_is_accepted(string line) => Assert.Empty(PalliumCommand.Parse(line.Split(' ')).Errors);
}
