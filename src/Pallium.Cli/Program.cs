using Pallium.Cli;

return PalliumCommand.Run(args);
