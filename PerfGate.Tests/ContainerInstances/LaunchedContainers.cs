using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>A launcher on a loopback Resource Manager, with a clock of the test's own and a run whose script is in a blob container or nowhere.</summary>
internal sealed class LaunchedContainers : IAsyncDisposable
{
    private LaunchedContainers(LoopbackArmServer arm)
    {
        Arm = arm;
        Options = new ContainerInstanceOptions
        {
            SubscriptionId = LoopbackArmServer.Subscription,
            ResourceGroup = LoopbackArmServer.ResourceGroup,
            Regions = [new ContainerRegion("westeurope"), new ContainerRegion("northeurope")],
            Image = "perfgate.azurecr.io/runner:1.2.0",
            Endpoint = arm.Endpoint,
        };
        Launcher = CreateLauncher();
        Order = new RunnerOrder
        {
            RunId = Guid.NewGuid(),
            // No blob service: the runner ends at once, unable to report.
            Artifacts = new Uri(arm.Endpoint, "account/container/run/?sv=1&sig=secret"),
            Deadline = Time.GetUtcNow() + TimeSpan.FromMinutes(5),
        };
    }

    public LoopbackArmServer Arm { get; }

    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public ContainerInstanceOptions Options { get; set; }

    public ContainerGroupLauncher Launcher { get; }

    public RunnerOrder Order { get; set; }

    public ContainerGroupsClient Client =>
        new(Options, new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned), Time);

    public static async Task<LaunchedContainers> StartAsync() => new(await LoopbackArmServer.StartAsync());

    /// <summary>A launcher as another server would have it: it remembers nothing.</summary>
    public ContainerGroupLauncher CreateLauncher() =>
        new(Client, Options, Time, NullLogger<ContainerGroupLauncher>.Instance);

    /// <summary>Looks, with as much of the clock's time between looks as they need, until the state is the one waited for.</summary>
    public async Task<RunnerState> LookUntilAsync(RunnerPresence presence, ContainerGroupLauncher? launcher = null)
    {
        RunnerState state;
        for (var i = 0; i < 300; i++)
        {
            state = await (launcher ?? Launcher).LookAsync(Order.RunId, Order.Segment, CancellationToken.None);
            if (state.Presence == presence)
            {
                return state;
            }
            Time.Advance(Options.LookInterval);
            await Task.Delay(50);
        }
        throw new TimeoutException($"The runner's state did not become {presence}.");
    }

    /// <summary>Turns the clock on until a task that waits for it is done.</summary>
    public async Task<T> TurningTheClockAsync<T>(Task<T> task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(step);
            await Task.Delay(20);
        }
        return await task;
    }

    public ValueTask DisposeAsync() => Arm.DisposeAsync();
}
