using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pallium.Layers;
using Pallium.Numerics;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium stacks</c>: every layer that a stack can be made of, its options, and what it costs.</summary>
internal static class StacksVerb
{
    private const int DefaultInputs = 64;

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var stack = new Argument<string?>("STACK") { Description = "A stack, to see what each of its layers costs.", Arity = ArgumentArity.ZeroOrOne };
        Option<int?> inputs = TypedOption.Whole("--inputs", "Channels that the first layer reads (default 64).");
        Option<bool> scored = TypedOption.Flag("--score", "Of a stack: also how differently it answers different windows before it learns anything (hidden covariance; docs/optimizers.md).");
        Option<ulong?> seed = TypedOption.Seed("Seed of the weights and windows of the score (default 1).");
        Option<bool> asJson = TypedOption.Json();
        var verb = new Verb("stacks", "List the layers that --stack can name, their options, cost per slice and state.",
            ("pallium stacks", "every layer and option"),
            ("pallium stacks \"lstm(64)x2+linear(16)\" --inputs 20", "what each layer of a stack costs"),
            ("pallium stacks \"gru(36)\" --inputs 20 --score", "and a score to compare it with others before learning"))
        {
            stack, inputs, scored, seed, asJson,
        };
        verb.SetAction(parsed =>
        {
            int channels = parsed.GetValue(inputs) ?? DefaultInputs;
            string? text = parsed.GetValue(stack);
            LayerLine[] lines = LinesOf(text, channels);
            double? score = parsed.GetValue(scored) ? ScoreOf(text, channels, parsed.GetValue(seed) ?? 1) : null;
            if (parsed.GetValue(asJson))
            {
                JsonOutput.Write(json => WriteJson(json, lines, channels, score));
            }
            else
            {
                WriteText(Terminal.Out(), lines, channels, isStack: text is not null);
                if (score is { } number)
                {
                    Terminal.Out().WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"Score before learning: {number:N2} (hidden covariance; {-HiddenCovariance.Windows} at most; to compare stacks at equal --inputs and --seed)."));
                }
            }

            return ExitCode.Success;
        });
        return verb;
    }

    private static double ScoreOf(string? stack, int inputs, ulong seed) => stack is null
        ? throw new InputException("Option --score: found no stack, expected one to score, such as pallium stacks \"gru(36)\" --score.")
        : HiddenCovariance.Score(StackText.Parse(stack), inputs, new Rng(seed));

    private static LayerLine[] LinesOf(string? stack, int inputs)
    {
        try
        {
            return stack is null ? OfKinds(inputs) : OfStack(stack, inputs);
        }
        catch (StackTextException error)
        {
            throw new InputException($"stacks: {error.Message}", error);
        }
    }

    private static LayerLine[] OfKinds(int inputs) =>
        [.. LayerKind.All.Select(kind => new LayerLine(kind.Example, kind.Summary, kind.Options, StackText.Parse(kind.Example).Build<float>(inputs).Cost))];

    private static LayerLine[] OfStack(string text, int inputs)
    {
        StackSpec stack = StackText.Parse(text);
        var layers = (StackedLayers<float>)stack.Build<float>(inputs);
        LayerSpec[] specs = [.. stack.Layers.SelectMany(spec => Enumerable.Repeat(spec.Single, spec.Repeats))];
        return
        [
            .. specs.Zip(layers.Parts, (spec, part) =>
                new LayerLine(spec.ToString(), $"{part.Layer.Inputs} -> {part.Layer.Outputs} channels", [], part.Layer.Cost)),
            new LayerLine("in all", $"{layers.Inputs} -> {layers.Outputs} channels", [], layers.Cost),
        ];
    }

    private static void WriteText(IAnsiConsole console, LayerLine[] lines, int inputs, bool isStack)
    {
        Table table = TextTable.Of(["layer", "what it is"], "multiply-adds", "functions", "weights", "state");
        foreach (LayerLine line in lines)
        {
            LayerCost cost = line.Cost;
            table.AddTexts(
                line.Text, line.Summary, Figures.Count(cost.MultiplyAdds), Figures.Count(cost.Transcendentals), Figures.Bytes(cost.WeightBytes), Figures.Bytes(cost.StateBytes));
            foreach (LayerOption option in line.Options)
            {
                string value = option.DefaultText is { } text ? $"={text}" : "";
                table.AddTexts($"  {option.Name}{value}", $"{option.Help} ({option.Form.Expected})", "", "", "", "");
            }
        }

        console.Write(table);
        console.WriteLine($"Per slice of one stream, single precision, {inputs} channels in.");
        if (isStack)
        {
            console.WriteLine($"Estimated energy of the multiply-adds at 45 nm, without reading weights: {Figures.Energies(lines[^1].Cost.MultiplyAdds)}.");
        }

        if (lines.Any(line => line.Options.Count > 0))
        {
            console.WriteLine("The first option may be given without its name; an option without '=' must be given.");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, LayerLine[] lines, int inputs, double? score)
    {
        json.WriteStartObject();
        json.WriteNumber("inputs", inputs);
        if (score is { } number)
        {
            json.Figure("score", number);
        }

        json.Objects("layers", lines, line =>
        {
            json.WriteString("layer", line.Text);
            json.WriteString("summary", line.Summary);
            json.WriteNumber("multiplyAdds", line.Cost.MultiplyAdds);
            json.WriteNumber("functions", line.Cost.Transcendentals);
            json.WriteNumber("weightBytes", line.Cost.WeightBytes);
            json.WriteNumber("stateBytes", line.Cost.StateBytes);
            json.WriteStartObject("picojoules");
            foreach (ArithmeticEnergy energy in ArithmeticEnergy.All)
            {
                json.WriteNumber(energy.Name, energy.Picojoules(line.Cost.MultiplyAdds));
            }

            json.WriteEndObject();
            json.Objects("options", line.Options, option =>
            {
                json.WriteString("name", option.Name);
                json.WriteString("default", option.DefaultText);
                json.WriteString("values", option.Form.Expected);
                json.WriteString("help", option.Help);
            });
        });
        json.WriteEndObject();
    }

    private sealed record LayerLine(string Text, string Summary, IReadOnlyList<LayerOption> Options, LayerCost Cost);
}
