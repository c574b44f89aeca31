using System.Globalization;
using PerfGate.Bench.Endurance;
using PerfGate.Bench.Fuzz;
using PerfGate.Bench.Kills;
using PerfGate.Bench.Reading;
using PerfGate.Bench.Starting;
using PerfGate.Bench.Store;
using PerfGate.Bench.Storm;
using PerfGate.Bench.Target;
using PerfGate.Bench.Waiting;
using PerfGate.Bench.Watching;

// Each benchmark prints a table of Markdown. `dotnet run -c Release --project bench -- <name>`
return args switch
{
    ["reading", .. var rest] => await ReadingBench.RunAsync(Number(rest, "--megabytes", 200)),
    ["reading-once", var file] => await ReadingOnce.RunAsync(file),
    ["watching", .. var rest] => await WatchingBench.RunAsync(
        Number(rest, "--pairs", 4),
        Number(rest, "--seconds", 10),
        Text(rest, "--engine")
    ),
    ["starting", .. var rest] => await StartingBench.RunAsync(
        Number(rest, "--runs", 7),
        Text(rest, "--engine") ?? "auto"
    ),
    ["store", .. var rest] => await StoreBench.RunAsync(Number(rest, "--requests", 500)),
    ["waiting", .. var rest] => await WaitingBench.RunAsync(
        Number(rest, "--clients", 200),
        Number(rest, "--seconds", 20)
    ),
    ["kills", .. var rest] => await KillsBench.RunAsync(
        Number(rest, "--kills", 200),
        Number(rest, "--seed", 1),
        Text(rest, "--artifacts") == "azurite",
        Number(rest, "--minutes", 24 * 60)
    ),
    ["endurance", .. var rest] => await EnduranceBench.RunAsync(Number(rest, "--hours", 8)),
    ["endurance-engine", .. var rest] => await EngineMemoryBench.RunAsync(Number(rest, "--seconds", 120)),
    ["storm", .. var rest] => await StormBench.RunAsync(Number(rest, "--requests", 1000)),
    ["fuzz", .. var rest] => await FuzzBench.RunAsync(
        Number(rest, "--inputs", 1_000_000),
        Number(rest, "--seed", 1),
        Text(rest, "--keep"),
        Text(rest, "--only")
    ),
    ["host", var folder, var address, var blobs] => await BlobHost.ServeAsync(folder, address, blobs),
    ["engine", var seconds, .. var arguments] => await EngineStandIn.RunAsync(
        int.Parse(seconds, CultureInfo.InvariantCulture),
        arguments
    ),
    ["target"] => await TargetProcess.ServeAsync(),
    _ => Usage(),
};

static string? Text(string[] rest, string name) =>
    Array.IndexOf(rest, name) is var at and >= 0 && at + 1 < rest.Length ? rest[at + 1] : null;

static int Number(string[] rest, string name, int otherwise) =>
    Text(rest, name) is { } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine(
        """
        reading [--megabytes N]                                  k6's CSV and NDJSON into condensed records
        watching [--pairs N] [--seconds N] [--engine embedded]   the load engine alone, and watched by the runner
        starting [--runs N] [--engine embedded]                  execute to first request, last request to verdict
        store [--requests N]                                     history, tests and gate with 1,000,000 runs
        waiting [--clients N] [--seconds N]                      clients that wait, and event streams
        storm [--requests N]                                     requests for runs, all at once
        kills [--kills N] [--seed N] [--minutes N] [--artifacts azurite]      host, database, runner, engine and blob service killed at random moments
        endurance [--hours N]                                    hours of samples in minutes: memory of server and runner
        endurance-engine [--seconds N]                           memory of the embedded engine over a long run
        fuzz [--inputs N] [--seed N] [--keep FOLDER] [--only X]  broken inputs to every parser and to the API
        """
    );
    return 64;
}
