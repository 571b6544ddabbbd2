using Pallium.Experiments;

const string Usage = """
    dotnet run -c Release --project bench/Pallium.Experiments -- COMMAND [--name value ...]
      occupancy | traffic   the papers' protocols  --recipe paper|ours --stacks 'ltc(32);lstm(32)' --seeds 5 --threads 1 [--epochs N] [--patience N]
                            --fold 1..5 (occupancy): a fifth of the training file takes the place of validation and test; nothing is recorded
      families              every family of layers beside LSTM at equal parameters: --sets 'occupancy;traffic;gesture;power;walker2d' --only 'gla;mamba'
                            --seeds 3 --units 32 --threads 1 [--epochs N]
      world                 the world model on the same data: --only occupancy|traffic --stacks 'none;liquid(64)' --seeds 1 --threads 1
      forecast              the long-horizon papers' protocol: --set etth1|exchange --horizons 24,96,192,336,720 --stacks 'none;liquid(64)' --stride 1
                            --part test|valid --paths 100 --sample-stride 61: of so many windows of the base alone one is sampled
      series                the world model beside its rivals on five whole series: --stack 'liquid(64)'
      nab                   the anomaly detector beside the published ones: --table scores|model|constants
      effort                what more effort gives between clamps: --sets 'etth1;occupancy' --stacks 'liquid(64)' --questions 200
                            --efforts '0;16;64;256;1024;4096' --horizon 12 --sweeps no|yes
      trade                 how much effort replaces how many learning epochs: --sets 'occupancy;household' --epochs '0;1;2;4;8;16;32;100' --questions 400
                            --stacks 'liquid(64)' --seeds 1 --threads 1
      masks                 random clamp sets beside ridge and neighbours fitted for each: --only etth1,household,traffic --masks 1000 --slices 200
      imputation            filling of tables: --only abalone,...,spambase --percent 20 --repetitions 5 --stacks 'mean;nearest;ridge;none;network;medians;two'
      gaps                  filling of series with gaps: --only etth1,household --percent 10,20,30,40,50,60 --rows 2000
      sleep                 one-pass answers before and after a sleep beside effort 256: --sets 'etth1;seattle;occupancy;squares' --stack 'gru(32)'
                            --rounds 120 --questions 200 --threads 1
      select                channel selection: 5 of 100 channels, and the breast cancer table: --sets 'friedman;xor;breast' --seeds 5 --threads 2
      recall                associative recall beside bytes of state: --layers 'gla(64);based(64)' --pairs 4,8,16,32,64 --vocabulary 256
                            --curriculum FILE: lessons ('4 pairs', '8 pairs', ...) in stages (docs/optimizers.md)
      copying               selective copying and induction, tested 16 times longer: --tasks 'copying;induction' --copied 16 --layers ...
      tracking              parity, sums modulo 3, permutations, and the automata learned: --tasks 'parity;mod3;s5;s5-exchanges;a5;z60' --layers ...
                            --streams 1000 --length 10000
                            all three: --seeds 3 --first-seed 1 --width N --blocks N --steps N --batch N --rates 0.003,0.01 --before 'conv(2)'|none|STACK --threads 2
      experts               experts for a law made of many: --seeds 3 --epochs 30 --layers 'moe(8x16);swiglu(16)' --threads 2
      conversion            attention layers replaced, half of them and all: loss and throughput of streaming: --sets 'traffic;etth1' --by 'gated_delta(heads=4);mamba'
                            --stacks ... --seeds 1 --epochs 12 --updates 150 --threads 1
      regimes               five regimes in a row, experts added for each or not: --ways 'grow;learn on' --seeds 3 --epochs 80 --threads 2
      adapters              from one regime to each of four others: adapters on frozen weights beside learning on with all: --ways 'adapters 1;adapters 4;all'
                            --stacks 'liquid(64)' --seeds 3 --epochs 40 --threads 1
      arithmetic            two of ten numbers added, subtracted, multiplied, divided; learned in 1 to 10, tested in 100 to 1000
                            --tasks 'add;subtract;multiply;divide' --layers 'nau(1);nalu(1)' --seeds 10 --steps 20000 --batch 64 --rate 0.01
      vectors               copying and associative recall of vectors of bits: --tasks 'copy;associative;lasting' --stacks 'lstm(64)+ntm(32,width=20);lstm(81)'
                            --seeds 3 --first-seed 1 --steps N --batch 16 --rates 0.001 --threads 1
      schedules             a constant rate with a cool-down beside a cosine, to three horizons: --set traffic --stacks 'lstm(32)' --horizons 2000,4000,8000
                            --rates 0.003,0.01,0.03 --seeds 3 --threads 1
      scores                does the score before learning rank the families as learning did? --sets 'occupancy;traffic;gesture;power;walker2d' --seeds 3 --units 32
      minimum               a network fits another of the same form, least loss 0, all data at once: --stacks 'lstm(1);gru(1);gru(4)' --seeds 3 --evaluations 10000
                            --ways 'cg double;lbfgs float;adam float;rmsprop float' --rates 0.003,0.01,0.03
      tables                what bench/results holds, as Markdown
    Finished runs (suite, stack, recipe, seed) are skipped, but for sleep, which appends.
    """;

try
{
    var arguments = new Arguments(args.Length > 0 ? args.AsSpan(1) : []);
    switch (args.FirstOrDefault())
    {
        case "occupancy" or "traffic":
            SupervisedRuns.Run(args[0], arguments);
            return 0;
        case "families":
            SupervisedRuns.RunFamilies(arguments);
            return 0;
        case "world":
            WorldExperiments.Run(arguments);
            return 0;
        case "forecast":
            ForecastExperiment.Run(arguments);
            return 0;
        case "effort":
            EffortExperiment.Run(arguments);
            return 0;
        case "trade":
            TradeExperiment.Run(arguments);
            return 0;
        case "series":
            SeriesExperiment.Run(arguments);
            return 0;
        case "nab":
            NabExperiment.Run(arguments);
            return 0;
        case "masks":
            MaskExperiment.Run(arguments);
            return 0;
        case "imputation":
            ImputationExperiment.Run(arguments);
            return 0;
        case "gaps":
            GapExperiment.Run(arguments);
            return 0;
        case "sleep":
            SleepExperiment.Run(arguments);
            return 0;
        case "select":
            SelectionExperiment.Run(arguments);
            return 0;
        case "recall":
            RecallExperiment.Run(arguments);
            return 0;
        case "copying":
            CopyingExperiment.Run(arguments);
            return 0;
        case "tracking":
            TrackingExperiment.Run(arguments);
            return 0;
        case "experts":
            ExpertExperiment.Run(arguments);
            return 0;
        case "regimes":
            RegimeExperiment.Run(arguments);
            return 0;
        case "adapters":
            AdapterExperiment.Run(arguments);
            return 0;
        case "conversion":
            ConversionExperiment.Run(arguments);
            return 0;
        case "arithmetic":
            ArithmeticExperiment.Run(arguments);
            return 0;
        case "vectors":
            VectorExperiment.Run(arguments);
            return 0;
        case "schedules":
            ScheduleExperiment.Run(arguments);
            return 0;
        case "scores":
            ScoreExperiment.Run(arguments);
            return 0;
        case "minimum":
            MinimumExperiment.Run(arguments);
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
