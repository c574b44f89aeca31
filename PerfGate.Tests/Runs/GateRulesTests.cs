using System.Text.Json;
using PerfGate.Core;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Runs;

public class GateRulesTests
{
    public static TheoryData<string, VerdictGrounds> Broken()
    {
        var sound = SampleGrounds.Metrics();
        return new TheoryData<string, VerdictGrounds>
        {
            { "no-traffic", SampleGrounds.From(SampleGrounds.Metrics(requests: 0) with { Iterations = 1000 }) },
            { "target-dead", SampleGrounds.From(SampleGrounds.Dead()) },
            { "mostly-errors", SampleGrounds.From(SampleGrounds.Metrics(failed: 2000)) },
            { "too-few-samples", SampleGrounds.From(SampleGrounds.Metrics(requests: 60)) },
            {
                "script-throws",
                SampleGrounds.From(sound) with
                {
                    Ends = [SampleGrounds.End() with { ScriptExceptions = 100, FirstScriptException = "oh" }],
                }
            },
            {
                "generator-saturated/engine",
                SampleGrounds.From(sound with { LoadGenerator = SampleGrounds.Generator(engine: 0.99) })
            },
            {
                "generator-saturated/machine",
                SampleGrounds.From(sound with { LoadGenerator = SampleGrounds.Generator(machine: 0.99) })
            },
            {
                "generator-out-of-memory",
                SampleGrounds.From(sound with { LoadGenerator = SampleGrounds.Generator(memory: 0.99) })
            },
            { "iterations-dropped", SampleGrounds.From(sound with { DroppedIterations = 500 }) },
            { "cut-short", SampleGrounds.From(sound) with { Plan = SampleGrounds.Plan(60) } },
            { "checks-failing", SampleGrounds.From(sound with { Checks = [new CheckCount("ok", 90, 10)] }) },
        };
    }

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void A_broken_rule_of_evidence_shows_its_bound_and_a_number_beyond_it(string name, VerdictGrounds grounds)
    {
        var rule = Assert.Single(GateRules.Of(grounds).Rules, rule => rule.Name == name);

        Assert.Equal((GateRuleKind.Evidence, GateRuleOutcome.Crossed), (rule.Kind, rule.Outcome));
        Assert.False(Holds(rule));
        Assert.Contains(VerdictRule.Decide(grounds).Reasons, reason => reason.Sentence == rule.Sentence);
    }

    [Fact]
    public void Of_a_sound_run_every_rule_is_there_and_holds()
    {
        var gate = GateRules.Of(SampleGrounds.Sound());

        Assert.Equal(
            [GateRuleKind.Evidence, GateRuleKind.Threshold, GateRuleKind.Baseline],
            gate.Rules.Select(rule => rule.Kind).Distinct()
        );
        Assert.Equal(["checks-failing"], gate.Rules.Where(NotHeld).Select(rule => rule.Name));
        Assert.All(gate.Rules.Where(rule => !NotHeld(rule)), rule => Assert.True(Holds(rule), rule.Name));
        Assert.Equal(4, gate.Rules.Count(rule => rule.Kind == GateRuleKind.Baseline));
        Assert.Contains(gate.Rules, rule => rule is { Name: "maxP95ResponseTime", Bound: 3000, Measured: 200 });
    }

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void Every_reason_of_a_verdict_is_among_the_rules(string name, VerdictGrounds grounds)
    {
        var rules = GateRules.Of(grounds).Rules.Where(NotHeld).ToList();

        Assert.All(
            VerdictRule.Decide(grounds).Reasons,
            reason =>
                Assert.True(
                    rules.Exists(rule => reason.Sentence.EndsWith(rule.Sentence, StringComparison.Ordinal)),
                    $"{name}: {reason.Sentence}"
                )
        );
    }

    [Fact]
    public void A_target_that_left_all_users_waiting_is_a_rule_too()
    {
        var grounds = SampleGrounds.From(SampleGrounds.Metrics(requests: 0));
        var reason = VerdictRule.Decide(grounds).Reasons[0];

        var rule = Assert.Single(GateRules.Of(grounds).Rules, rule => rule.Sentence == reason.Sentence);

        Assert.Equal(("target-dead", GateRuleOutcome.Crossed), (rule.Name, rule.Outcome));
    }

    [Fact]
    public void How_the_engine_ended_is_a_rule_without_a_number()
    {
        var grounds = SampleGrounds.Sound() with
        {
            Ends = [SampleGrounds.End(RunnerEndCause.Killed, null)],
            Error = new RunError.RunnerLost("gone"),
            Cancelled = true,
        };

        var plain = GateRules.Of(grounds).Rules.Where(rule => rule.Bound is null).ToList();

        Assert.Equal(["cancelled", "runner-lost", "engine-killed"], plain.Select(rule => rule.Name));
        Assert.All(plain, rule => Assert.Equal(GateRuleOutcome.Crossed, rule.Outcome));
    }

    [Fact]
    public void A_note_is_a_rule_that_crosses_nothing_whoever_found_it()
    {
        var grounds = SampleGrounds.WithNamesPutTogether() with
        {
            Further = [new Finding(FindingWeight.Note, new Reason("segment-retried", "Started once more."))],
        };

        var notes = GateRules.Of(grounds).Rules.Where(rule => rule.Weight == FindingWeight.Note).ToList();

        Assert.Equal(["names-put-together", "segment-retried"], notes.Select(rule => rule.Name));
        Assert.All(notes, rule => Assert.Equal(GateRuleOutcome.NotApplicable, rule.Outcome));
    }

    [Fact]
    public void A_regression_is_a_crossed_rule_of_the_past()
    {
        var past = BaselineComparer.Compare([SampleGrounds.Accepted(p95: 8)], SampleGrounds.Accepted(p95: 160));

        var rule = Assert.Single(
            GateRules.Of(SampleGrounds.Sound() with { Baseline = past }).Rules,
            rule => rule.Outcome == GateRuleOutcome.Crossed
        );

        Assert.Equal((GateRuleKind.Baseline, "p95_response_time_ms", 160), (rule.Kind, rule.Name, rule.Measured));
        Assert.True(rule.Bound < 160);
    }

    [Fact]
    public void Without_a_measurement_or_a_past_the_gate_says_so_and_can_be_written()
    {
        var gate = GateRules.Of(
            new VerdictGrounds
            {
                Thresholds =
                [
                    new ThresholdResult("x: y", "?", double.NaN, null, "", ThresholdOutcome.Unknown, "Unreadable."),
                ],
            }
        );

        Assert.Equal(["x: y", "baseline"], gate.Rules.Select(rule => rule.Name));
        Assert.Contains(
            "notApplicable",
            JsonSerializer.Serialize(gate.Rules, RunJson.Options),
            StringComparison.Ordinal
        );
    }

    private static bool NotHeld(GateRule rule) => rule.Outcome != GateRuleOutcome.Held;

    private static bool Holds(GateRule rule) =>
        rule.Comparison switch
        {
            "<" => rule.Measured < rule.Bound,
            "<=" => rule.Measured <= rule.Bound,
            ">=" => rule.Measured >= rule.Bound,
            _ => throw new InvalidOperationException($"{rule.Name} has no comparison."),
        };
}
