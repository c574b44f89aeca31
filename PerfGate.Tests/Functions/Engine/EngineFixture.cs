using Microsoft.DurableTask.Client;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Functions.Engine;

/// <summary>The function app with orchestrations on Durable's own engine, with real activities.</summary>
public sealed class EngineFixture(PostgresFixture postgres) : FunctionsFixture(postgres)
{
    private DurableEngine? _engine;

    protected override DurableTaskClient Client => _engine!.Client;

    /// <summary>Starts the engine, once; skips the test where there is none.</summary>
    public async Task StartEngineAsync()
    {
        var activities = new AppActivities(Services);
        _engine ??= await DurableEngine.StartAsync((name, input) => activities.ExecuteAsync(name, input.GetRawText()));
    }

    /// <summary>The orchestration of a run, once it has ended.</summary>
    public async Task<OrchestrationMetadata> EndAsync(Guid runId)
    {
        while (true)
        {
            var cancellation = TestContext.Current.CancellationToken;
            if (await Client.GetInstanceAsync(runId.ToString(), true, cancellation) is { IsCompleted: true } ended)
            {
                return ended;
            }
            await Task.Delay(100, cancellation);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }
        await base.DisposeAsync();
    }
}
