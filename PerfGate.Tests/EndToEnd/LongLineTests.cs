using PerfGate.Core.Runs;

namespace PerfGate.Tests.EndToEnd;

public sealed class LongLineTests(GateFixture fixture) : IClassFixture<GateFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_line_for_staging_does_not_keep_production_waiting_and_moves_on_to_its_end()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var first = await ExecuteAsync("staging", "60s");
        var line = new List<Guid>();
        for (var i = 0; i < 30; i++)
        {
            line.Add(await ExecuteAsync("staging", "1s"));
        }

        var production = await fixture.EndAsync(await ExecuteAsync("production", "1s"));

        Assert.NotNull(production.Results?.Metrics);
        Assert.Equal(RunStatus.Running, (await fixture.Gate.GetRunAsync(first, Cancellation)).Status);

        // All but the last are withdrawn, so that the last, far behind the front before, comes to the front at once.
        foreach (var run in line[..^1])
        {
            await fixture.Gate.CancelAsync(run, Cancellation);
        }
        await fixture.Gate.CancelAsync(first, Cancellation);
        Assert.Equal(RunStatus.Cancelled, (await fixture.EndAsync(first)).Status);
        Assert.NotNull((await fixture.EndAsync(line[^1])).Results?.Metrics);

        async Task<Guid> ExecuteAsync(string environment, string duration) =>
            (
                await fixture.Gate.ExecuteAsync(
                    new
                    {
                        testType = "load",
                        environment,
                        confirmEnvironment = environment,
                        configuration = new
                        {
                            baseUrl = platform.Urls.First(),
                            vus = 4,
                            duration,
                        },
                    },
                    Cancellation
                )
            ).TestId;
    }
}
