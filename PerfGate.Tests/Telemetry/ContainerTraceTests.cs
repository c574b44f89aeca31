using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Runs;
using PerfGate.Tests.EndToEnd;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.Telemetry;

/// <summary>A server whose runners are in container groups, and a collector that listens to both.</summary>
public sealed class TracedCloudFixture(PostgresFixture postgres, AzuriteFixture azurite) : GateFixture(postgres)
{
    private LoopbackArmServer? _arm;

    internal OtlpReceiver Collector { get; } = new();

    protected override TelemetrySettings Telemetry => new(Collector.Endpoint, OverHttp: true);

    protected override async Task<string?> BlobsAsync() => await azurite.ConnectionStringAsync();

    protected override async Task<ContainerInstanceOptions?> ContainersAsync()
    {
        _arm = await LoopbackArmServer.StartAsync();
        return new ContainerInstanceOptions
        {
            SubscriptionId = LoopbackArmServer.Subscription,
            ResourceGroup = LoopbackArmServer.ResourceGroup,
            Regions = [new ContainerRegion("westeurope")],
            Image = "perfgate.azurecr.io/runner:1.2.0",
            Endpoint = _arm.Endpoint,
            LookInterval = TimeSpan.FromSeconds(1),
            RunnerEnvironment = Collector.Environment.ToDictionary(one => one.Name, one => one.Value),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (_arm?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Collector.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class ContainerTraceTests(TracedCloudFixture gate) : IClassFixture<TracedCloudFixture>
{
    [Fact]
    public async Task A_runner_in_a_container_group_is_part_of_its_runs_trace()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var run = await gate.RunAsync(
            "load",
            new
            {
                baseUrl = platform.Urls.First(),
                duration = 6,
                arrivalRate = 40,
                thresholds = new { minThroughput = 5 },
            }
        );
        Loads.AssertWell(run);
        // Told every five seconds, where nothing else is said.
        await RunnerUnderTest.EventuallyAsync(
            () => gate.Collector.SpansOf(run.TestId).Any(span => span.Name == "RunJob"),
            "the job is told of"
        );

        var spans = gate.Collector.SpansOf(run.TestId);
        var request = Assert.Single(spans, span => span.Name == "POST /api/performance/tests/execute");
        var start = Assert.Single(spans, span => span.Name == "StartRunners");
        var runner = Assert.Single(spans, span => span.Name == "Runner");
        Assert.Equal((request.TraceId, start.SpanId), (runner.TraceId, runner.ParentId));
        // Asking Resource Manager for the group is told of too, and no signature of a blob is.
        Assert.Contains(
            gate.Collector.Spans,
            span => span.TraceId == request.TraceId && span.Source == "System.Net.Http" && span.Name == "PUT"
        );
        // Statements of other tests in this process are heard as well, and some look for signatures.
        Assert.DoesNotContain(
            gate.Collector.Spans.Where(span => span.TraceId == request.TraceId)
                .SelectMany(span => span.Attributes.Values.Append(span.Name)),
            value => value.Contains("sig=", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            gate.Collector.Logs.SelectMany(log => log.Attributes.Values.Append(log.Body)),
            text => text.Contains("sig=", StringComparison.Ordinal)
        );
    }
}
