using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace PerfGate.Bench.Kills;

/// <summary>What became of one run.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsWell">Whether its target answered well.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Reason">The first reason.</param>
/// <param name="Requests">Requests that the target saw.</param>
internal sealed record KilledRun(Guid Id, bool IsWell, string Verdict, string Reason, int Requests)
{
    /// <summary>Iterations of a run as it is planned, one request each.</summary>
    public const int Planned = 180;

    /// <summary>A verdict that its target does not deserve: a good one that failed, a bad one that passed.</summary>
    public bool IsWrong => IsWell ? Verdict == "failed" : Verdict == "passed";

    /// <summary>More than the load that was planned, an iteration that was under way twice included.</summary>
    public bool IsTwice => Requests > Planned + 5;
}

/// <summary>A pipeline that asks for one run after the other, and goes on asking whoever is away.</summary>
internal sealed class KilledPipeline(HttpClient http, KillTarget target, string environment, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Random _random = new(seed);

    /// <summary>Runs one; null where it did not end in time.</summary>
    public async Task<KilledRun?> RunAsync()
    {
        var key = Guid.NewGuid().ToString("N");
        var isWell = _random.Next(2) == 0;
        var request = Request(key, isWell);
        var id = Guid.Empty;
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (id == Guid.Empty)
            {
                id = await AskAsync(HttpMethod.Post, "tests/execute", request, key) is { } accepted
                    ? accepted.GetProperty("testId").GetGuid()
                    : id;
            }
            else if (
                await AskAsync(HttpMethod.Get, $"runs/{id}", null, null) is { } run
                && run.TryGetProperty("verdict", out var verdict)
                && run.TryGetProperty("endedAt", out _)
            )
            {
                var reason = run.GetProperty("reasons")[0];
                return new KilledRun(
                    id,
                    isWell,
                    verdict.GetString()!,
                    $"{reason.GetProperty("code")}: {reason.GetProperty("sentence")}",
                    target.RequestsOf(key)
                );
            }
            await Task.Delay(200);
        }
        return null;
    }

    private object Request(string key, bool isWell) =>
        new
        {
            testType = "endurance",
            environment,
            confirmEnvironment = environment,
            configuration = new
            {
                baseUrl = target.Address,
                duration = "3s",
                arrivalRate = KilledRun.Planned / 3,
                thresholds = new
                {
                    minThroughput = 1,
                    maxAvgResponseTime = 60_000,
                    maxP95ResponseTime = 60_000,
                },
                scenarios = new[]
                {
                    new
                    {
                        name = "one",
                        thinkTime = "0s",
                        steps = new[] { new { method = "GET", path = $"/{(isWell ? "well" : "unwell")}/{key}" } },
                    },
                },
            },
        };

    // Null while nobody answers.
    private async Task<JsonElement?> AskAsync(HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, $"/api/performance/{path}");
        request.Content = body is null ? null : JsonContent.Create(body);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        try
        {
            using var answer = await http.SendAsync(request);
            if (answer.StatusCode is HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }
            if (!answer.IsSuccessStatusCode)
            {
                var said = await answer.Content.ReadAsStringAsync();
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {path}: {said}")
                );
            }
            return await answer.Content.ReadFromJsonAsync<JsonElement>();
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }
}
