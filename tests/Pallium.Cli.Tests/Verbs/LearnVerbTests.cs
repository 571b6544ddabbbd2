using System.Diagnostics;

namespace Pallium.Cli.Tests;

public sealed class LearnVerbTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Learning_says_what_it_needs_and_what_it_learned()
    {
        string text = learned.Output;
        Assert.All(new[] { "data.csv: about 200 rows of 5 columns", "MB of memory", "level [m]", "categorical (3)", "Wrote data.pallium" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public void Learning_goes_on_from_a_model_and_tells_what_leaves_the_old_range()
    {
        File.Copy(learned.Model, _folder.At("m.pallium"));
        _folder.Write("more.csv", LearnedModel.Csv(200, 300).Replace(",2.", ",42.", StringComparison.Ordinal));
        PalliumProcess run = PalliumProcess.Run(_folder.Path, "learn", "m.pallium", "more.csv", "--epochs", "1").Succeeded();
        Assert.Contains("Loss on the new data", run.Output, StringComparison.Ordinal);
        Assert.Contains("Loss on the earlier data", run.Output, StringComparison.Ordinal);
        Assert.Contains("warning: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("level", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Experts_learn_grow_and_answer()
    {
        _folder.Write("data.csv", LearnedModel.Csv(0, 200));
        _folder.Write("more.csv", LearnedModel.Csv(200, 300).Replace(",2.", ",-2.", StringComparison.Ordinal));
        PalliumProcess.Run(_folder.Path, "learn", "data.csv", "-o", "m.pallium", "--epochs", "2", "--stack", "cfc(8)+depth(0.25,mamba(8)x2)+residual(rmsnorm+moe(4x8,top=1))").Succeeded();
        PalliumProcess.Run(_folder.Path, "learn", "m.pallium", "more.csv", "-o", "grown.pallium", "--epochs", "20", "--grow-experts").Succeeded();
        string stack = PalliumProcess.Run(_folder.Path, "inspect", "grown.pallium").Succeeded().Output;
        Assert.Contains("grown=1", stack, StringComparison.Ordinal);
        PalliumProcess.Run(_folder.Path, "forecast", "grown.pallium", "--after", "data.csv", "--horizon", "2").Succeeded();
    }

    [Fact]
    public void Adapters_learn_and_say_what_share_they_are()
    {
        _folder.Write("data.csv", LearnedModel.Csv(0, 200));
        _folder.Write("more.csv", LearnedModel.Csv(200, 300).Replace(",2.", ",-2.", StringComparison.Ordinal));
        PalliumProcess.Run(_folder.Path, "learn", "data.csv", "-o", "m.pallium", "--epochs", "2", "--stack", "cfc(64)").Succeeded();
        byte[] before = File.ReadAllBytes(_folder.At("m.pallium"));
        PalliumProcess run = PalliumProcess.Run(_folder.Path, "learn", "m.pallium", "more.csv", "-o", "adapted.pallium", "--epochs", "20", "--adapters").Succeeded();
        Assert.Matches(@"Learned [0-9,]+ of [0-9,]+ weights \(0\.\d\d %\); the others stay as they are", run.Output);
        Assert.DoesNotContain("too small", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.At("m.pallium")));
        Assert.Contains("+cfc(64)+adapters(1", PalliumProcess.Run(_folder.Path, "inspect", "adapted.pallium").Succeeded().Output, StringComparison.Ordinal);
        PalliumProcess.Run(_folder.Path, "forecast", "adapted.pallium", "--after", "data.csv", "--horizon", "2").Succeeded();
        PalliumProcess.Run(_folder.Path, "learn", "m.pallium", "more.csv", "--adapters", "--grow-experts").Refused("Option adapters", "beside grow experts");
        PalliumProcess.Run(_folder.Path, "learn", "more.csv", "-o", "n.pallium", "--adapters", "2").Refused("Option --adapters", "expected a model before them");
    }

    [Fact]
    public void A_curriculum_is_followed_and_told()
    {
        Directory.CreateDirectory(_folder.At("data"));
        _folder.Write("data/first.csv", LearnedModel.Csv(0, 200));
        _folder.Write("data/second.csv", LearnedModel.Csv(200, 400));
        _folder.Write("data/stages.json", """
            {"stages": [
              {"name": "early", "mix": {"first.csv": 1}, "until": {"steps": 30}},
              {"mix": {"first.csv": 1, "second.csv": 2}}
            ]}
            """);
        string[] line = ["learn", "--curriculum", "data/stages.json", "--stack", "gru(8)", "--epochs", "60"];
        string text = PalliumProcess.Run(_folder.Path, [.. line, "-o", "m.pallium"]).Succeeded().Output;
        Assert.Contains("Learned from 400 slices", text, StringComparison.Ordinal);
        Assert.Contains("Stage 'early' ended after 30 updates: as long as it was to be.", text, StringComparison.Ordinal);
        PalliumProcess.Run(_folder.Path, [.. line, "-o", "again.pallium", "--threads", "2"]).Succeeded();
        Assert.Equal(File.ReadAllBytes(_folder.At("m.pallium")), File.ReadAllBytes(_folder.At("again.pallium")));
        PalliumProcess.Run(_folder.Path, "forecast", "m.pallium", "--after", "data/second.csv", "--horizon", "2").Succeeded();
    }

    [Theory]
    [InlineData("{\n\"stages\": [{\"mix\": {\"data.csv\": 0}}]}", "c.json, line 2, stages[0].mix['data.csv']: found 0, expected a positive number")]
    [InlineData("{\"stages\": [{\"mix\": {\"none.csv\": 1}}]}", "none.csv: found no such file")]
    public void A_curriculum_that_cannot_be_followed_is_refused(string json, string words)
    {
        _folder.Write("data.csv", LearnedModel.Csv(0, 50));
        _folder.Write("c.json", json);
        PalliumProcess.Run(_folder.Path, "learn", "--curriculum", "c.json", "-o", "m").Refused(words);
        PalliumProcess.Run(_folder.Path, "learn", "data.csv", "--curriculum", "c.json", "-o", "m").Refused("found 'data.csv' beside --curriculum");
        PalliumProcess.Run(_folder.Path, "learn", "--curriculum", "no.json", "-o", "m").Refused("Option --curriculum: found no file 'no.json'");
        PalliumProcess.Run(_folder.Path, "learn", "-o", "m").Refused("learn: found no data");
        Assert.Equal(["c.json", "data.csv"], _folder.Files());
    }

    [Fact]
    public void Experts_do_not_grow_where_there_are_none()
    {
        File.Copy(learned.Model, _folder.At("m.pallium"));
        byte[] before = File.ReadAllBytes(_folder.At("m.pallium"));
        _folder.Write("more.csv", LearnedModel.Csv(200, 300));
        PalliumProcess run = PalliumProcess.Run(_folder.Path, "learn", "m.pallium", "more.csv", "--grow-experts");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("expected one with experts", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.At("m.pallium")));
        Assert.Contains("expected a model before them", PalliumProcess.Run(_folder.Path, "learn", "more.csv", "-o", "n.pallium", "--grow-experts").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_alone_can_be_learned()
    {
        _folder.Write("data.csv", LearnedModel.Csv(0, 60));
        PalliumProcess run = PalliumProcess.Run(_folder.Path, "learn", "data.csv", "-o", "m.pallium", "--stack", "none").Succeeded();
        Assert.Contains("Nothing but the closed-form base was learned", run.Output, StringComparison.Ordinal);
        Assert.Contains("level [m]", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_that_diverged_is_told_in_words()
    {
        LearningRun run = Fabricated.Summary.Runs[0] with { Divergences = ["step 3: the loss is NaN"], Diverged = true };
        string text = Fabricated.Printed(console => LearnVerb.WriteRun(console, run));
        Assert.Contains("Learning was taken back once: step 3: the loss is NaN", text, StringComparison.Ordinal);
        Assert.Contains("It diverged too often to go on and ended early; the model has the best weights it had.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_keeps_the_best_weights()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        using Process process = PalliumProcess.Start(_folder.Path, "learn", learned.Data, "-o", "m.pallium", "--epochs", "100000");
        string? line;
        do
        {
            line = process.StandardError.ReadLine();
            Assert.NotNull(line);
        }
        while (!line.Contains('%', StringComparison.Ordinal));

        // Not SIGINT, which is handled alike: a shell lets its background jobs, and all that they start, ignore it.
        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(130, process.ExitCode);
        string told = process.StandardError.ReadToEnd();
        Assert.Contains("stopped", told, StringComparison.Ordinal);
        if (File.Exists(_folder.At("m.pallium")))
        {
            PalliumProcess.Run(_folder.Path, "inspect", "m.pallium").Succeeded();
        }
    }

    [Theory]
    [InlineData("learn data.csv", "found no option -o, expected -o MODEL, such as -o data.pallium")]
    [InlineData("learn missing.pallium data.csv", "missing.pallium: found no such file, expected a model")]
    [InlineData("learn data.csv more.csv -o m", "found 'more.csv' after 'data.csv', expected one data file")]
    [InlineData("learn data.csv -o data.csv", "Option -o: found 'data.csv', which is read as well")]
    [InlineData("learn none.csv -o m", "none.csv: found no such file")]
    [InlineData("learn data.csv -o no/such/m", "Option -o: found 'no/such/m'")]
    [InlineData("learn data.csv -o m --time tme", "found no column 'tme' for the option time, expected a column of the file such as 'time'")]
    [InlineData("learn data.csv -o m --kind level=big", "Option --kind: found 'level=big', expected level= and one of real, positive, binary, categorical")]
    public void Wrong_options_are_refused(string line, string words)
    {
        _folder.Write("data.csv", LearnedModel.Csv(0, 50));
        PalliumProcess.Run(_folder.Path, line.Split(' ')).Refused(words);
        Assert.Equal(["data.csv"], _folder.Files());
    }

    [Theory]
    [InlineData("--stack", "lstm(8)")]
    [InlineData("--table", null)]
    [InlineData("--kind", "a=real")]
    public void What_a_model_was_learned_with_stays(string option, string? value)
    {
        PalliumProcess.Run(_folder.Path, ["learn", learned.Model, learned.Data, option, .. value == null ? Array.Empty<string>() : [value]]).Refused($"Option {option}", "go on learning");
    }

    public void Dispose() => _folder.Dispose();
}
