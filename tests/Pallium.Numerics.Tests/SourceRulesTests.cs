using System.Text.RegularExpressions;

namespace Pallium.Numerics.Tests;

public sealed partial class SourceRulesTests
{
    [Fact]
    public void No_source_calls_a_library_function_whose_bits_depend_on_the_machine()
    {
        string root = Repository.Root;
        string[] found =
        [
            .. from file in Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
               where !file.Contains(Path.DirectorySeparatorChar + "obj" + Path.DirectorySeparatorChar, StringComparison.Ordinal)
               from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
               where Forbidden().IsMatch(line.text)
               orderby file, line.number
               select $"{Path.GetRelativePath(root, file)}:{line.number}: {line.text.Trim()}",
        ];

        Assert.True(found.Length == 0, "Use Elementary or Reduction instead:\n" + string.Join('\n', found));
    }

    // Transcendental functions of the library, MathF altogether, its Tensors forms, and anything that ends in Estimate.
    [GeneratedRegex(
        @"\b(Math|T|double|float|Double|Single|TensorPrimitives|Vector(64|128|256|512)?)\.(Exp|Log|Pow|Sin|Cos|Tan|Sinh|Cosh|Tanh|Asin|Acos|Atan|Asinh|Acosh|Atanh|Cbrt|RootN|Hypot|Sigmoid|SoftMax)(2|10|P1|M1|Pi|Cos)*(2)?\s*(<[^>]*>)?\s*\(" +
        @"|\bMathF\.|\bTensorPrimitives\.(Sum|Dot|Norm|Product|Distance|CosineSimilarity|StdDev|Average)\w*\s*(<[^>]*>)?\s*\(|Estimate\s*(<[^>]*>)?\s*\(")]
    private static partial Regex Forbidden();
}
