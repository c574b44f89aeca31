using PerfGate.Bench.Reading;

// Each benchmark prints a table of Markdown. `dotnet run -c Release --project bench/PerfGate.Bench -- <name>`
return args switch
{
    ["reading", .. var rest] => await ReadingBench.RunAsync(rest),
    ["reading-once", var file] => await ReadingOnce.RunAsync(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "reading [--megabytes N]   k6's CSV and NDJSON into condensed records (default: 200 MB each)"
    );
    return 64;
}
