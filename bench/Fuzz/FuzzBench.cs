using PerfGate.Bench.Fuzz.Http;

namespace PerfGate.Bench.Fuzz;

/// <summary>
/// Broken inputs, made of valid ones by chance that can be repeated: to every parser in this process, and to the API over HTTP.
/// Nothing may crash, hang, eat memory, or be answered with a fault of the server.
/// </summary>
internal static class FuzzBench
{
    // Of a hundred inputs; a request takes so much longer than a parser.
    private const int OverHttp = 15;

    /// <summary>Runs it and prints the table; 1 where a property was broken.</summary>
    /// <param name="inputs">How many, over all.</param>
    /// <param name="seed">Of the chance.</param>
    /// <param name="keep">Where inputs that broke something are kept; null for nowhere.</param>
    /// <param name="only">Part of the name of the targets to run; null for all.</param>
    public static async Task<int> RunAsync(int inputs, int seed, string? keep, string? only)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-fuzz-").FullName;
        try
        {
            var overHttp = (int)((long)inputs * OverHttp / 100);
            var parsers = (await ParserFuzzing.TargetsAsync(Path.Combine(folder, "key")))
                .Where(target => only is null || target.Name.Contains(only, StringComparison.OrdinalIgnoreCase))
                .ToList();
            var asking = only is null || only.Contains("HTTP", StringComparison.OrdinalIgnoreCase);
            // At once: parsers need the processor, the server waits for its database now and then.
            var read = await Task.WhenAll(
                ParserFuzzing.RunAsync(parsers, inputs - overHttp, seed, Environment.ProcessorCount),
                asking ? AskAsync(folder, overHttp, seed) : Task.FromResult<IReadOnlyList<FuzzTally>>([])
            );
            var tallies = read.SelectMany(one => one).ToList();
            await TellAsync(tallies, keep);
            foreach (var line in FuzzReport.Table(tallies))
            {
                Console.WriteLine(line);
            }
            return tallies.Any(tally => tally.Faults.Count > 0) ? 1 : 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<FuzzTally>> AskAsync(string folder, int requests, int seed)
    {
        await using var server = await FuzzServer.StartAsync(folder);
        return await HttpFuzzing.RunAsync(server, requests, seed, workers: 8);
    }

    private static async Task TellAsync(IEnumerable<FuzzTally> tallies, string? keep)
    {
        foreach (var fault in tallies.SelectMany(tally => tally.Faults))
        {
            await FuzzReport.TellAsync(fault, keep);
        }
    }
}
