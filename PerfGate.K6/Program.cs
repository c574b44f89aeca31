using PerfGate.K6.Cli;
using PerfGate.K6.Scripting;

// 255 is k6's exit status for a command line that it cannot read.
const int UsageError = 255;

CommandLine line;
try
{
    line = CommandLine.Parse(args);
}
catch (UsageException e)
{
    new ScriptLog(Console.Error, json: false).Error(e.Message);
    return UsageError;
}

// Synchronous requests block threads of the pool while they connect; it must not be slow to make more.
ThreadPool.SetMinThreads(64, 64);
using var logFile = LogTarget.Open(line.Last("log-output"));
var log = new ScriptLog(logFile.Writer, line.Last("log-format") == "json");
if (line.Command is "run" or "inspect" && !File.Exists(line.Script))
{
    log.Error($"The moduleSpecifier \"{line.Script}\" couldn't be found on local disk.");
    return UsageError;
}
try
{
    switch (line.Command)
    {
        case "run":
            return await new RunCommand(line, log).RunAsync();
        case "inspect":
            return await new InspectCommand(line, log).RunAsync();
        case "version":
            Console.WriteLine(
                $"PerfGate.K6 v{typeof(CommandLine).Assembly.GetName().Version!.ToString(3)} (embedded, k6 v2 compatible)"
            );
            return 0;
        default:
            log.Error($"unknown command \"{line.Command}\" for \"k6\"; expected run, inspect or version");
            return UsageError;
    }
}
catch (UsageException e)
{
    log.Error(e.Message);
    return UsageError;
}
