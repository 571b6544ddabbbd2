using System.CommandLine;
using System.CommandLine.Help;

namespace Pallium.Cli;

/// <summary>The <c>pallium</c> command: its verbs, and what becomes of their faults.</summary>
internal static class PalliumCommand
{
    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: see <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args)
    {
        try
        {
            ParseResult parsed = Parse(args);
            if (parsed.Errors.Count > 0)
            {
                throw new InputException(ParseFault.Describe(parsed));
            }

            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e)
        {
            return Failure.Report(e, Console.Error);
        }
    }

    /// <summary>Parses a command line without running it.</summary>
    public static ParseResult Parse(string[] args) =>
        Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private static RootCommand Create()
    {
        var root = new RootCommand("Pallium learns a world model from numeric streams and answers: these cells are known; what are those?")
        {
            DemoVerb.Create(),
            LearnVerb.Create(),
            ForecastVerb.Create(),
            InferVerb.Create(),
            FillVerb.Create(),
            WatchVerb.Create(),
            ExplainVerb.Create(),
            PlanVerb.Create(),
            EvaluateVerb.Create(),
            SleepVerb.Create(),
            ConvertVerb.Create(),
            QuantizeVerb.Create(),
            SelectVerb.Create(),
            InspectVerb.Create(),
            StacksVerb.Create(),
            BenchVerb.Create(),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        var action = new HelpWithExamples((HelpAction)help.Action!);
        help.Action = action;
        root.SetAction(action.Invoke);
        return root;
    }
}
