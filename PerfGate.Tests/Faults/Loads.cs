using System.Net;
using System.Text.Json;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
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

    public static string Explain(RunView run) =>
        $"{run.Status}, {run.Verdict}: {string.Join(' ', run.Reasons.Select(reason => $"[{reason.Code}] {reason.Sentence}"))}";
}
