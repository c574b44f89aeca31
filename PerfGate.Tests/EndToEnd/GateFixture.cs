using Microsoft.AspNetCore.Builder;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;
using PerfGate.Core.Runs;
using PerfGate.Demo;
using PerfGate.Host.Demo;
using PerfGate.Host.Server;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

/// <summary>The whole server on a database of its own, and a wedding platform to aim at.</summary>
public class GateFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-e2e-{Guid.NewGuid():N}");
    private GateServer? _server;

    public GateClient Gate { get; private set; } = null!;

    public GateServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                BlobConnectionString = await BlobsAsync(),
                Containers = await ContainersAsync(),
                Telemetry = Telemetry,
                Admission = Admission,
            },
            CancellationToken.None
        );
        Gate = new GateClient(_server.Address, _server.IssueToken("tests"));
    }

    /// <summary>A healthy platform, or one with its knobs turned.</summary>
    public static async Task<WebApplication> StartPlatformAsync(params string[] arguments)
    {
        var platform = DemoPlatform.Build(["--urls", "http://127.0.0.1:0", .. arguments]);
        await platform.StartAsync();
        return platform;
    }

    /// <summary>Asks for a run and waits for its end.</summary>
    public async Task<RunView> RunAsync(string testType, object configuration, string environment = "staging")
    {
        var accepted = await Gate.ExecuteAsync(
            new
            {
                testType,
                environment,
                confirmEnvironment = environment,
                configuration,
            },
            TestContext.Current.CancellationToken
        );
        return await EndAsync(accepted.TestId);
    }

    /// <summary>
    /// Asks for a run and, at most twice, for it again where the machine was too busy to make the load in full, as a pipeline would.
    /// </summary>
    public async Task<RunView> RunToVerdictAsync(string testType, object configuration)
    {
        RunView run;
        var tries = 0;
        do
        {
            run = await RunAsync(testType, configuration);
        } while (run.Verdict is Verdict.Inconclusive && Loads.IsTired(run.Reasons) && ++tries < 3);
        return run;
    }

    /// <summary>Waits for a run's end.</summary>
    public async Task<RunView> EndAsync(Guid testId)
    {
        while (true)
        {
            var run = await Gate.GetRunAsync(testId, TestContext.Current.CancellationToken);
            if (run.Status is not (RunStatus.Queued or RunStatus.Running))
            {
                return run;
            }
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Where the artifacts go; null for a folder.</summary>
    protected virtual Task<string?> BlobsAsync() => Task.FromResult<string?>(null);

    /// <summary>Where telemetry goes.</summary>
    protected virtual TelemetrySettings Telemetry => TelemetrySettings.None;

    /// <summary>What may be asked for.</summary>
    protected virtual AdmissionRules Admission => AdmissionRules.Default;

    /// <summary>Where runners run; null for child processes.</summary>
    protected virtual Task<ContainerInstanceOptions?> ContainersAsync() =>
        Task.FromResult<ContainerInstanceOptions?>(null);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Gate.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
