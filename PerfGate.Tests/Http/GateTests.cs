using System.Text.Json;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Http;

public sealed class GateTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    [Fact]
    public async Task The_gate_shows_every_kind_of_rule_with_bound_and_measured_value()
    {
        var id = await runs.EndedAsync(change: result => result with { Baseline = SampleGrounds.Sound().Baseline });

        var (_, body) = await runs.GetAsync($"runs/{id}/gate");

        var rules = body.GetProperty("rules").EnumerateArray().ToList();
        Assert.Equal(
            ["evidence", "threshold", "baseline"],
            rules.Select(rule => rule.GetProperty("kind").GetString()).Distinct()
        );
        foreach (var name in new[] { "too-few-samples", "maxErrorRate", "p95_response_time_ms" })
        {
            var rule = rules.Single(rule => rule.GetProperty("name").GetString() == name);
            Assert.Equal("held", rule.GetProperty("outcome").GetString());
            Assert.Equal(JsonValueKind.Number, rule.GetProperty("bound").ValueKind);
            Assert.Equal(JsonValueKind.Number, rule.GetProperty("measured").ValueKind);
        }
        Assert.Equal(0, body.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task The_gate_needs_its_own_short_artifact_alone()
    {
        var id = await runs.EndedAsync();
        await runs.Artifacts.DeleteAsync(id, TestContext.Current.CancellationToken);
        var gate = GateRules.Of(SampleGrounds.Sound());
        await runs.WriteAsync(id, ArtifactNames.Gate, JsonSerializer.Serialize(gate, RunJson.Options));

        var (_, body) = await runs.GetAsync($"runs/{id}/gate");

        Assert.Equal(gate.Rules.Count, body.GetProperty("rules").GetArrayLength());
        Assert.Equal(4, body.GetProperty("thresholds").GetArrayLength());
    }

    [Fact]
    public async Task A_run_that_left_nothing_shows_why_and_is_not_kept()
    {
        var id = await runs.EndedAsync(change: result =>
            result with
            {
                Status = RunStatus.Failed,
                Verdict = new RunVerdict(Verdict.Error, [new Reason("surprise", "The disk is full.")]),
                Metrics = null,
                Thresholds = [],
            }
        );

        var (answer, body) = await runs.GetAsync($"runs/{id}/gate");

        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal(3, body.GetProperty("exitCode").GetInt32());
        var rule = body.GetProperty("rules")[0];
        Assert.Equal(
            ("surprise", "crossed"),
            (rule.GetProperty("name").GetString(), rule.GetProperty("outcome").GetString())
        );
    }

    [Fact]
    public async Task Before_the_end_there_is_no_rule_and_no_exit_code()
    {
        var id = await runs.StartAsync();

        var (_, body) = await runs.GetAsync($"runs/{id}/gate");

        Assert.Equal("running", body.GetProperty("status").GetString());
        Assert.Empty(body.GetProperty("rules").EnumerateArray());
        Assert.False(body.TryGetProperty("exitCode", out _));
    }
}
