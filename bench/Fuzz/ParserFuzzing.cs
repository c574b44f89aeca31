using System.Diagnostics;

namespace PerfGate.Bench.Fuzz;

/// <summary>Gives parsers their inputs, in this process, a worker a core.</summary>
internal static class ParserFuzzing
{
    // Nothing here takes a second of work; but the machine may have other things to do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>All parsers.</summary>
    /// <param name="folder">Where a signing key may be kept.</param>
    public static async Task<IReadOnlyList<FuzzTarget>> TargetsAsync(string folder) =>
        [
            .. K6OutputTargets.All,
            .. RequestTargets.All,
            .. RunnerTargets.All,
            .. TextTargets.All,
            await TokenTargets.MakeAsync(folder),
        ];

    /// <summary>Shares the inputs out among the targets, and reads them.</summary>
    public static async Task<IReadOnlyList<FuzzTally>> RunAsync(
        IReadOnlyList<FuzzTarget> targets,
        long inputs,
        int seed,
        int workers
    )
    {
        var tallies = new List<FuzzTally>();
        var shares = targets.Sum(target => target.Share);
        using var watch = new FuzzWatch(Patience);
        foreach (var target in targets)
        {
            var tally = new FuzzTally(target.Name);
            tallies.Add(tally);
            var count = (long)Math.Ceiling(inputs * target.Share / shares);
            var reading = Task.WhenAll(
                Enumerable
                    .Range(0, workers)
                    .Select(worker => Task.Run(() => ReadAsync(target, tally, watch, count, seed, worker, workers)))
            );
            if (await Task.WhenAny(reading, watch.Stuck) == watch.Stuck)
            {
                tally.Note(await watch.Stuck);
                return tallies;
            }
            await reading;
        }
        return tallies;
    }

    private static async Task ReadAsync(
        FuzzTarget target,
        FuzzTally tally,
        FuzzWatch watch,
        long count,
        int seed,
        int worker,
        int workers
    )
    {
        for (long index = worker; index < count && !tally.HasEnough; index += workers)
        {
            var random = FuzzRandom.Of(seed, target.Name, index);
            var input = target.Make(random);
            watch.Begin(worker, target.Name, index, input);
            var thread = Environment.CurrentManagedThreadId;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            try
            {
                await target.Read(input, random);
            }
            catch (Exception thrown)
            {
                tally.Note(FuzzFault.Of(target.Name, index, thrown, input));
            }
            watch.End(worker);
            long? allocated =
                Environment.CurrentManagedThreadId == thread ? GC.GetAllocatedBytesForCurrentThread() - before : null;
            tally.Count(begun, allocated);
            if (allocated > target.MostAllocated.Fixed + ((long)target.MostAllocated.Times * input.Length))
            {
                var much = FormattableString.Invariant($"{allocated} bytes allocated for {input.Length}.");
                tally.Note(new FuzzFault(target.Name, index, "allocations", much, input));
            }
        }
    }
}
