using System.Numerics;

namespace Pallium.Layers;

/// <summary>Checks of the spans given to a layer: lengths must fit its sizes.</summary>
internal static class SequenceChecks
{
    /// <summary>Checks the spans of <see cref="ISequenceLayer{T}.Step"/> and returns the number of rows.</summary>
    /// <exception cref="ArgumentException">A span does not fit.</exception>
    public static int CheckStep<T>(
        this ISequenceLayer<T> layer, ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, ReadOnlySpan<T> states, ReadOnlySpan<T> outputs, ReadOnlySpan<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = elapsed.Length;
        Exactly(inputs.Length, rows * layer.Inputs, nameof(inputs));
        Exactly(states.Length, rows * layer.StateSize, nameof(states));
        Exactly(outputs.Length, rows * layer.Outputs, nameof(outputs));
        AtLeast(scratch.Length, layer.StepScratch(rows), nameof(scratch));
        return rows;
    }

    /// <summary>Checks the spans of a pass.</summary>
    /// <exception cref="ArgumentException">A span does not fit.</exception>
    public static void CheckPass<T>(this ISequenceLayer<T> layer, in SequencePass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slices = pass.Steps * pass.Rows;
        Exactly(pass.Inputs.Length, slices * layer.Inputs, nameof(pass.Inputs));
        Exactly(pass.Elapsed.Length, slices, nameof(pass.Elapsed));
        Exactly(pass.Start.Length, pass.Rows * layer.StateSize, nameof(pass.Start));
        Exactly(pass.Outputs.Length, slices * layer.Outputs, nameof(pass.Outputs));
        Exactly(pass.Final.Length, pass.Rows * layer.StateSize, nameof(pass.Final));
        AtLeast(pass.Trace.Length, layer.TraceSize(pass.Steps, pass.Rows), nameof(pass.Trace));
        AtLeast(pass.Scratch.Length, layer.PassScratch(pass.Steps, pass.Rows), nameof(pass.Scratch));
        EmptyOr(pass.Auxiliary.Length, layer.AuxiliaryLosses.Count, nameof(pass.Auxiliary));
    }

    /// <summary>Checks the spans of a pass and of its gradients.</summary>
    /// <exception cref="ArgumentException">A span does not fit.</exception>
    public static void CheckPass<T>(this ISequenceLayer<T> layer, in SequencePass<T> pass, in SequenceGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        layer.CheckPass(pass);
        Exactly(gradients.Outputs.Length, pass.Outputs.Length, nameof(gradients.Outputs));
        EmptyOr(gradients.Final.Length, pass.Final.Length, nameof(gradients.Final));
        EmptyOr(gradients.Auxiliary.Length, layer.AuxiliaryLosses.Count, nameof(gradients.Auxiliary));
        EmptyOr(gradients.Inputs.Length, pass.Inputs.Length, nameof(gradients.Inputs));
        EmptyOr(gradients.Elapsed.Length, pass.Elapsed.Length, nameof(gradients.Elapsed));
        EmptyOr(gradients.Start.Length, pass.Start.Length, nameof(gradients.Start));
    }

    private static void Exactly(int found, int expected, string name)
    {
        if (found != expected)
        {
            throw new ArgumentException($"{name} has {found} numbers; {expected} were expected.", name);
        }
    }

    private static void EmptyOr(int found, int expected, string name)
    {
        if (found != 0)
        {
            Exactly(found, expected, name);
        }
    }

    private static void AtLeast(int found, int expected, string name)
    {
        if (found < expected)
        {
            throw new ArgumentException($"{name} has room for {found} numbers; {expected} are needed.", name);
        }
    }
}
