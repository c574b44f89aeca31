using System.Net;
using System.Text;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.Http;

public sealed class SeriesAndLogTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    private const long Start = 1_780_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_series_of_a_running_run_grows_and_a_cut_last_line_is_left_out()
    {
        var id = await runs.StartAsync();
        var (_, nothing) = await runs.GetAsync($"runs/{id}/series");
        await runs.WriteAsync(id, ArtifactNames.Series(0), Series(3) + "\n{\"v\":1,\"t\":17");

        var (answer, body) = await runs.GetAsync($"runs/{id}/series");

        Assert.Empty(nothing.GetProperty("points").EnumerateArray());
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal(1, body.GetProperty("resolutionSeconds").GetInt32());
        var points = body.GetProperty("points").EnumerateArray().ToList();
        Assert.Equal(3, points.Count);
        Assert.Equal(Start, points[0].GetProperty("second").GetInt64());
        Assert.Equal(2, points[0].GetProperty("requests").GetInt64());
    }

    [Fact]
    public async Task An_ended_series_is_shortened_on_wish_and_may_be_kept()
    {
        var id = await runs.EndedAsync();
        await runs.WriteAsync(id, ArtifactNames.Series(0), Series(100));

        var (answer, body) = await runs.GetAsync($"runs/{id}/series?points=10");
        var (again, _) = await runs.GetAsync(
            $"runs/{id}/series?points=10",
            ("If-None-Match", answer.Headers.ETag!.ToString())
        );
        var (_, whole) = await runs.GetAsync($"runs/{id}/series");

        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(10, body.GetProperty("points").GetArrayLength());
        Assert.Equal(10, body.GetProperty("resolutionSeconds").GetInt32());
        Assert.Equal(200, body.GetProperty("points").EnumerateArray().Sum(p => p.GetProperty("requests").GetInt64()));
        Assert.Equal(100, whole.GetProperty("points").GetArrayLength());
    }

    [Fact]
    public async Task The_series_of_a_run_in_error_may_still_grow_and_is_not_kept()
    {
        var id = await runs.EndedAsync(change: result =>
            result with
            {
                Status = RunStatus.Failed,
                Verdict = new RunVerdict(Verdict.Error, [new Reason("runner-lost", "A sample.")]),
            }
        );
        await runs.WriteAsync(id, ArtifactNames.Series(0), Series(3));
        var (answer, _) = await runs.GetAsync($"runs/{id}/series");
        await runs.WriteAsync(id, ArtifactNames.Series(0), Series(5));

        var (_, later) = await runs.GetAsync($"runs/{id}/series");

        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal(5, later.GetProperty("points").GetArrayLength());
    }

    [Fact]
    public async Task A_part_of_a_series_is_cut_out_by_time()
    {
        var id = await runs.EndedAsync();
        await runs.WriteAsync(id, ArtifactNames.Series(0), Series(100));
        var from = DateTimeOffset.FromUnixTimeSeconds(Start + 20);

        var (_, body) = await runs.GetAsync(
            $"runs/{id}/series?from={from:yyyy-MM-ddTHH:mm:ssZ}&to={from.AddSeconds(5):yyyy-MM-ddTHH:mm:ssZ}"
        );

        Assert.Equal(
            [Start + 20, Start + 21, Start + 22, Start + 23, Start + 24],
            body.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("second").GetInt64())
        );
    }

    [Theory]
    [InlineData("points=9", "points")]
    [InlineData("points=10001", "points")]
    [InlineData("from=2026-01-02&to=2026-01-01", "to")]
    [InlineData("resolution=1", "resolution")]
    public async Task A_series_that_cannot_be_is_refused(string query, string field)
    {
        var (answer, body) = await runs.GetAsync($"runs/{Guid.NewGuid()}/series?{query}");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(field, body.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task The_log_is_plain_text_also_while_the_run_goes_on_if_it_is_there()
    {
        var id = await runs.StartAsync();
        var (early, notYet) = await runs.GetAsync($"runs/{id}/log");
        await runs.WriteAsync(id, ArtifactNames.Log(0), "level=info msg=\"<script>\"\n");

        using var answer = await runs.Http.GetAsync(
            new Uri($"/api/performance/runs/{id}/log", UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        await ApiContract.HoldAsync(answer);
        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        Assert.Contains("yet", notYet.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(
            "level=info msg=\"<script>\"\n",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_log_that_does_not_open_leaves_none_of_the_others_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are looked up in /proc");
        var id = await runs.StartAsync();
        await runs.Store.SavePlanAsync(id, SampleGrounds.Plan() with { Segments = 3 }, Cancellation);
        await runs.WriteAsync(id, ArtifactNames.Log(0), "first\n");
        await runs.WriteAsync(id, ArtifactNames.Log(1), "second\n");
        var access = await runs.Artifacts.AccessForAsync(id, 0, DateTimeOffset.UtcNow, Cancellation);
        var last = Directory.CreateDirectory(Path.Combine(access.Artifacts.LocalPath, ArtifactNames.Log(2)));
        var path = new Uri($"/api/performance/runs/{id}/log", UriKind.Relative);

        using var refused = await runs.Http.GetAsync(path, Cancellation);
        var open = new DirectoryInfo("/proc/self/fd")
            .EnumerateFiles()
            .Select(file => file.LinkTarget)
            .Where(file => file?.Contains($"{id}", StringComparison.Ordinal) == true);
        Assert.Empty(open);
        last.Delete();
        using var answer = await runs.Http.GetAsync(path, Cancellation);

        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.Equal(
            "--- segment 0 ---\nfirst\n--- segment 1 ---\nsecond\n",
            await answer.Content.ReadAsStringAsync(Cancellation)
        );
    }

    [Theory]
    [InlineData("log")]
    [InlineData("report")]
    public async Task What_an_ended_run_did_not_leave_is_not_promised(string what)
    {
        var id = await runs.EndedAsync();

        var (answer, body) = await runs.GetAsync($"runs/{id}/{what}");
        var (unknown, _) = await runs.GetAsync($"runs/{Guid.NewGuid()}/{what}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("left no", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Everything_wrong_with_what_is_asked_of_a_report_is_told()
    {
        var id = await runs.EndedAsync();

        var (answer, body) = await runs.GetAsync($"runs/{id}/report?format=pdf&colour=red");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(
            ["colour", "format"],
            body.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()!)
        );
    }

    private static string Series(int seconds)
    {
        var text = new StringBuilder();
        for (var second = Start; second < Start + seconds; second++)
        {
            foreach (
                var record in Condense(
                    Request("http_reqs", second, 1),
                    Request("http_req_duration", second, 10),
                    Request("http_reqs", second, 1),
                    Request("http_req_duration", second, 20)
                )
            )
            {
                text.Append(Encoding.UTF8.GetString(SecondRecordJson.Write(record)));
            }
        }
        return text.ToString();
    }
}
