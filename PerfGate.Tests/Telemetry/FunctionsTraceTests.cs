using System.Net;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.EndToEnd;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Functions;
using PerfGate.Tests.Functions.Replay;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Telemetry;

/// <summary>The function app with a collector that listens to it.</summary>
public sealed class TracedFunctionsFixture(PostgresFixture postgres) : FunctionsFixture(postgres)
{
    private InProcessDurable? _orchestrations;

    internal OtlpReceiver Collector { get; } = new();

    internal InProcessDurable Orchestrations => _orchestrations ??= new InProcessDurable(Services);

    protected override DurableTaskClient Client => Orchestrations;

    protected override IReadOnlyDictionary<string, string?> MoreSettings =>
        Collector.Environment.ToDictionary(one => one.Name, one => (string?)one.Value);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Collector.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// Orchestrations are executed again and again from their history: what is told of a run must not be. Other tests in this
/// process are heard too, so that all is looked up by the run.
/// </summary>
public sealed class FunctionsTraceTests(TracedFunctionsFixture app) : IClassFixture<TracedFunctionsFixture>
{
    private static readonly string[] Steps =
    [
        RunActivities.TakeSlot,
        RunActivities.PrepareScript,
        RunActivities.StartRunners,
        RunActivities.ObserveRunners,
        RunActivities.Measure,
        RunActivities.Judge,
        RunActivities.Report,
        RunActivities.Record,
        RunActivities.CleanUp,
    ];

    [Fact]
    public async Task A_replayed_orchestration_tells_each_step_and_its_runner_once_within_the_trace_of_its_request()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var (answer, body) = await app.AskAsync(
            HttpMethod.Post,
            "/api/performance/tests/execute",
            Loads.Request(platform.Urls.First(), duration: 4, rate: 60)
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var run = body.GetProperty("testId").GetGuid();
        var verdict = await app
            .Orchestrations.OutputOfAsync(run)
            .WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Loads.AssertWell(verdict);
        Assert.True(app.Orchestrations.HarnessOf(run).Tries > Steps.Length);
        app.Services.GetRequiredService<TracerProvider>().ForceFlush();

        var spans = app.Collector.SpansOf(run);
        var request = Assert.Single(spans, span => span.Kind == 2);
        Assert.All(spans, span => Assert.Equal(request.TraceId, span.TraceId));
        foreach (var name in Steps)
        {
            var step = Assert.Single(spans, span => span.Name == name);
            Assert.Equal((request.SpanId, "perfgate-functions"), (step.ParentId, step.Service));
        }
        await AssertRunnerToldAsync(run, spans);
    }

    // The collector is a setting of the app alone: its runner knows of none.
    private async Task AssertRunnerToldAsync(Guid run, IReadOnlyList<ReceivedSpan> spans)
    {
        var artifacts = app.Services.GetRequiredService<RunArtifacts>();
        var end = await artifacts.ReadEndAsync(run, 0, TestContext.Current.CancellationToken);
        var start = spans.Single(span => span.Name == RunActivities.StartRunners);
        var runner = Assert.Single(spans, span => span.Name == RunnerSpans.Runner);
        Assert.Equal(
            (start.SpanId, "perfgate-functions", RunnerSpans.Source),
            (runner.ParentId, runner.Service, runner.Source)
        );
        Assert.Equal("0", runner.Attributes[RunnerSpans.SegmentTag]);
        Assert.Equal("finished", runner.Attributes[RunnerSpans.EndTag]);
        Assert.Equal(end!.Engine, runner.Attributes["perfgate.engine"]);
        var parts = app.Collector.Spans.Where(span => span.ParentId == runner.SpanId).ToList();
        Assert.Equal([RunnerSpans.ApplyLoad, RunnerSpans.CheckScript], parts.Select(part => part.Name).Order());
        Assert.Equal(end.Times!.Runner, PeriodOf(runner));
        Assert.Equal(end.Times.ApplyLoad, PeriodOf(parts.Single(part => part.Name == RunnerSpans.ApplyLoad)));
        Assert.Equal(end.Times.CheckScript, PeriodOf(parts.Single(part => part.Name == RunnerSpans.CheckScript)));
    }

    private static RunnerPeriod PeriodOf(ReceivedSpan span) => new(span.Begun, span.Ended);
}
