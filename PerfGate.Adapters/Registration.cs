using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Imports;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Processes;
using PerfGate.Adapters.Retention;
using PerfGate.Adapters.Runs;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;

namespace PerfGate.Adapters;

/// <summary>What the adapters need to know.</summary>
public sealed record PerfGateOptions
{
    /// <summary>The database.</summary>
    public required string PostgresConnectionString { get; init; }

    /// <summary>
    /// Whether an Entra token of the server's identity is the password of the database (<see cref="EntraLogin"/>); default false.
    /// </summary>
    public bool PostgresByEntra { get; init; }

    /// <summary>Folder of the artifacts, where no blob service is named.</summary>
    public required string ArtifactFolder { get; init; }

    /// <summary>Blob service of the artifacts; null (default) keeps them in the folder.</summary>
    public string? BlobConnectionString { get; init; }

    /// <summary>
    /// Blob service of the artifacts that is opened with the server's Entra identity:
    /// <c>https://ACCOUNT.blob.core.windows.net</c>; null (default) for none. The connection string goes before it.
    /// </summary>
    public Uri? BlobServiceUrl { get; init; }

    /// <summary>Container groups that runners run in; null (default) runs them as child processes of this server.</summary>
    public ContainerInstanceOptions? Containers { get; init; }

    /// <summary>Load engine: <c>auto</c> (default), <c>k6</c>, <c>embedded</c>, or a path to a k6 binary.</summary>
    public string Engine { get; init; } = "auto";

    /// <summary>Runs under load at once in one environment whose rules say nothing else, at least 1; default 1.</summary>
    public int SlotsPerEnvironment { get; init; } = 1;

    /// <summary>Runs under load at once in an environment.</summary>
    public int SlotsOf(TargetEnvironment environment) => Admission.On(environment).Slots ?? SlotsPerEnvironment;

    /// <summary>
    /// A runner whose series has not grown for so long, although its process is there, is ended; default 1 minute, at least
    /// 15 s (a sign of life comes every 8 s at the latest).
    /// </summary>
    public TimeSpan RunnerSilence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a run waits for a blob service that is out of reach, in each step and in its runners, before it ends as
    /// <c>artifacts-unwell</c>; default 5 minutes.
    /// </summary>
    public TimeSpan ArtifactPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// When stored tests run whose schedule has no cron expression of its own, UTC unless they name a time zone; five fields,
    /// default <c>0 2 * * *</c>.
    /// </summary>
    public string NightlyCron { get; init; } = Schedule.DefaultNightly;

    /// <summary>Largest import, bytes as they are sent; default 2 GB.</summary>
    public long ImportBytes { get; init; } = 2_000_000_000;

    /// <summary>How much may be asked for over time, and when; the defaults by default.</summary>
    public AdmissionRules Admission { get; init; } = AdmissionRules.Default;
}

/// <summary>Puts the adapters together, for both hosts.</summary>
public static class Registration
{
    /// <summary>Registers everything but the host's own <see cref="IRunStarter"/>.</summary>
    public static IServiceCollection AddPerfGate(this IServiceCollection services, PerfGateOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Admission.Limits);
        services.AddSingleton(options.Admission);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new DatabaseAccess(
            options.PostgresConnectionString,
            options.PostgresByEntra ? provider.GetRequiredService<TokenCredential>() : null
        ));
        services.AddSingleton(provider => provider.GetRequiredService<DatabaseAccess>().CreateSource());
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuditPages>();
        services.AddSingleton<RunAdmission>();
        services.AddSingleton<RunIntake>();
        services.AddSingleton<EmergencyStops>();
        services.AddSingleton<RunStore>();
        services.AddSingleton(provider => new RunLooks(provider.GetRequiredService<RunStore>().FindAsync));
        services.AddSingleton<RunHistory>();
        // A connection of its own: as one of a small pool it would be kept from all others for as long as anybody waits.
        services.AddSingleton(provider => new RunWatch(
            provider.GetRequiredService<DatabaseAccess>().CreateSource(settings => settings.Pooling = false),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RunWatch>>(),
            provider.GetService<IHostApplicationLifetime>()
        ));
        services.AddSingleton<RunAnswers>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<RunReading>();
        services.AddSingleton<RunFeeds>();
        services.AddSingleton<TestStore>();
        services.AddSingleton<TestPages>();
        services.AddSingleton<DueTests>();
        services.AddSingleton<ScheduledRuns>();
        services.AddSingleton<PerformanceMonitor>();
        services.AddSingleton<PerformanceBaselineManager>();
        services.AddSingleton<BaselineHistory>();
        services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        services.AddSingleton<IArtifactStore>(provider =>
            options.BlobConnectionString is { } blobs
                ? new BlobArtifactStore(
                    new BlobServiceClient(blobs, BlobArtifactStore.Options()),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetService<ILogger<BlobArtifactStore>>()
                )
            : options.BlobServiceUrl is { } service
                ? new BlobArtifactStore(
                    service,
                    provider.GetRequiredService<TokenCredential>(),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetService<ILogger<BlobArtifactStore>>()
                )
            : new FolderArtifactStore(options.ArtifactFolder)
        );
        services.AddSingleton<RunArtifacts>();
        services.AddSingleton<ImportedRuns>();
        services.AddSingleton<RunImport>();
        services.AddSingleton<RunRetention>();
        AddRunners(services, options);
        services.AddSingleton<ProgressReader>();
        services.AddSingleton<RunningSeries>();
        services.AddSingleton<RunnerPulse>();
        services.AddSingleton<RunAges>();
        services.AddSingleton<RunQueue>();
        services.AddSingleton<RunJudgement>();
        services.AddSingleton<RunStepParts>();
        services.AddSingleton<RunStepsFactory>();
        services.AddSingleton<RunTracing>();
        return services;
    }

    private static void AddRunners(IServiceCollection services, PerfGateOptions options)
    {
        if (options.Containers is not { } containers)
        {
            services.AddSingleton<RunnerLauncher>();
            services.AddSingleton<IRunnerLauncher>(provider => provider.GetRequiredService<RunnerLauncher>());
            return;
        }
        if (options.BlobConnectionString is null && options.BlobServiceUrl is null)
        {
            throw new ArgumentException("Runners in containers need a blob service: a container reaches no folder.");
        }
        services.AddSingleton(containers);
        services.AddSingleton(provider => new ContainerGroupsClient(
            containers,
            provider.GetRequiredService<TokenCredential>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IRunnerLauncher, ContainerGroupLauncher>();
        services.AddSingleton<OrphanSweep>();
    }
}
