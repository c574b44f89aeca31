using PerfGate.Core;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Runs;

public class VerdictRuleTests
{
    [Fact]
    public void A_sound_run_within_its_bounds_passes_and_says_what_that_rests_on()
    {
        var verdict = VerdictRule.Decide(SampleGrounds.Sound());

        Assert.Equal(Verdict.Passed, verdict.Verdict);
        var reason = Assert.Single(verdict.Reasons);
        Assert.Contains("3,000 requests", reason.Sentence, StringComparison.Ordinal);
        Assert.Contains("all 4 thresholds", reason.Sentence, StringComparison.Ordinal);
        Assert.Contains("1 accepted run", reason.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crossed_bound_on_sound_evidence_fails() =>
        AssertVerdict(Verdict.Failed, "threshold-crossed", SampleGrounds.From(SampleGrounds.Metrics(p95: 3001)));

    [Fact]
    public void A_dead_target_is_never_passed() =>
        AssertVerdict(Verdict.Failed, "target-dead", SampleGrounds.From(SampleGrounds.Dead()));

    [Fact]
    public void A_segment_that_is_lost_makes_any_figures_inconclusive_and_is_the_first_reason()
    {
        var lost = new RunError.SegmentLost(1, 2, LoadHadBegun: true, "exit status 137");
        var plan = SampleGrounds.Plan() with { Segments = 2 };
        var stopped = SampleGrounds.End(RunnerEndCause.Stopped, 105);
        foreach (var metrics in new[] { SampleGrounds.Metrics(), SampleGrounds.Metrics(p95: 9000) })
        {
            var grounds = SampleGrounds.From(metrics) with { Plan = plan, Ends = [stopped], Error = lost };
            var verdict = VerdictRule.Decide(grounds);

            Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
            Assert.Equal(["segment-lost", "stopped"], verdict.Reasons.Take(2).Select(reason => reason.Code));
            Assert.Equal(lost.Message, verdict.Reasons[0].Sentence);
            var rule = Assert.Single(GateRules.Of(grounds).Rules, rule => rule.Name == "segment-lost");
            Assert.Equal(FindingWeight.ForbidsBoth, rule.Weight);
        }
    }

    [Fact]
    public void A_segment_lost_before_the_load_began_is_no_error_of_the_run() =>
        AssertVerdict(
            Verdict.Inconclusive,
            "segment-lost",
            new VerdictGrounds
            {
                Plan = SampleGrounds.Plan() with { Segments = 2 },
                Ends = [SampleGrounds.End(RunnerEndCause.Stopped, null)],
                Error = new RunError.SegmentLost(0, 2, LoadHadBegun: false, "exit status 137"),
            }
        );

    [Fact]
    public void Segments_that_did_not_all_report_their_end_are_no_whole_load()
    {
        var grounds = SampleGrounds.Sound() with { Plan = SampleGrounds.Plan() with { Segments = 3 } };
        AssertVerdict(Verdict.Inconclusive, "segment-lost", grounds with { Ends = [.. grounds.Ends, .. grounds.Ends] });
        var end = grounds.Ends[0];
        Assert.Equal(Verdict.Passed, VerdictRule.Decide(grounds with { Ends = [end, end, end] }).Verdict);
    }

    [Fact]
    public void What_segments_say_alike_is_said_once()
    {
        var end = SampleGrounds.End(RunnerEndCause.Stopped, 105);
        var verdict = VerdictRule.Decide(
            SampleGrounds.Sound() with
            {
                Plan = SampleGrounds.Plan() with { Segments = 2 },
                Ends = [end, end],
            }
        );

        Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
        Assert.Single(verdict.Reasons, reason => reason.Code == "stopped");
    }

    [Fact]
    public void A_note_is_among_the_reasons_whoever_found_it_and_changes_no_verdict()
    {
        var noted = SampleGrounds.WithNamesPutTogether();
        var further = new Finding(FindingWeight.Note, new Reason("segment-retried", "Started once more."));
        var slow = SampleGrounds.From(noted.Metrics!, ThresholdSettings.Default with { MaxP95ResponseTime = 1 });

        var passed = VerdictRule.Decide(noted with { Further = [further] });
        Assert.Equal(Verdict.Passed, passed.Verdict);
        Assert.Equal(
            ["all-held", "names-put-together", "segment-retried"],
            passed.Reasons.Select(reason => reason.Code)
        );
        var failed = VerdictRule.Decide(slow);
        Assert.Equal(Verdict.Failed, failed.Verdict);
        Assert.Equal(["threshold-crossed", "names-put-together"], failed.Reasons.Select(reason => reason.Code));
    }

    [Fact]
    public void A_run_without_traffic_is_inconclusive() =>
        AssertVerdict(
            Verdict.Inconclusive,
            "no-traffic",
            SampleGrounds.From(SampleGrounds.Metrics(0) with { Iterations = 500 })
        );

    [Fact]
    public void Users_that_never_came_back_from_their_first_request_fail_the_build() =>
        AssertVerdict(Verdict.Failed, "target-dead", SampleGrounds.From(SampleGrounds.Metrics(0)));

    [Fact]
    public void Of_a_script_made_elsewhere_nobody_knows_what_its_users_waited_for() =>
        AssertVerdict(
            Verdict.Inconclusive,
            "no-traffic",
            SampleGrounds.From(SampleGrounds.Metrics(0)) with
            {
                Plan = null,
            }
        );

    [Fact]
    public void A_script_that_throws_in_every_iteration_neither_passes_nor_fails_a_build()
    {
        var grounds = SampleGrounds.From(SampleGrounds.Metrics(0) with { Iterations = 500 }) with
        {
            Ends = [SampleGrounds.End() with { ScriptExceptions = 500, FirstScriptException = "ReferenceError: x" }],
        };

        AssertVerdict(Verdict.Inconclusive, "script-throws", grounds);
    }

    [Theory]
    [InlineData(200, Verdict.Inconclusive)]
    [InlineData(3500, Verdict.Inconclusive)]
    public void A_saturated_load_generator_neither_acquits_nor_condemns_by_latency(double p95, Verdict expected)
    {
        var metrics = SampleGrounds.Metrics(p95: p95) with { LoadGenerator = SampleGrounds.Generator(0.95) };

        AssertVerdict(expected, "generator-saturated", SampleGrounds.From(metrics));
    }

    [Fact]
    public void A_target_that_mostly_fails_is_failed_even_under_a_saturated_generator()
    {
        var metrics = SampleGrounds.Metrics(failed: 1500) with { LoadGenerator = SampleGrounds.Generator(0.95) };

        AssertVerdict(Verdict.Failed, "mostly-errors", SampleGrounds.From(metrics));
    }

    [Theory]
    [InlineData(200, Verdict.Inconclusive, "iterations-dropped")]
    [InlineData(3500, Verdict.Failed, "threshold-crossed")]
    public void Dropped_iterations_forbid_a_pass_but_not_a_fail(double p95, Verdict expected, string first)
    {
        var metrics = SampleGrounds.Metrics(p95: p95) with { DroppedIterations = 500 };

        AssertVerdict(expected, first, SampleGrounds.From(metrics));
    }

    [Fact]
    public void Failing_checks_are_never_passed()
    {
        var metrics = SampleGrounds.Metrics() with { Checks = [new CheckCount("right page", 10, 990)] };

        AssertVerdict(Verdict.Inconclusive, "checks-failing", SampleGrounds.From(metrics));
    }

    [Fact]
    public void A_bound_without_a_measurement_is_inconclusive()
    {
        var settings = new ThresholdSettings
        {
            K6 = new Dictionary<string, IReadOnlyList<string>> { ["my_trend"] = ["p(95)<500"] },
        };

        AssertVerdict(Verdict.Inconclusive, "threshold-unknown", SampleGrounds.From(SampleGrounds.Metrics(), settings));
    }

    [Fact]
    public void An_own_percentile_without_samples_does_not_hide_a_crossed_p95()
    {
        var settings = new ThresholdSettings
        {
            K6 = new Dictionary<string, IReadOnlyList<string>> { ["http_req_duration"] = ["p(99.9)<90000"] },
        };

        AssertVerdict(
            Verdict.Failed,
            "threshold-crossed",
            SampleGrounds.From(SampleGrounds.Metrics(p95: 5000), settings)
        );
    }

    [Fact]
    public void A_regression_against_the_accepted_past_fails_though_every_bound_holds()
    {
        var past = BaselineComparer.Compare([SampleGrounds.Accepted(p95: 8)], SampleGrounds.Accepted(p95: 160));

        var verdict = VerdictRule.Decide(SampleGrounds.Sound() with { Baseline = past });

        Assert.Equal(Verdict.Failed, verdict.Verdict);
        Assert.Equal("baseline-regressed", verdict.Reasons[0].Code);
        Assert.Contains("160 ms, against 8 ms", verdict.Reasons[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_run_is_inconclusive() =>
        AssertVerdict(Verdict.Inconclusive, "cancelled", SampleGrounds.Sound() with { Cancelled = true });

    [Fact]
    public void A_run_stopped_early_is_inconclusive() =>
        AssertVerdict(
            Verdict.Inconclusive,
            "stopped",
            SampleGrounds.Sound() with
            {
                Ends = [SampleGrounds.End(RunnerEndCause.Stopped, 103)],
            }
        );

    [Fact]
    public void What_did_not_run_is_an_error() =>
        AssertVerdict(
            Verdict.Error,
            "runner-not-started",
            new VerdictGrounds { Error = new RunError.RunnerNotStarted("no engine") }
        );

    [Fact]
    public void An_error_is_never_passed_however_good_the_numbers() =>
        AssertVerdict(
            Verdict.Error,
            "artifact-unreadable",
            SampleGrounds.Sound() with
            {
                Error = new RunError.ArtifactUnreadable("series-0.ndjson", "damaged"),
            }
        );

    public static TheoryData<RunError> Losses =>
        [
            new RunError.RunnerLost("killed"),
            new RunError.RunnerOutOfMemory(4),
            new RunError.RunnerExited(137, "killed"),
            new RunError.RunnerDeleted("perfgate-1"),
            new RunError.RunnerStopped("perfgate-1"),
        ];

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_runner_that_is_lost_leaves_no_verdict_once_load_had_begun_and_is_an_error_before(RunError loss)
    {
        var begun = new VerdictGrounds { Error = loss, LoadHadBegun = true };

        AssertVerdict(Verdict.Inconclusive, loss.Code, SampleGrounds.Sound() with { Error = loss });
        AssertVerdict(Verdict.Inconclusive, loss.Code, begun);
        AssertVerdict(Verdict.Error, loss.Code, begun with { LoadHadBegun = false });
        Assert.Contains("load is not made twice", VerdictRule.Decide(begun).Reasons[0].Sentence);
    }

    [Fact]
    public void A_deadline_with_a_measurement_is_inconclusive_and_without_one_an_error()
    {
        var deadline = new RunError.DeadlineExceeded(TimeSpan.FromMinutes(5));

        AssertVerdict(Verdict.Inconclusive, "deadline-exceeded", SampleGrounds.Sound() with { Error = deadline });
        AssertVerdict(Verdict.Error, "deadline-exceeded", new VerdictGrounds { Error = deadline });
    }

    [Fact]
    public void Nothing_at_all_is_an_error() => AssertVerdict(Verdict.Error, "nothing-measured", new VerdictGrounds());

    [Fact]
    public void A_measurement_held_against_no_threshold_is_inconclusive() =>
        AssertVerdict(Verdict.Inconclusive, "nothing-judged", SampleGrounds.Sound() with { Thresholds = [] });

    [Theory]
    [InlineData(Verdict.Passed, 0)]
    [InlineData(Verdict.Failed, 1)]
    [InlineData(Verdict.Inconclusive, 2)]
    [InlineData(Verdict.Error, 3)]
    public void Only_a_pass_exits_with_0(Verdict verdict, int exitCode) =>
        Assert.Equal(exitCode, new RunVerdict(verdict, []).ExitCode);

    private static void AssertVerdict(Verdict expected, string firstReason, VerdictGrounds grounds)
    {
        var verdict = VerdictRule.Decide(grounds);

        Assert.Equal((expected, firstReason), (verdict.Verdict, verdict.Reasons[0].Code));
        Assert.All(verdict.Reasons, reason => Assert.NotEmpty(reason.Sentence));
    }
}
