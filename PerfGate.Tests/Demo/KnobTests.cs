using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using PerfGate.Demo;

namespace PerfGate.Tests.Demo;

public class KnobTests
{
    [Fact]
    public async Task All_knobs_are_at_zero_until_they_are_turned()
    {
        await using var platform = await RunningPlatform.StartAsync();

        var knobs = await platform.GetJsonAsync("/knobs");

        Assert.Equal(6, knobs.AsObject().Count);
        Assert.All(knobs.AsObject(), knob => Assert.Equal(0, (double)knob.Value!));
    }

    [Fact]
    public async Task A_knob_is_turned_alone_and_reset_with_all()
    {
        await using var platform = await RunningPlatform.StartAsync("--latency-ms", "20", "--error-rate", "0.25");

        using var turned = await platform.TurnKnobsAsync(new { latencyMs = 12.5 });
        Assert.Equal(HttpStatusCode.OK, turned.StatusCode);
        var knobs = await platform.GetJsonAsync("/knobs");
        Assert.Equal(12.5, (double)knobs["latencyMs"]!);
        Assert.Equal(0.25, (double)knobs["errorRate"]!);

        using var reset = await platform.PostAsync("/knobs/reset", new { });
        Assert.All((await RunningPlatform.JsonOf(reset)).AsObject(), knob => Assert.Equal(0, (double)knob.Value!));
    }

    [Fact]
    public async Task Every_knob_out_of_range_is_named_and_none_is_turned()
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.TurnKnobsAsync(
            new
            {
                latencyMs = 10_001,
                latencyJitterMs = -1,
                errorRate = 1.01,
                slowQueryMs = 60_001,
                slowQueryEvery = 1.5,
                leakBytesPerRequest = 1e300,
            }
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(6, (await RunningPlatform.JsonOf(answer)).AsArray().Count);
        Assert.Equal(0, (double)(await platform.GetJsonAsync("/knobs"))["latencyMs"]!);
    }

    [Theory]
    [InlineData("""{"latency":5}""", "application/json")]
    [InlineData("""{"latencyMs":"5"}x""", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("""{"latencyMs":5}""", "text/plain")]
    public async Task A_knob_that_is_none_is_refused_with_the_names_of_all(string body, string contentType)
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, contentType);

        using var answer = await platform.Http.PutAsync("/knobs", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("leakBytesPerRequest", (string)(await RunningPlatform.JsonOf(answer))[0]!);
    }

    [Fact]
    public void Every_wrong_argument_is_named()
    {
        var problem = Assert.Throws<ArgumentException>(() =>
            DemoPlatform.Build(["--latency-ms", "soon", "--error-rate", "NaN", "--slow-query-every", "-1"])
        );

        Assert.Contains("--latency-ms", problem.Message);
        Assert.Contains("errorRate", problem.Message);
        Assert.Contains("slowQueryEvery", problem.Message);
    }

    [Fact]
    public async Task Errors_hit_business_endpoints_and_nothing_else()
    {
        await using var platform = await RunningPlatform.StartAsync("--error-rate", "1");

        foreach (var path in new[] { "/api/galleries", "/images/101.jpg", "/api/notifications", "/api/forms/enquiry" })
        {
            using var failed = await platform.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        }
        foreach (var path in new[] { "/", "/health", "/knobs" })
        {
            using var answered = await platform.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        }
    }

    [Fact]
    public async Task Half_the_answers_fail_where_the_rate_is_a_half()
    {
        await using var platform = await RunningPlatform.StartAsync("--error-rate", "0.5");
        var failed = 0;
        for (var request = 0; request < 200; request++)
        {
            using var answer = await platform.Http.GetAsync("/api/galleries", TestContext.Current.CancellationToken);
            failed += answer.IsSuccessStatusCode ? 0 : 1;
        }

        // Seven standard deviations around the mean: wrong once in 10^11.
        Assert.InRange(failed, 50, 150);
    }

    [Fact]
    public async Task Latency_is_waited_for()
    {
        await using var platform = await RunningPlatform.StartAsync("--latency-ms", "150");
        var clock = Stopwatch.StartNew();

        await platform.GetJsonAsync("/api/galleries");

        // Timers may be early by their granularity. There is no upper bound: the machine may be busy.
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(130), $"answered after {clock.Elapsed}");
    }

    [Fact]
    public async Task Only_every_nth_dashboard_has_the_slow_query()
    {
        var time = new FakeTimeProvider();
        var misbehaviour = new Misbehaviour(time)
        {
            Knobs = new Knobs { SlowQueryMs = 5000, SlowQueryEvery = 3 },
        };

        var first = misbehaviour.QueryDashboardAsync(TestContext.Current.CancellationToken).AsTask();
        var second = misbehaviour.QueryDashboardAsync(TestContext.Current.CancellationToken).AsTask();
        var third = misbehaviour.QueryDashboardAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await third;
    }

    [Fact]
    public async Task A_leak_slows_the_answers_and_a_reset_gives_the_memory_back()
    {
        var time = new FakeTimeProvider();
        var misbehaviour = new Misbehaviour(time) { Knobs = new Knobs { LeakBytesPerRequest = 1_048_576 } };
        // 1 ms for each 4 MiB: the first three are not slowed.
        for (var request = 0; request < 3; request++)
        {
            Assert.True(
                misbehaviour.AllowsAsync(TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully
            );
        }

        var fourth = misbehaviour.AllowsAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(fourth.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await fourth);

        misbehaviour.Reset();
        Assert.True(misbehaviour.AllowsAsync(TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
    }
}
