using PerfGate.Core.Baselines;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Runs;

/// <summary>Grounds of a sound run that passes; tests spoil one thing at a time.</summary>
internal static class SampleGrounds
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);

    public static VerdictGrounds Sound() =>
        From(Metrics()) with
        {
            Baseline = BaselineComparer.Compare([Accepted()], Accepted()),
        };

    public static VerdictGrounds From(RunMetrics metrics, ThresholdSettings? settings = null) =>
        new()
        {
            Plan = Plan(),
            Ends = [End()],
            Metrics = metrics,
            Settings = settings ?? ThresholdSettings.Default,
            Thresholds = ThresholdValidation.Validate(metrics, settings ?? ThresholdSettings.Default),
        };

    public static RunMetrics Metrics(
        long requests = 3000,
        long failed = 0,
        double avg = 100,
        double p95 = 200,
        double seconds = 30,
        long? answered = null
    ) =>
        new()
        {
            DurationSeconds = seconds,
            Overall = Stats(requests, failed, avg, p95, seconds, answered ?? requests - failed),
            ByEndpoint = new Dictionary<string, RequestStats>
            {
                ["GET /fast"] = Stats(requests / 2, 0, avg / 2, p95 / 2, seconds, requests / 2),
                ["GET /slow"] = Stats(requests / 2, failed, avg * 1.5, p95 * 1.5, seconds, requests / 2),
            },
            Failures = failed == 0 ? [] : [new FailureCount("1500", 500, "", failed)],
            Iterations = requests / 3,
            MaxVus = 20,
            LoadGenerator = Generator(),
            K6Values = new Dictionary<string, IReadOnlyDictionary<string, double>>
            {
                ["http_req_duration"] = new Dictionary<string, double>
                {
                    ["avg"] = avg,
                    ["p(95)"] = p95,
                    ["p(99)"] = p95 * 1.5,
                    ["p(99.9)"] = p95 * 2,
                    ["count"] = requests,
                },
            },
        };

    public static RequestStats Stats(
        long requests,
        long failed,
        double avg,
        double p95,
        double seconds,
        long answered
    ) =>
        new(
            requests,
            failed,
            requests / seconds,
            Duration(requests, avg, p95),
            answered == 0 ? null : Duration(answered, avg, p95)
        );

    public static LoadGeneratorStats Generator(
        double engine = 0.3,
        double machine = 0.5,
        double memory = 0.4,
        bool local = false
    ) => new(2, machine, machine, engine, engine, 100_000_000, memory, local);

    public static RunnerEnd End(RunnerEndCause cause = RunnerEndCause.Finished, int? exitCode = 0) =>
        new()
        {
            Engine = "k6 v2.2.0",
            Cause = cause,
            ExitCode = exitCode,
            StartedAt = Start,
            EndedAt = Start.AddSeconds(30),
        };

    public static LoadPlan Plan(double seconds = 30) =>
        new(
            TestType.Load,
            new Uri("http://localhost/"),
            [],
            TimeSpan.FromSeconds(seconds),
            TimeSpan.FromSeconds(5),
            20
        );

    public static AcceptedRun Accepted(
        double avg = 100,
        double p95 = 200,
        double errors = 0,
        double throughput = 100,
        long requests = 3000
    ) => new(Guid.NewGuid(), Start, avg, p95, errors, throughput, requests);

    /// <summary>A sound run whose script made more groups than are kept apart, which no bound is on.</summary>
    public static VerdictGrounds WithNamesPutTogether()
    {
        var sound = Sound();
        return sound with
        {
            Metrics = sound.Metrics! with
            {
                ByGroup = new Dictionary<string, RequestStats> { [Names.Other] = Stats(500, 0, 100, 200, 30, 500) },
            },
        };
    }

    /// <summary>Nothing was answered: what k6 records of a port that refuses.</summary>
    public static RunMetrics Dead(long requests = 44_220) =>
        Metrics(requests, requests, 0, 0, answered: 0) with
        {
            Failures = [new FailureCount("1212", 0, "dial: connection refused", requests)],
        };

    private static DurationStats Duration(long count, double avg, double p95) =>
        new(count, avg, avg * 0.2, avg * 0.8, p95 * 3, p95 * 0.9, p95, p95 * 1.5);
}
