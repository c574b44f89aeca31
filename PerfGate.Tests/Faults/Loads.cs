using System.Net;
using System.Text.Json;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;

namespace PerfGate.Tests.Faults;

/// <summary>Short loads of one request an iteration, so that what reaches a target can be counted.</summary>
internal static class Loads
{
    public static object Request(
        string baseUrl,
        object? duration = null,
        double rate = 40,
        string testType = "endurance",
        string environment = "staging",
        string path = "/"
    ) =>
        new
        {
            testType,
            environment,
            confirmEnvironment = environment,
            configuration = new
            {
                baseUrl,
                duration = duration ?? 3,
                arrivalRate = rate,
                scenarios = new[]
                {
                    new
                    {
                        name = "one",
                        thinkTime = "0s",
                        steps = new[] { new { method = "GET", path } },
                    },
                },
                thresholds = new { minThroughput = 1 },
            },
        };

    /// <summary>A request as the server reads it.</summary>
    public static RunRequest Read(object request) =>
        RequestReader.Read(JsonSerializer.SerializeToUtf8Bytes(request), Limits.Default).Value!;

    /// <summary>Looks at a run until it has ended; what cannot be answered for the moment is asked again.</summary>
    public static async Task<RunView> EndAsync(GateClient gate, Guid testId)
    {
        while (true)
        {
            try
            {
                var run = await gate.GetRunAsync(testId, TestContext.Current.CancellationToken);
                if (run.EndedAt is not null)
                {
                    return run;
                }
            }
            catch (HttpRequestException away) when (away.StatusCode == HttpStatusCode.ServiceUnavailable) { }
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// The run was made and judged, and nothing was wrong with the target or the way. Where that is all a test asks, a machine too busy
    /// to make the load in full must not fail it: the verdict that says so is as good.
    /// </summary>
    public static void AssertWell(RunView run) =>
        Assert.True(
            run.Status == RunStatus.Completed
                && (run.Verdict is Verdict.Passed || (run.Verdict is Verdict.Inconclusive && IsTired(run.Reasons))),
            Explain(run)
        );

    /// <inheritdoc cref="AssertWell(RunView)"/>
    public static void AssertWell(RunVerdict? verdict) =>
        Assert.True(
            verdict?.Verdict is Verdict.Passed
                || (verdict?.Verdict is Verdict.Inconclusive && IsTired(verdict.Reasons)),
            $"{verdict?.Verdict}: {string.Join(' ', verdict?.Reasons.Select(reason => reason.Sentence) ?? [])}"
        );

    /// <summary>Whether the machine was too busy to make the planned load.</summary>
    public static bool IsTired(IEnumerable<Reason> reasons) =>
        reasons.Any(reason =>
            reason.Code is "iterations-dropped" or "generator-saturated" or "generator-out-of-memory"
        );

    public static string Explain(RunView run) =>
        $"{run.Status}, {run.Verdict}: {string.Join(' ', run.Reasons.Select(reason => $"[{reason.Code}] {reason.Sentence}"))}";
}
