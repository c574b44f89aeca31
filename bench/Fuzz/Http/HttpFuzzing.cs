using System.Diagnostics;
using System.Text.RegularExpressions;
using PerfGate.Core.Admission;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>Asks a server, some at once, and looks afterwards whether it kept what it said it kept, and that alone.</summary>
internal static partial class HttpFuzzing
{
    private const string Api = "/api/performance";

    // Beyond the limits that Kestrel sets to bodies that do not come, on a machine that does other things as well.
    private static readonly TimeSpan Slow = TimeSpan.FromMinutes(1);

    private const int MostTimes = 20;

    /// <summary>Shares the requests out among the kinds, and asks.</summary>
    public static async Task<IReadOnlyList<FuzzTally>> RunAsync(FuzzServer server, long requests, int seed, int workers)
    {
        var kinds = new HttpInputs(server).Kinds;
        var shares = kinds.Sum(kind => kind.Share);
        var tallies = new List<FuzzTally>();
        var stored = 0L;
        foreach (var kind in kinds)
        {
            var tally = new FuzzTally(kind.Name).OverHttp();
            tallies.Add(tally);
            var count = (long)Math.Ceiling(requests * kind.Share / shares);
            var asked = await Task.WhenAll(
                Enumerable
                    .Range(0, workers)
                    .Select(worker => Task.Run(() => AskAsync(server, kind, tally, count, seed, worker, workers)))
            );
            stored += asked.Sum();
        }
        var after = new FuzzTally("HTTP: what was kept").OverHttp();
        await foreach (var problem in LookAsync(server, stored))
        {
            after.Note(new FuzzFault(after.Target, 0, problem, problem, []));
        }
        return [.. tallies, .. after.Faults.Count > 0 ? new[] { after } : []];
    }

    /// <summary>Asks; how many runs were stored by it.</summary>
    private static async Task<long> AskAsync(
        FuzzServer server,
        HttpKind kind,
        FuzzTally tally,
        long count,
        int seed,
        int worker,
        int workers
    )
    {
        using var connection = new RawConnection(server.Address);
        var stored = 0L;
        for (long index = worker; index < count && !tally.HasEnough; index += workers)
        {
            var input = kind.Make(FuzzRandom.Of(seed, kind.Name, index));
            var begun = Stopwatch.GetTimestamp();
            try
            {
                var answer = await AskPatientlyAsync(connection, input);
                tally.Count(begun, null);
                Judge(tally, index, input, answer, begun);
                if (answer is { Status: 201 } && input.IsImport)
                {
                    stored++;
                    await LookAtRunAsync(server, connection, tally, index, input, answer);
                }
                if (index % 500 == 0)
                {
                    await AskAgainAsync(connection, tally, index, input, "/health", server.Viewer);
                }
            }
            catch (Exception broken) when (broken is FormatException or TimeoutException)
            {
                tally.Note(new FuzzFault(kind.Name, index, broken.Message, broken.Message, input.Bytes));
            }
        }
        return stored;
    }

    // A database that is away for a moment, as on a machine with too much to do, is no fault: the answer says to ask again.
    private static async Task<RawAnswer?> AskPatientlyAsync(RawConnection connection, HttpInput input)
    {
        for (var times = 1; ; times++)
        {
            var answer = await connection.AskAsync(input.Bytes, input.IsFramed);
            if (answer is not { Status: 503 } || answer.Header("Retry-After") is null || times == MostTimes)
            {
                return answer;
            }
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static void Judge(FuzzTally tally, long index, HttpInput input, RawAnswer? answer, long begun)
    {
        if (AnswerRules.Problem(input, answer) is { } problem)
        {
            tally.Note(
                new FuzzFault(tally.Target, index, problem, AnswerRules.Shown(answer), input.Bytes),
                answer?.Status >= 500
            );
        }
        if (Stopwatch.GetElapsedTime(begun) > Slow)
        {
            tally.Note(new FuzzFault(tally.Target, index, "slow", AnswerRules.Shown(answer), input.Bytes));
        }
    }

    // What was taken in can be asked for in every form.
    private static async Task LookAtRunAsync(
        FuzzServer server,
        RawConnection connection,
        FuzzTally tally,
        long index,
        HttpInput input,
        RawAnswer answer
    )
    {
        var run = Id().Match(answer.Header("Location") ?? "").Value;
        if (!server.HasResult(run))
        {
            tally.Note(new FuzzFault(tally.Target, index, "a run without its result", run, input.Bytes));
        }
        foreach (var path in new[] { "", "/gate", "/series", "/report", "/report?format=junit", $"?base={server.Run}" })
        {
            var target = path.StartsWith('?') ? $"{Api}/runs/compare{path}&candidate={run}" : $"{Api}/runs/{run}{path}";
            await AskAgainAsync(connection, tally, index, input, target, server.Viewer);
        }
    }

    private static async Task AskAgainAsync(
        RawConnection connection,
        FuzzTally tally,
        long index,
        HttpInput input,
        string target,
        string token
    )
    {
        var begun = Stopwatch.GetTimestamp();
        var asked = HttpInput.Framed("GET", target, token, "");
        var answer = await AskPatientlyAsync(connection, asked);
        // A comparison with a run that measured nothing is refused.
        if (answer is not { Status: 200 or 409 })
        {
            var status = answer?.Status ?? 0;
            tally.Note(
                new FuzzFault(
                    tally.Target,
                    index,
                    FormattableString.Invariant($"{status} for {Id().Replace(target, "{id}")} afterwards"),
                    AnswerRules.Shown(answer),
                    input.Bytes
                ),
                status >= 500
            );
        }
        Judge(tally, index, asked with { Bytes = input.Bytes }, answer, begun);
    }

    private static async IAsyncEnumerable<string> LookAsync(FuzzServer server, long stored)
    {
        var runs = await server.CountAsync("SELECT count(*) FROM performance_test_runs");
        if (runs != stored + FuzzServer.FirstRuns)
        {
            yield return FormattableString.Invariant(
                $"{runs} runs are stored; {stored + FuzzServer.FirstRuns} were answered with 201"
            );
        }
        var open = await server.CountAsync(
            "SELECT count(*) FROM performance_test_runs WHERE status IN ('queued', 'running')"
        );
        if (open > 0)
        {
            yield return FormattableString.Invariant($"{open} runs were stored by halves");
        }
        var proof = await AuditChain.VerifyAsync(server.AuditAsync(), null, CancellationToken.None);
        if (proof.Break is { } broken)
        {
            yield return $"the audit trail is broken: {broken.Explanation}";
        }
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
