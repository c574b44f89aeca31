using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Telemetry;

/// <summary>The one-machine server as a process of its own, its runner, and a collector that listens to both.</summary>
public sealed class OneTraceTests(PostgresFixture postgres)
{
    private const string Secret = "s3cr3t-of-target";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallersSpan = "00f067aa0ba902b7";

    private static readonly string[] Steps =
    [
        "TakeSlot",
        "PrepareScript",
        "StartRunners",
        "ObserveRunners",
        "Measure",
        "Judge",
        "Report",
        "Record",
        "CleanUp",
    ];

    [Fact]
    public async Task One_trace_spans_request_job_steps_and_runner_and_what_is_told_is_right_and_no_secret()
    {
        Faults.Processes.SkipWhereTheyCannotBeSeen();
        var folder = Directory.CreateTempSubdirectory("perfgate-traced-").FullName;
        await using var collector = new OtlpReceiver();
        await using var target = await LoadTarget.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        RunView run;
        string token;
        await using (var host = await HostProcess.StartAsync(folder, database, environment: collector.Environment))
        {
            token = await TokenAsync(folder);
            var id = await ExecuteAsync(host.Gate.Server, token, target.Url);
            run = await Loads.EndAsync(host.Gate, id);
            await RunnerUnderTest.EventuallyAsync(
                () => collector.LastOf("perfgate.runs.active").Count == 4,
                "the active runs are told"
            );
            await host.StopAsync();
        }
        Loads.AssertWell(run);

        AssertOneTrace(collector, run);
        AssertMeasured(collector, run);
        AssertLogged(collector, run.TestId);
        Assert.False(collector.Heard(Secret));
        Assert.False(collector.Heard(token));
        Assert.False(collector.Heard(new NpgsqlConnectionStringBuilder(database).Password!));
        Directory.Delete(folder, recursive: true);
    }

    private static string VerdictOf(RunView run) => run.Verdict!.Value.ToString().ToLowerInvariant();

    private static void AssertOneTrace(OtlpReceiver collector, RunView run)
    {
        var spans = collector.SpansOf(run.TestId);
        Assert.All(spans, span => Assert.Equal(TraceId, span.TraceId));
        Assert.All(spans, span => Assert.NotEqual(2, span.Status));

        var request = Assert.Single(spans, span => span.Name == "POST /api/performance/tests/execute");
        Assert.Equal(CallersSpan, request.ParentId);
        var job = Assert.Single(spans, span => span.Name == "RunJob");
        Assert.Equal(request.SpanId, job.ParentId);
        foreach (var name in Steps)
        {
            var step = Assert.Single(spans, span => span.Name == name);
            Assert.Equal((job.SpanId, "perfgate", "PerfGate"), (step.ParentId, step.Service, step.Source));
            Assert.Equal("endurance", step.Attributes["perfgate.test.type"]);
            Assert.Equal("staging", step.Attributes["deployment.environment.name"]);
        }
        var recorded = spans.Single(span => span.Name == "Record");
        Assert.Equal(VerdictOf(run), recorded.Attributes["perfgate.verdict"]);
        Assert.StartsWith("embedded", recorded.Attributes["perfgate.engine"], StringComparison.Ordinal);

        var runner = Assert.Single(spans, span => span.Name == "Runner");
        Assert.Equal(
            (spans.Single(span => span.Name == "StartRunners").SpanId, "perfgate-runner"),
            (runner.ParentId, runner.Service)
        );
        Assert.Equal("finished", runner.Attributes["perfgate.runner.end"]);
        foreach (var name in new[] { "CheckScript", "ApplyLoad" })
        {
            Assert.Single(collector.Spans, span => span.Name == name && span.ParentId == runner.SpanId);
        }

        // Commands of the database belong to a request or a step: nothing is told of polls.
        var database = collector.Spans.Where(span => span.Source == "Npgsql").ToList();
        Assert.Contains(database, span => span.TraceId == TraceId);
        Assert.All(database, span => Assert.NotEqual("", span.ParentId));
    }

    private static void AssertMeasured(OtlpReceiver collector, RunView run)
    {
        (string, string)[] ofRun = [("perfgate.test.type", "endurance"), ("deployment.environment.name", "staging")];
        AssertOne("perfgate.runs.started", "{run}", ofRun);
        AssertOne("perfgate.verdicts", "{verdict}", [.. ofRun, ("perfgate.verdict", VerdictOf(run))]);
        AssertOne("perfgate.queue.duration", "s", ofRun);
        AssertOne("perfgate.runner.start.duration", "s", ofRun);
        AssertOne("perfgate.run.duration", "s", [.. ofRun, ("perfgate.verdict", VerdictOf(run))]);
        Assert.All(collector.LastOf("perfgate.runs.active"), point => Assert.Contains(point.Value, new[] { 0.0, 1 }));

        void AssertOne(string metric, string unit, (string Name, string Value)[] attributes)
        {
            var point = Assert.Single(collector.LastOf(metric));
            Assert.Equal((1, unit), (point.Value, point.Unit));
            Assert.Equal(
                attributes.ToDictionary(one => one.Name, one => one.Value).OrderBy(one => one.Key),
                point.Attributes.OrderBy(one => one.Key)
            );
        }
    }

    private static void AssertLogged(OtlpReceiver collector, Guid run)
    {
        var ended = Assert.Single(collector.Logs, log => log.Body == $"Run {run} ended: passed");
        Assert.Equal(TraceId, ended.TraceId);
        Assert.Equal(run.ToString(), ended.Attributes["perfgate.run.id"]);
    }

    private static async Task<Guid> ExecuteAsync(Uri server, string token, string target)
    {
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Add("traceparent", $"00-{TraceId}-{CallersSpan}-01");
        var answer = await http.PostAsJsonAsync(
            new Uri("/api/performance/tests/execute", UriKind.Relative),
            new
            {
                testType = "endurance",
                environment = "staging",
                configuration = new
                {
                    baseUrl = target,
                    duration = 5,
                    arrivalRate = 60,
                    scenarios = new[]
                    {
                        new
                        {
                            name = "one",
                            thinkTime = "0s",
                            steps = new[]
                            {
                                new
                                {
                                    method = "GET",
                                    path = $"/?key={Secret}",
                                    headers = new { Shop = Secret },
                                },
                            },
                        },
                    },
                    thresholds = new { minThroughput = 1 },
                },
            }
        );
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("testId").GetGuid();
    }

    private static async Task<string> TokenAsync(string folder)
    {
        var key = await LocalSigningKey.LoadOrCreateAsync(folder, TimeProvider.System, CancellationToken.None);
        return key.IssueToken("tests", Role.Admin, TimeSpan.FromHours(1));
    }
}
