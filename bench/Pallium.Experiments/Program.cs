using Pallium.Experiments;

const string Usage = """
    dotnet run -c Release --project bench/Pallium.Experiments -- COMMAND [--name value ...]
      occupancy | traffic   the papers' protocols  --recipe paper|ours --stacks 'ltc(32);lstm(32)' --seeds 5 --threads 1 [--epochs N] [--patience N]
                            --fold 1..5 (occupancy): a fifth of the training file takes the place of validation and test; nothing is recorded
      world                 the world model on the same data: --only occupancy|traffic --stacks 'none;liquid(64)' --seeds 1 --threads 1
      etth1                 the world model at horizon 96: --stacks 'none;liquid(64)' --paths 16 --stride 1
      series                the world model beside its rivals on five whole series: --stack 'liquid(64)'
      nab                   the anomaly detector beside the published ones: --table scores|model|constants
      sleep                 one-pass answers before and after a sleep beside effort 256: --sets 'etth1;seattle;occupancy;squares' --stack 'gru(32)'
                            --rounds 120 --questions 200 --threads 1
      tables                what bench/results holds, as Markdown
    Finished runs (suite, stack, recipe, seed) are skipped.
    """;

try
{
    var arguments = new Arguments(args.Length > 0 ? args.AsSpan(1) : []);
    switch (args.FirstOrDefault())
    {
        case "occupancy" or "traffic":
            SupervisedRuns.Run(args[0], arguments);
            return 0;
        case "world":
            WorldExperiments.Run(arguments);
            return 0;
        case "etth1":
            ElectricityExperiment.Run(arguments);
            return 0;
        case "series":
            SeriesExperiment.Run(arguments);
            return 0;
        case "nab":
            NabExperiment.Run(arguments);
            return 0;
        case "sleep":
            SleepExperiment.Run(arguments);
            return 0;
        case "tables":
            Tables.Write(Console.Out);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (ExperimentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
