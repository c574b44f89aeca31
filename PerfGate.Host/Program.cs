return await PerfGate.Host.Commands.CommandLine.RunAsync(args);
