using System.Xml.Linq;

namespace Pallium.Numerics.Tests;

public sealed class DependencyTests
{
    // Each project may use those before it and what they use, never the other way round.
    private static readonly string[] Order = ["Pallium.Numerics", "Pallium.Layers", "Pallium.Learning", "Pallium.Inference", "Pallium.Cli"];

    [Fact]
    public void Project_references_point_one_way()
    {
        foreach (string project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            int own = Array.IndexOf(Order, Path.GetFileNameWithoutExtension(project));
            Assert.True(own >= 0, $"{project} has no place in the order of projects.");
            foreach (XElement reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                string used = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
                Assert.True(Array.IndexOf(Order, used) is var place && place >= 0 && place < own, $"{Order[own]} must not use {used}.");
            }
        }
    }
}
