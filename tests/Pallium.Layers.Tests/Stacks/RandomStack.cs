using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Shared;

/// <summary>Stacks drawn from the grammar: any kinds, any options that the text accepts, a few units each.</summary>
internal static class RandomStack
{
    private const int Attempts = 500;

    // What the values of some option look like; the choices of others stand in what they expect.
    private static readonly string[] Values =
    [
        "0", "1", "2", "3", "4", "6", "8", "12", "0.5", "0.125", "1x6", "3x7", "ncp:9", "random:5", "rmsnorm", "linear(5)+gru(3)", "residual(layernorm)",
    ];

    /// <summary>A stack of up to three layers; any inner stacks are among a few.</summary>
    public static string Draw(Rng rng)
    {
        string[] layers = new string[1 + rng.Below(3)];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = Layer(LayerKind.All[rng.Below(LayerKind.All.Count)], ref rng);
        }

        return string.Join(" + ", layers);
    }

    /// <summary>A stack that can be made for so many channels.</summary>
    public static string Draw(Rng rng, int inputs)
    {
        for (int i = 0; i < Attempts; i++)
        {
            string text = Draw(rng.For(i));
            try
            {
                StackText.Parse(text).Build<float>(inputs);
                return text;
            }
            catch (StackTextException)
            {
                // Channels or options do not fit; another draw may.
            }
        }

        throw new InvalidOperationException($"None of {Attempts} stacks can be made for {inputs} channels.");
    }

    private static string Layer(LayerKind kind, ref Rng rng)
    {
        for (int i = 0; i < Attempts; i++)
        {
            var values = new List<string>();
            foreach (LayerOption option in kind.Options)
            {
                if (option.DefaultText is null || rng.Below(2) == 0)
                {
                    string[] choices = [.. Values, .. option.Form.Expected.Split(" or ")];
                    values.Add($"{option.Name} = {choices[rng.Below(choices.Length)]}");
                }
            }

            string text = $"{kind.Name}({string.Join(" ,", values)}){(rng.Below(2) == 0 ? "" : $"x{1 + rng.Below(3)}")}";
            if (Reads(text))
            {
                return text;
            }
        }

        return kind.Example;
    }

    private static bool Reads(string text)
    {
        try
        {
            StackText.Parse(text);
            return true;
        }
        catch (StackTextException)
        {
            return false;
        }
    }
}
