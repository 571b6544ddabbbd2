using Spectre.Console;

namespace Pallium.Cli;

/// <summary>Tables of texts that are not markup.</summary>
internal static class TextTable
{
    /// <summary>A table without rows.</summary>
    /// <param name="names">Headers of columns that begin at the left.</param>
    /// <param name="figures">Headers of the columns of figures after them, which end at the right.</param>
    public static Table Of(IEnumerable<string> names, params IEnumerable<string> figures)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        foreach (string name in names)
        {
            table.AddColumn(BeliefText.Header(name));
        }

        foreach (string figure in figures)
        {
            table.AddColumn(BeliefText.Header(figure).RightAligned());
        }

        return table;
    }

    /// <summary>Adds a row.</summary>
    public static void AddTexts(this Table table, params IEnumerable<string> texts) => table.AddRow([.. texts.Select(text => new Text(text))]);
}
