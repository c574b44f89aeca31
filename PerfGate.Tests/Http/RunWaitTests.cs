using System.Diagnostics;
using System.Net;
using PerfGate.Core.Runs;

namespace PerfGate.Tests.Http;

public sealed class RunWaitTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    [Theory]
    [InlineData("")]
    [InlineData("/gate")]
    public async Task Whoever_waits_is_answered_when_another_process_ends_the_run(string what)
    {
        var id = await runs.StartAsync();
        var waiting = runs.GetAsync($"runs/{id}{what}", ("Prefer", "wait=30"));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        await runs.EndAsync(id);

        var (answer, body) = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("wait=30", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.Equal("passed", body.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task When_the_wait_is_over_the_present_state_is_the_answer()
    {
        var id = await runs.StartAsync();

        var (answer, body) = await runs.GetAsync($"runs/{id}", ("Prefer", "wait=1"));

        Assert.Equal("wait=1", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("running", body.GetProperty("status").GetString());
        Assert.False(body.TryGetProperty("verdict", out _));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_it_waits_for_its_turn_has_ended_too()
    {
        var id = await runs.QueueAsync();
        var waiting = runs.GetAsync($"runs/{id}/gate", ("Prefer", "wait=120"));
        await Task.Delay(200, TestContext.Current.CancellationToken);

        await runs.Store.RequestCancelAsync(id, TestContext.Current.CancellationToken);

        var (answer, body) = await waiting;
        Assert.Equal("wait=60", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.Equal("cancelled", body.GetProperty("status").GetString());
        Assert.Equal(2, body.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Nobody_waits_for_what_has_ended_or_never_was()
    {
        var ended = await runs.EndedAsync();
        var stopwatch = Stopwatch.StartNew();

        var (known, _) = await runs.GetAsync($"runs/{ended}", ("Prefer", "wait=60"));
        var (unknown, problem) = await runs.GetAsync($"runs/{Guid.NewGuid()}", ("Prefer", "wait=60"));

        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
        Assert.True(stopwatch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Two_hundred_who_wait_for_one_run_are_all_answered_the_same()
    {
        var id = await runs.StartAsync();
        var waiting = Enumerable.Range(0, 200).Select(_ => runs.GetAsync($"runs/{id}", ("Prefer", "wait=60"))).ToList();
        await Task.Delay(500, TestContext.Current.CancellationToken);

        await runs.EndAsync(id);

        var answers = await Task.WhenAll(waiting);
        var body = Assert.Single(answers.Select(answer => answer.Body.GetRawText()).Distinct());
        Assert.Contains("\"verdict\":\"passed\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_about_an_ended_run_may_be_kept_and_need_not_be_sent_twice()
    {
        var id = await runs.EndedAsync();

        var (first, _) = await runs.GetAsync($"runs/{id}/gate");
        var (second, body) = await runs.GetAsync($"runs/{id}/gate", ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Contains("immutable", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(default, body);
    }

    [Fact]
    public async Task The_two_answers_about_a_run_are_kept_apart()
    {
        var id = await runs.EndedAsync(change: result =>
            result with
            {
                Verdict = new RunVerdict(Verdict.Failed, [new Reason("sample", "A sample.")]),
            }
        );

        var (_, run) = await runs.GetAsync($"runs/{id}");
        var (_, gate) = await runs.GetAsync($"runs/{id}/gate");

        Assert.Equal("failed", run.GetProperty("verdict").GetString());
        Assert.Equal(1, gate.GetProperty("exitCode").GetInt32());
        Assert.False(gate.TryGetProperty("results", out _));
    }
}
