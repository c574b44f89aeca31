using PerfGate.Adapters.Postgres;
using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.EndToEnd;

/// <summary>Everything stops at once.</summary>
public sealed class EmergencyStopTests(GateFixture gate) : IClassFixture<GateFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loads_of_both_environments_end_long_before_their_time_and_the_line_behind_them_makes_none()
    {
        await using var target = await LoadTarget.StartAsync();
        var under = new List<Guid>();
        foreach (var environment in new[] { "staging", "production" })
        {
            var request = Loads.Request(target.Url, duration: 600, environment: environment);
            under.Add((await gate.Gate.ExecuteAsync(request, Cancellation)).TestId);
        }
        var behind = (await gate.Gate.ExecuteAsync(Loads.Request(target.Url), Cancellation)).TestId;
        foreach (var run in under)
        {
            while ((await gate.Gate.GetRunAsync(run, Cancellation)).Progress?.Requests is not > 0)
            {
                await Task.Delay(200, Cancellation);
            }
        }

        var answer = await gate.Gate.PostAsync<StopAnswer>(
            "emergency-stop",
            new { reason = "the shop is down" },
            Cancellation
        );

        Assert.Equal(under.Order(), answer.Cancelling.Order());
        Assert.Equal(behind, Assert.Single(answer.Cancelled));
        foreach (var id in under)
        {
            var run = await Loads.EndAsync(gate.Gate, id);
            Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (run.Status, run.Verdict));
            Assert.True(run.EndedAt - run.StartedAt < TimeSpan.FromMinutes(5), "it ran to its planned end");
        }
        var seen = target.Requests;
        await Task.Delay(TimeSpan.FromSeconds(2), Cancellation);
        Assert.Equal(seen, target.Requests);
    }
}
