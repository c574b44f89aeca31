using PerfGate.Adapters.ContainerInstances;
using PerfGate.Core.Runs;
using PerfGate.Host.Client;
using PerfGate.Host.Server;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.EndToEnd;

/// <summary>A server that is restarted while a load runs in a container.</summary>
public sealed class CloudRestartTests(PostgresFixture postgres, AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_load_goes_on_without_the_server_and_the_next_one_judges_it()
    {
        await using var arm = await LoopbackArmServer.StartAsync();
        await using var platform = await GateFixture.StartPlatformAsync();
        var folder = Directory.CreateTempSubdirectory("perfgate-restart-");
        try
        {
            var options = new GateServerOptions
            {
                DataFolder = folder.FullName,
                Urls = "http://127.0.0.1:0",
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                BlobConnectionString = await azurite.ConnectionStringAsync(),
                Containers = new ContainerInstanceOptions
                {
                    SubscriptionId = LoopbackArmServer.Subscription,
                    ResourceGroup = LoopbackArmServer.ResourceGroup,
                    Regions = [new ContainerRegion("westeurope")],
                    Image = "perfgate.azurecr.io/runner:1.2.0",
                    Endpoint = arm.Endpoint,
                },
            };
            Guid run;
            await using (var first = await GateServer.StartAsync(options, None))
            {
                using var gate = new GateClient(first.Address, first.IssueToken("tests"));
                run = (await gate.ExecuteAsync(Load(platform.Urls.First()), None)).TestId;
                await RunningAsync(arm);
            }
            Assert.True(Assert.Single(arm.Groups).IsRunning, "the container ended with the server");

            await using var second = await GateServer.StartAsync(options, None);
            using var client = new GateClient(second.Address, second.IssueToken("tests"));
            var view = await client.GetRunAsync(run, None);
            while (view.Status is RunStatus.Queued or RunStatus.Running)
            {
                await Task.Delay(200, TestContext.Current.CancellationToken);
                view = await client.GetRunAsync(run, None);
            }

            Loads.AssertWell(view);
            Assert.Single(arm.Requests, request => request.StartsWith("PUT", StringComparison.Ordinal));
            Assert.Empty(arm.Groups);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static object Load(string target) =>
        new
        {
            testType = "load",
            environment = "staging",
            configuration = new
            {
                baseUrl = target,
                duration = 12,
                arrivalRate = 20,
                thresholds = new { minThroughput = 5 },
            },
        };

    private static async Task RunningAsync(LoopbackArmServer arm)
    {
        for (var i = 0; i < 300 && !arm.Groups.Any(group => group.IsRunning); i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        // Let the load begin.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
    }
}
