using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

/// <summary>The server with its artifacts in Azurite.</summary>
public sealed class BlobGateFixture(PostgresFixture postgres, AzuriteFixture azurite) : GateFixture(postgres)
{
    protected override async Task<string?> BlobsAsync() => await azurite.ConnectionStringAsync();
}

/// <summary>The same way with artifacts as blobs, which the runner reaches by SAS URLs alone.</summary>
public sealed class WholeWayOverBlobsTests(BlobGateFixture gate) : IClassFixture<BlobGateFixture>
{
    [Fact]
    public async Task A_healthy_platform_passes_and_its_report_comes_from_the_blobs()
    {
        await using var platform = await GateFixture.StartPlatformAsync();

        var run = await gate.RunAsync(
            "load",
            new
            {
                baseUrl = platform.Urls.First(),
                duration = 6,
                arrivalRate = 20,
                thresholds = new { minThroughput = 5 },
            }
        );

        Loads.AssertWell(run);
        var report = await gate.Gate.GetReportAsync(run.TestId, TestContext.Current.CancellationToken);
        Assert.Contains(run.TestId.ToString(), report, StringComparison.Ordinal);
    }
}
