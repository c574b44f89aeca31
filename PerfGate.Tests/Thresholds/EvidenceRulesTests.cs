using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Thresholds;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Thresholds;

public class EvidenceRulesTests
{
    [Fact]
    public void A_sound_run_has_no_findings() => Assert.Empty(Examine(SampleGrounds.Metrics()));

    [Fact]
    public void A_run_without_requests_says_nothing() =>
        AssertOnly(
            Examine(SampleGrounds.Metrics(0) with { Iterations = 500 }),
            "no-traffic",
            FindingWeight.ForbidsBoth
        );

    [Fact]
    public void A_dead_target_fails_and_is_named_by_its_error()
    {
        var finding = Examine(SampleGrounds.Dead()).First();

        Assert.Equal(("target-dead", FindingWeight.Fails), (finding.Reason.Code, finding.Weight));
        Assert.Contains("44,220 requests", finding.Reason.Sentence, StringComparison.Ordinal);
        Assert.Contains("connection refused", finding.Reason.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_early_end_that_names_no_bound_is_still_an_early_end()
    {
        var early = SampleGrounds.End(RunnerEndCause.EarlyStop);

        var findings = EvidenceRules.Examine(
            SampleGrounds.Plan(),
            [early],
            SampleGrounds.Metrics(),
            ThresholdSettings.Default
        );

        Assert.Contains(findings, finding => finding is { Reason.Code: "stopped", Weight: FindingWeight.ForbidsBoth });
    }

    [Theory]
    [InlineData(EarlyStopKind.ErrorRate, 0.5, FindingWeight.Fails)]
    [InlineData(EarlyStopKind.ErrorRate, 0.9, FindingWeight.Fails)]
    [InlineData(EarlyStopKind.ResponseTime, 0.5, FindingWeight.Fails)]
    [InlineData(EarlyStopKind.ResponseTime, 0.9, FindingWeight.ForbidsBoth)]
    public void A_load_ended_early_has_failed_unless_a_tired_generator_may_have_made_it_slow(
        EarlyStopKind kind,
        double engineCpu,
        FindingWeight weight
    )
    {
        var early = SampleGrounds.End() with
        {
            Cause = RunnerEndCause.EarlyStop,
            EarlyStop = new EarlyStop(kind, 20_000, 15_000, 15, 300),
        };
        var other = SampleGrounds.End() with { Cause = RunnerEndCause.Stopped };
        var metrics = SampleGrounds.Metrics() with
        {
            DurationSeconds = 20,
            LoadGenerator = SampleGrounds.Generator(engineCpu, 0.5, 0.4, false),
        };

        var findings = EvidenceRules
            .Examine(SampleGrounds.Plan(), [other, early], metrics, ThresholdSettings.Default)
            .ToList();

        Assert.Equal(("early-stop", weight), (findings[0].Reason.Code, findings[0].Weight));
        Assert.DoesNotContain(findings, finding => finding.Reason.Code is "stopped" or "cut-short");
    }

    [Theory]
    [InlineData(1000, 949, 0, null, null)]
    [InlineData(1000, 950, 0, null, FindingWeight.ForbidsPass)]
    [InlineData(1000, 1000, 101, null, FindingWeight.ForbidsBoth)]
    [InlineData(1000, 1000, 0, "http_req_duration", FindingWeight.ForbidsPass)]
    [InlineData(1000, 1000, 0, "iteration_duration", FindingWeight.ForbidsBoth)]
    [InlineData(1000, 1000, 0, "http_reqs{scenario:a}", FindingWeight.ForbidsBoth)]
    [InlineData(0, 1000, 0, null, null)]
    public void A_load_at_the_most_requests_a_second_is_not_the_one_that_was_demanded(
        int most,
        long busiest,
        double minThroughput,
        string? metric,
        FindingWeight? weight
    )
    {
        // For a quarter of the time: the mean over the whole run, 100 requests a second, is far below.
        var metrics = SampleGrounds.Metrics() with
        {
            Series =
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select(i => new SeriesPoint(i, 5, i is >= 8 and < 13 ? busiest : 50, 0, 0, 1, 2, 3)),
            ],
        };
        var settings = ThresholdSettings.Default with
        {
            MinThroughput = minThroughput,
            K6 = metric is null ? [] : new Dictionary<string, IReadOnlyList<string>> { [metric] = ["p(95)<100"] },
        };

        var finding = EvidenceRules
            .Examine(SampleGrounds.Plan() with { RequestsPerSecond = most }, [SampleGrounds.End()], metrics, settings)
            .SingleOrDefault(finding => finding.Reason.Code == "requests-capped");

        Assert.Equal(weight, finding?.Weight);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void A_point_of_several_seconds_is_no_faster_for_its_length(int seconds, bool capped)
    {
        var metrics = SampleGrounds.Metrics() with
        {
            Series =
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select(i => new SeriesPoint(i * seconds, 5, 150, 0, 0, 1, 2, 3, Seconds: seconds)),
            ],
        };

        var codes = EvidenceRules
            .Examine(
                SampleGrounds.Plan() with
                {
                    RequestsPerSecond = 100,
                },
                [SampleGrounds.End()],
                metrics,
                ThresholdSettings.Default
            )
            .Select(finding => finding.Reason.Code);

        Assert.Equal(capped, codes.Contains("requests-capped"));
    }

    [Theory]
    [InlineData(20, 10, true)]
    [InlineData(20, 9, false)]
    [InlineData(19, 19, false)]
    public void Half_of_twenty_requests_failing_is_beyond_doubt(long requests, long failed, bool found) =>
        Assert.Equal(found, Codes(SampleGrounds.Metrics(requests, failed)).Contains("mostly-errors"));

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void Exceptions_in_more_than_a_hundredth_of_iterations_forbid_a_verdict(long exceptions, bool found)
    {
        var end = SampleGrounds.End() with { ScriptExceptions = exceptions, FirstScriptException = "TypeError: x" };

        var codes = EvidenceRules
            .Examine(SampleGrounds.Plan(), [end], SampleGrounds.Metrics(), ThresholdSettings.Default)
            .Select(finding => finding.Reason.Code);

        Assert.Equal(found, codes.Contains("script-throws"));
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(99, true)]
    public void A_95th_percentile_needs_a_hundred_answered_requests(long answered, bool found) =>
        Assert.Equal(found, Codes(SampleGrounds.Metrics(answered)).Contains("too-few-samples"));

    [Theory]
    [InlineData(0.85, 0.5, 0.4, false, null)]
    [InlineData(0.86, 0.5, 0.4, false, "generator-saturated")]
    [InlineData(0.86, 0.5, 0.4, true, "generator-saturated")]
    [InlineData(0.5, 0.95, 0.4, false, null)]
    [InlineData(0.5, 0.96, 0.4, false, "generator-saturated")]
    [InlineData(0.5, 1.0, 0.4, true, null)]
    [InlineData(0.5, 0.5, 0.97, true, null)]
    [InlineData(0.5, 0.5, 0.98, true, "generator-out-of-memory")]
    public void A_load_generator_is_saturated_by_itself_or_by_others_beside_it_but_not_by_a_target_on_its_machine(
        double engine,
        double machine,
        double memory,
        bool local,
        string? code
    )
    {
        var metrics = SampleGrounds.Metrics() with
        {
            LoadGenerator = SampleGrounds.Generator(engine, machine, memory, local),
        };

        Assert.Equal(code, Codes(metrics).SingleOrDefault());
    }

    [Theory]
    [InlineData(2000, 20, false)]
    [InlineData(2000, 21, true)]
    [InlineData(100, 10, false)]
    [InlineData(100, 11, true)]
    public void Drops_of_more_than_ten_iterations_and_a_hundredth_of_the_planned_ones_forbid_a_pass(
        long planned,
        long dropped,
        bool found
    )
    {
        var metrics = SampleGrounds.Metrics() with { Iterations = planned - dropped, DroppedIterations = dropped };

        Assert.Equal(found, Codes(metrics).Contains("iterations-dropped"));
    }

    [Theory]
    [InlineData(90, 100, false)]
    [InlineData(88, 100, false)]
    [InlineData(87.9, 100, true)]
    [InlineData(double.NaN, 100, true)]
    public void A_load_shorter_than_nine_tenths_of_its_plan_and_two_seconds_is_cut_short(
        double seconds,
        double planned,
        bool found
    )
    {
        var metrics = SampleGrounds.Metrics() with { DurationSeconds = seconds };
        var codes = EvidenceRules
            .Examine(SampleGrounds.Plan(planned), [SampleGrounds.End()], metrics, ThresholdSettings.Default)
            .Select(finding => finding.Reason.Code);

        Assert.Equal(found, codes.Contains("cut-short"));
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void Failing_checks_beyond_the_allowed_error_rate_forbid_a_pass(long fails, bool found)
    {
        var metrics = SampleGrounds.Metrics() with { Checks = [new CheckCount("shows photos", 1000 - fails, fails)] };

        Assert.Equal(found, Codes(metrics).Contains("checks-failing"));
    }

    [Theory]
    [InlineData(RunnerEndCause.NotStarted, null, "engine-not-started", FindingWeight.Error)]
    [InlineData(RunnerEndCause.RunnerFault, null, "runner-fault", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Lost, null, "runner-lost", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.ScriptRejected, null, "script-rejected", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Killed, null, "engine-killed", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.Stopped, 103, "stopped", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.Deadline, 105, "deadline", FindingWeight.ForbidsPass)]
    [InlineData(RunnerEndCause.Finished, 104, "script-rejected", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Finished, 107, "script-rejected", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Finished, 255, "script-rejected", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Finished, 100, "setup-failed", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Finished, 101, "setup-failed", FindingWeight.Error)]
    [InlineData(RunnerEndCause.Finished, 103, "stopped", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.Finished, 105, "stopped", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.Finished, 108, "script-aborted", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.Finished, 109, "engine-failed", FindingWeight.ForbidsBoth)]
    [InlineData(RunnerEndCause.Finished, 110, "script-failed", FindingWeight.Fails)]
    [InlineData(RunnerEndCause.Finished, null, "engine-failed", FindingWeight.ForbidsBoth)]
    public void How_an_engine_ended_bears_on_what_it_measured(
        RunnerEndCause cause,
        int? exitCode,
        string code,
        FindingWeight weight
    ) => AssertOnly(Examine(SampleGrounds.Metrics(), SampleGrounds.End(cause, exitCode)), code, weight);

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public void A_normal_end_and_a_crossed_k6_threshold_are_no_findings(int exitCode) =>
        Assert.Empty(Examine(SampleGrounds.Metrics(), SampleGrounds.End(exitCode: exitCode)));

    [Fact]
    public void Numbers_without_an_end_cannot_acquit() =>
        AssertOnly(
            [.. EvidenceRules.Examine(SampleGrounds.Plan(), [], SampleGrounds.Metrics(), ThresholdSettings.Default)],
            "end-unknown",
            FindingWeight.ForbidsPass
        );

    private static List<Finding> Examine(RunMetrics metrics, RunnerEnd? end = null) =>
        [
            .. EvidenceRules.Examine(
                SampleGrounds.Plan(),
                [end ?? SampleGrounds.End()],
                metrics,
                ThresholdSettings.Default
            ),
        ];

    private static IEnumerable<string> Codes(RunMetrics metrics) =>
        Examine(metrics).Select(finding => finding.Reason.Code);

    private static void AssertOnly(List<Finding> findings, string code, FindingWeight weight)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((code, weight), (finding.Reason.Code, finding.Weight));
        Assert.NotEmpty(finding.Reason.Sentence);
    }
}
