using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

public sealed class NeighbouringServersTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_that_start_at_once_in_one_process_took_each_others_jobs()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var servers = Enumerable.Range(0, 4).Select(_ => new GateFixture(postgres)).ToArray();
        await Task.WhenAll(servers.Select(server => server.InitializeAsync().AsTask()));

        var runs = await Task.WhenAll(servers.Select(ShortRunAsync)).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);

        Assert.All(runs, run => Assert.Equal(RunStatus.Completed, run.Status));
        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));

        Task<RunView> ShortRunAsync(GateFixture server) =>
            server.RunAsync(
                "load",
                new
                {
                    baseUrl = platform.Urls.First(),
                    vus = 4,
                    duration = "1s",
                }
            );
    }
}
