using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Http;

public sealed class ImportTests(ImportFixture gate) : IClassFixture<ImportFixture>
{
    private static readonly byte[] Request = Encoding.UTF8.GetBytes(ImportFixture.Lenient);

    public static TheoryData<string, string> Outputs
    {
        get
        {
            var outputs = new TheoryData<string, string>();
            foreach (var release in new[] { "v0.49.0", "v1.3.0", "v2.2.0" })
            {
                outputs.Add(release, "points.csv.gz");
                outputs.Add(release, "points.json.gz");
            }
            return outputs;
        }
    }

    public static TheoryData<string, string> Summaries =>
        new()
        {
            { "v0.49.0", "summary-export.json" },
            { "v1.3.0", "summary-export.json" },
            { "v2.2.0", "summary-export.json" },
            { "v2.2.0", "handle-summary.json" },
            { "v2.2.0", "summary-machine.json" },
        };

    [Theory]
    [MemberData(nameof(Outputs))]
    public async Task Output_of_each_release_becomes_a_run_like_any_other_packed_or_not(string release, string file)
    {
        var output = Captures.Read(release, file);
        var (answer, plain) = await gate.ImportAsync(("request", Request), ("output", output));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var testId = plain.GetProperty("testId").GetString();
        Assert.Equal($"/api/performance/runs/{testId}", answer.Headers.Location?.ToString());
        Assert.Equal(("completed", "passed", 0), Verdict(plain));
        Assert.Contains("imported", Codes(plain));
        var trail = (await gate.GetAsync($"audit?subject={testId}")).GetProperty("rows").EnumerateArray();
        Assert.Equal(
            ["run.result passed", "run.import done"],
            trail.Select(row => $"{row.GetProperty("action").GetString()} {row.GetProperty("outcome").GetString()}")
        );

        // The parts may come in any order.
        var (_, packed) = await gate.ImportAsync(("output", Gzip(output)), ("request", Request));
        Assert.Equal(plain.GetProperty("thresholds").ToString(), packed.GetProperty("thresholds").ToString());

        var run = await gate.GetAsync($"runs/{testId}");
        Assert.Equal("k6 (imported)", run.GetProperty("results").GetProperty("engine").GetString());
        var requests = run.GetProperty("results").GetProperty("metrics").GetProperty("overall").GetProperty("requests");
        Assert.InRange(requests.GetInt64(), 100, 200);
        Assert.Equal(plain.ToString(), (await gate.GetAsync($"runs/{testId}/gate")).ToString());
        Assert.True((await gate.GetAsync($"runs/{testId}/series")).GetProperty("points").GetArrayLength() > 1);
        var report = (await gate.GetAsync($"runs/{testId}/report")).GetString();
        Assert.Contains("within 0.1 %", report);
        var markdown = (await gate.GetAsync($"runs/{testId}/report?format=markdown")).GetString();
        Assert.Contains("within 0.1 %", markdown);
        Assert.Contains("made elsewhere", markdown);
        var history = (await gate.GetAsync("runs?limit=200")).GetProperty("runs").EnumerateArray();
        Assert.Contains(history, one => one.GetProperty("testId").GetString() == testId);
    }

    [Theory]
    [MemberData(nameof(Summaries))]
    public async Task A_summary_alone_is_judged_as_far_as_it_goes(string release, string file)
    {
        var request = Encoding.UTF8.GetBytes(
            """{"testType":"load","environment":"staging","configuration":{"thresholds":{"maxErrorRate":0.1,"minThroughput":1,"k6":{"http_req_duration{scenario:submit}":["p(99.9)<2000"]}}}}"""
        );
        var summary =
            file == "summary-export.json" ? Captures.ExportWhereAllHeld(release) : Captures.Read(release, file);
        var (answer, gateView) = await gate.ImportAsync(("request", request), ("summary", summary));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        // No summary has that percentile: what is missing is not taken for well.
        Assert.Equal(("completed", "inconclusive", 2), Verdict(gateView));
        Assert.Contains("threshold-unknown", Codes(gateView));
        var (_, lenient) = await gate.ImportAsync(("request", Request), ("summary", Gzip(summary)));
        Assert.Equal(("completed", "passed", 0), Verdict(lenient));

        var testId = gateView.GetProperty("testId").GetString();
        var run = await gate.GetAsync($"runs/{testId}");
        Assert.Equal(
            file == "summary-export.json" ? "k6 (imported)" : "k6 v2.2.0 (imported)",
            run.GetProperty("results").GetProperty("engine").GetString()
        );
        Assert.Contains(
            "k6's own summary",
            run.GetProperty("results").GetProperty("metrics").GetProperty("source").GetString()
        );
        Assert.Equal(0, (await gate.GetAsync($"runs/{testId}/series")).GetProperty("points").GetArrayLength());
        Assert.NotEmpty((await gate.GetAsync($"runs/{testId}/report")).GetString()!);
        Assert.DoesNotContain(
            gate.Artifacts(),
            artifact => artifact.Text.Contains("synthetic") || artifact.Text.Contains("import http from")
        );
    }

    [Theory]
    [InlineData("v0.49.0", false)]
    [InlineData("v1.3.0", true)]
    public async Task The_data_of_handleSummary_of_the_releases_before_v2_is_judged_by_its_own_polarity(
        string release,
        bool crossed
    )
    {
        var summary = Captures.Read(release, "handle-summary.json");
        foreach (var content in new[] { summary, Gzip(summary) })
        {
            var (answer, view) = await gate.ImportAsync(("request", Request), ("summary", content));

            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            // Both made fewer than the hundred requests that a verdict needs.
            Assert.Equal(("completed", "inconclusive", 2), Verdict(view));
            Assert.Contains("too-few-samples", Codes(view));
            Assert.Equal(crossed, Codes(view).Contains("k6-threshold-crossed"));
        }
        Assert.DoesNotContain(gate.Artifacts(), artifact => artifact.Text.Contains("synthetic"));
    }

    [Theory]
    [InlineData("v0.49.0", "points.csv.gz")]
    [InlineData("v0.49.0", "points.json.gz")]
    [InlineData("v1.3.0", "points.csv.gz")]
    [InlineData("v1.3.0", "points.json.gz")]
    [InlineData("v2.2.0", "points.csv.gz")]
    [InlineData("v2.2.0", "points.json.gz")]
    public async Task The_files_as_k6_packed_them_are_read_like_what_is_in_them(string release, string file)
    {
        var (answer, packed) = await gate.ImportAsync(("request", Request), ("output", Captures.Packed(release, file)));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var (_, plain) = await gate.ImportAsync(("request", Request), ("output", Captures.Read(release, file)));

        Assert.Equal(plain.GetProperty("thresholds").ToString(), packed.GetProperty("thresholds").ToString());
        Assert.Equal(Verdict(plain), Verdict(packed));
        Assert.Equal(await RequestsAsync(plain), await RequestsAsync(packed));
    }

    [Fact]
    public async Task Two_samples_thirty_days_apart_take_no_more_room_than_two_samples()
    {
        var rows = new[] { 1_795_400_000L, 1_795_400_000 + (30 * 86_400) }.SelectMany(second =>
            new[]
            {
                Captures.Request("http_reqs", second, 1),
                Captures.Request("http_req_duration", second, 10),
                Captures.Request("http_req_failed", second, 0),
            }
        );
        var csv = Encoding.UTF8.GetBytes(string.Join('\n', [Captures.Header, .. rows, ""]));
        var before = gate.Artifacts().Sum(artifact => (long)artifact.Text.Length);

        var (answer, view) = await gate.ImportAsync(("request", Request), ("output", csv));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(("completed", "inconclusive", 2), Verdict(view));
        Assert.InRange(gate.Artifacts().Sum(artifact => (long)artifact.Text.Length) - before, 1000, 200_000);
        var run = await gate.GetAsync($"runs/{view.GetProperty("testId").GetString()}");
        var metrics = run.GetProperty("results").GetProperty("metrics");
        Assert.Equal((30 * 86_400) + 1, metrics.GetProperty("durationSeconds").GetDouble());
        Assert.Equal("2026-12-23T02:13:21+00:00", run.GetProperty("endedAt").GetString());
        var series = await gate.GetAsync($"runs/{view.GetProperty("testId").GetString()}/series?points=50");
        Assert.InRange(series.GetProperty("points").GetArrayLength(), 45, 50);
        Assert.Equal(2, series.GetProperty("points").EnumerateArray().Sum(p => p.GetProperty("requests").GetInt64()));
    }

    [Fact]
    public async Task Segments_are_merged_and_a_summary_of_one_is_not_taken_for_all()
    {
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var (_, one) = await gate.ImportAsync(("request", Request), ("output", csv));
        var (_, two) = await gate.ImportAsync(
            ("request", Request),
            ("output", csv),
            ("summary", Captures.ExportWhereAllHeld("v2.2.0")),
            ("output", Captures.Read("v2.2.0", "points.json.gz"))
        );
        Assert.Equal(("completed", "passed", 0), Verdict(two));
        Assert.True(await RequestsAsync(two) > 1.8 * await RequestsAsync(one));
        var source = (await ResultsAsync(two)).GetProperty("metrics").GetProperty("source").GetString();
        Assert.StartsWith("merged HdrHistograms", source);
    }

    [Fact]
    public async Task A_summary_that_counts_other_requests_than_the_samples_forbids_a_pass()
    {
        var (_, view) = await gate.ImportAsync(
            ("request", Request),
            ("output", Captures.Read("v2.2.0", "points.csv.gz")),
            ("summary", Captures.ExportWhereAllHeld("v1.3.0"))
        );
        Assert.Equal(("completed", "inconclusive", 2), Verdict(view));
        Assert.Contains("summary-disagrees", Codes(view));
    }

    [Fact]
    public async Task A_crossed_bound_fails_and_so_does_what_k6_said_of_its_end()
    {
        var strict = Encoding.UTF8.GetBytes("""{"testType":"load","environment":"staging","configuration":{}}""");
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var (_, failed) = await gate.ImportAsync(("request", strict), ("output", csv));
        Assert.Equal(("completed", "failed", 1), Verdict(failed));
        Assert.Contains("threshold-crossed", Codes(failed));

        var (_, aborted) = await gate.ImportAsync(
            ("request", Request),
            ("output", csv),
            ("exitCode", "108"u8.ToArray())
        );
        Assert.Equal(("completed", "inconclusive", 2), Verdict(aborted));
        Assert.Contains("script-aborted", Codes(aborted));
        var (_, rejected) = await gate.ImportAsync(
            ("request", Request),
            ("output", csv),
            ("exitCode", "255"u8.ToArray())
        );
        Assert.Equal(("failed", "error", 3), Verdict(rejected));
    }

    [Theory]
    [InlineData("v0.49.0")]
    [InlineData("v1.3.0")]
    [InlineData("v2.2.0")]
    public async Task A_threshold_of_the_script_that_k6_says_failed_fails_the_import_and_is_named(string release)
    {
        // The request's own bounds all hold.
        var (_, view) = await gate.ImportAsync(
            ("request", Request),
            ("summary", Captures.Read(release, "summary-export.json"))
        );
        Assert.Equal(("completed", "failed", 1), Verdict(view));
        Assert.Equal("k6-threshold-crossed", Codes(view)[0]);
        var rule = Assert.Single(
            view.GetProperty("rules").EnumerateArray(),
            rule => rule.GetProperty("name").GetString() == "k6-threshold-crossed"
        );
        Assert.Equal(
            ("evidence", "crossed", "condemns"),
            (
                rule.GetProperty("kind").GetString(),
                rule.GetProperty("outcome").GetString(),
                rule.GetProperty("weight").GetString()
            )
        );
        Assert.Contains("http_req_failed: rate<0.01", rule.GetProperty("sentence").GetString());
        Assert.All(
            view.GetProperty("thresholds").EnumerateArray(),
            threshold => Assert.Equal("held", threshold.GetProperty("outcome").GetString())
        );
        var testId = view.GetProperty("testId").GetString();
        Assert.Equal(view.ToString(), (await gate.GetAsync($"runs/{testId}/gate")).ToString());
        foreach (var format in new[] { "html", "markdown", "junit" })
        {
            var report = (await gate.GetAsync($"runs/{testId}/report?format={format}")).GetString()!;
            // Markdown escapes what would be its own.
            Assert.Contains("http_req_failed", report.Replace("\\", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Exit_status_99_without_a_word_on_which_threshold_still_fails_the_import()
    {
        // What k6 leaves that a threshold with abortOnFail ended after seconds: samples enough, and that status.
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var (_, crossed) = await gate.ImportAsync(
            ("request", Request),
            ("output", csv),
            ("exitCode", "99"u8.ToArray())
        );
        Assert.Equal(("completed", "failed", 1), Verdict(crossed));
        Assert.Contains("k6-threshold-crossed", Codes(crossed));

        var (_, held) = await gate.ImportAsync(("request", Request), ("output", csv), ("exitCode", "0"u8.ToArray()));
        Assert.Equal(("completed", "passed", 0), Verdict(held));
    }

    [Fact]
    public async Task An_output_that_was_cut_off_is_read_and_forbids_a_pass()
    {
        var json = Captures.Read("v1.3.0", "points.json.gz");
        foreach (var cut in new[] { json[..^30], Gzip(json)[..^500] })
        {
            var (answer, view) = await gate.ImportAsync(("request", Request), ("output", cut));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.Equal(("completed", "inconclusive", 2), Verdict(view));
            Assert.Contains("output-cut", Codes(view));
        }
    }

    [Fact]
    public async Task An_import_is_compared_with_the_imports_before_it()
    {
        var request = Encoding.UTF8.GetBytes(
            """{"testType":"stress","environment":"production","configuration":{"baseUrl":"http://shop.example","vus":5,"thresholds":{"maxErrorRate":0.1,"minThroughput":1}}}"""
        );
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var (_, first) = await gate.ImportAsync(("request", request), ("output", csv));
        var (established, _) = await SendJsonAsync(
            "baselines",
            $$"""{"testId":"{{first.GetProperty("testId").GetString()}}"}"""
        );
        Assert.True(established.IsSuccessStatusCode);
        var (_, second) = await gate.ImportAsync(("request", request), ("output", csv));
        Assert.Equal(("completed", "passed", 0), Verdict(second));
        Assert.NotEmpty(second.GetProperty("baseline").GetProperty("metrics").EnumerateArray());
    }

    private async Task<(HttpResponseMessage Answer, string Body)> SendJsonAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        var answer = await gate.Http.PostAsync(
            $"/api/performance/{path}",
            content,
            TestContext.Current.CancellationToken
        );
        return (answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<JsonElement> ResultsAsync(JsonElement view) =>
        (await gate.GetAsync($"runs/{view.GetProperty("testId").GetString()}")).GetProperty("results");

    private async Task<long> RequestsAsync(JsonElement view) =>
        (await ResultsAsync(view)).GetProperty("metrics").GetProperty("overall").GetProperty("requests").GetInt64();

    private static (string? Status, string? Verdict, int ExitCode) Verdict(JsonElement view) =>
        (
            view.GetProperty("status").GetString(),
            view.GetProperty("verdict").GetString(),
            view.GetProperty("exitCode").GetInt32()
        );

    private static List<string?> Codes(JsonElement view) =>
        [.. view.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("code").GetString())];

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
