namespace Pallium.Cli.Tests;

public sealed class FillVerbTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Holes_are_filled_and_everything_else_stays()
    {
        _folder.Write("holes.csv", """
            note,time,level [m],rain [mm],pump,kind
            "one, two",2020-02-01 00:00:00,2.50,,0,day
            three,2020-02-01 01:00:00,NA,0.0,1,
            ,2020-02-01 02:00:00,2.5,0.0,0,day
            """);
        string report = PalliumProcess.Run(_folder.Path, "fill", learned.Model, "holes.csv", "-o", "filled.csv").Succeeded().Output;
        Assert.Contains("3 rows, 3 cells filled", report, StringComparison.Ordinal);
        string[] rows = _folder.Read("filled.csv").TrimEnd().Split('\n');
        Assert.Equal("note,time,level [m],rain [mm],pump,kind", rows[0]);
        Assert.Matches("^\"one, two\",2020-02-01 00:00:00,2.50,\\d+(\\.\\d)?,0,day$", rows[1]);
        Assert.Matches("^three,2020-02-01 01:00:00,-?\\d+(\\.\\d{1,3})?,0.0,1,(day|night|wet)$", rows[2]);
        Assert.Equal(",2020-02-01 02:00:00,2.5,0.0,0,day", rows[3]);
    }

    [Fact]
    public void A_fault_in_the_middle_leaves_the_old_file_whole()
    {
        _folder.Write("filled.csv", "old");
        _folder.Write("holes.csv", $"{LearnedModel.Header}\n2020-02-01 00:00:00,2.5,,0,day\n2020-02-01 01:00:00,high,,0,day\n");
        PalliumProcess.Run(_folder.Path, "fill", learned.Model, "holes.csv", "-o", "filled.csv").Refused("holes.csv, line 3, column 'level'", "'high'");
        Assert.Equal("old", _folder.Read("filled.csv"));
        Assert.Equal(["filled.csv", "holes.csv"], _folder.Files());
    }

    public void Dispose() => _folder.Dispose();
}
