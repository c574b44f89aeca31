using Microsoft.Extensions.DependencyInjection;
using PerfGate.Adapters;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>
/// The steps of runs in containers, one by one, as an orchestration asks for them: each by any of several instances that share
/// database, blobs and Resource Manager and nothing else.
/// </summary>
internal sealed class CloudSteps : IAsyncDisposable
{
    private readonly List<ServiceProvider> _instances = [];
    private readonly PerfGateOptions _options;

    private CloudSteps(LoopbackArmServer arm, PerfGateOptions options) => (Arm, _options) = (arm, options);

    public LoopbackArmServer Arm { get; }

    /// <summary>Called before a signature is made; may throw.</summary>
    public Action OnAccess { get; set; } = static () => { };

    /// <summary>Called before artifacts are tidied up; may throw.</summary>
    public Action OnTidy { get; set; } = static () => { };

    public static async Task<CloudSteps> StartAsync(PostgresFixture postgres, AzuriteFixture azurite)
    {
        var database = await postgres.CreateDatabaseAsync();
        var arm = await LoopbackArmServer.StartAsync();
        return new CloudSteps(
            arm,
            new PerfGateOptions
            {
                PostgresConnectionString = database,
                ArtifactFolder = "",
                BlobConnectionString = await azurite.ConnectionStringAsync(),
                Engine = "embedded",
                Containers = new ContainerInstanceOptions
                {
                    SubscriptionId = LoopbackArmServer.Subscription,
                    ResourceGroup = LoopbackArmServer.ResourceGroup,
                    Regions = [new ContainerRegion("westeurope"), new ContainerRegion("northeurope")],
                    Image = "perfgate.azurecr.io/runner:1.2.0",
                    Endpoint = arm.Endpoint,
                    LookInterval = TimeSpan.FromSeconds(1),
                },
            }
        );
    }

    /// <summary>An instance that remembers nothing.</summary>
    public IServiceProvider NewInstance()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPerfGate(_options);
        services.AddSingleton<IArtifactStore>(
            new GuardedStore(new BlobArtifactStore(_options.BlobConnectionString!), () => OnAccess(), () => OnTidy())
        );
        var instance = services.BuildServiceProvider();
        _instances.Add(instance);
        return instance;
    }

    /// <summary>The steps, by an instance that remembers nothing.</summary>
    public RunSteps Steps(CancellationToken cancellation) =>
        NewInstance().GetRequiredService<RunStepsFactory>().Create(cancellation);

    /// <summary>A run with its slot and its script.</summary>
    public async Task<Guid> PrepareAsync(string target, int seconds = 3, int segments = 1)
    {
        var read = Loads.Read(Loads.Request(target, duration: seconds));
        var request = read with { Configuration = read.Configuration with { Segments = segments } };
        var run = new NewRun(
            Guid.NewGuid(),
            request,
            TimeProvider.System.GetUtcNow().AddMinutes(1),
            "somebody",
            LoadFingerprint.Of(request)
        );
        var instance = NewInstance();
        await instance.GetRequiredService<RunStore>().InsertAsync(run, CancellationToken.None);
        var steps = instance.GetRequiredService<RunStepsFactory>().Create(CancellationToken.None);
        Assert.Equal(SlotAnswer.Granted, await steps.TakeSlotAsync(run.Id));
        Assert.Null(await steps.PrepareScriptAsync(run.Id));
        return run.Id;
    }

    /// <summary>Looks until all runners have ended, each time by the next of the instances.</summary>
    public static async Task<RunnersAnswer> EndAsync(Guid run, params RunSteps[] instances)
    {
        for (var look = 0; look < 400; look++)
        {
            var seen = await instances[look % instances.Length].ObserveRunnersAsync(run);
            if (seen.Ended)
            {
                return seen;
            }
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException("The runners did not end.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }
        await Arm.DisposeAsync();
    }

    /// <summary>A blob service that may refuse some of what it is asked.</summary>
    private sealed class GuardedStore(IArtifactStore store, Action onAccess, Action onTidy) : StoreBefore(store)
    {
        public override Task<RunnerAccess> AccessForAsync(
            Guid runId,
            int segment,
            DateTimeOffset until,
            CancellationToken cancellation
        )
        {
            onAccess();
            return base.AccessForAsync(runId, segment, until, cancellation);
        }

        public override Task TidyAsync(Guid runId, CancellationToken cancellation)
        {
            onTidy();
            return base.TidyAsync(runId, cancellation);
        }
    }
}
