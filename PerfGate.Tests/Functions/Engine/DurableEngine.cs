using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Tests.Functions.Engine;

/// <summary>
/// Durable's own engine in this process: its dispatcher, worker and client, over loopback, with histories in memory. It replays as it
/// does in the cloud, and so says whether the orchestrator is one. Only where the real packages are.
/// </summary>
internal sealed class DurableEngine : IAsyncDisposable
{
    private readonly IHost _host;

    private DurableEngine(IHost host) => _host = host;

    public DurableTaskClient Client => _host.Services.GetRequiredService<DurableTaskClient>();

    /// <summary>Starts it for runs, whose activities are executed as told; timers take a fraction of their time.</summary>
    public static async Task<DurableEngine> StartAsync(
        Func<string, JsonElement, Task<object?>> activity,
        double pace = 1
    )
    {
        var host = new HostBuilder()
            .ConfigureServices(services =>
                services
                    .AddLogging()
                    .AddInMemoryDurableTask(
                        tasks =>
                        {
                            tasks.AddOrchestratorFunc<OrchestrationState, RunVerdict?>(
                                RunOrchestrator.Name,
                                (context, state) => RunOrchestrator.RunAsync(new PacedContext(context, pace), state)
                            );
                            foreach (var name in AppActivities.Names)
                            {
                                tasks.AddActivityFunc<JsonElement, object?>(name, (_, input) => activity(name, input));
                            }
                        },
                        new InMemoryDurableTaskOptions { Port = FreePort() }
                    )
            )
            .Build();
        await host.StartAsync();
        return new DurableEngine(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
