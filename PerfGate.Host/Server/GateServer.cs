using Azure.Identity;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.PostgreSql;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using Npgsql;
using PerfGate.Adapters;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Processes;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;
using PerfGate.Host.Jobs;

namespace PerfGate.Host.Server;

/// <summary>PerfGate on one machine: Kestrel, Hangfire on PostgreSQL, child processes. Ends all it started.</summary>
public sealed partial class GateServer : IAsyncDisposable
{
    private static readonly ILoggerFactory HangfireLog = LoggerFactory.Create(logging =>
        logging.AddConsole(ToStandardError).SetMinimumLevel(LogLevel.Warning)
    );

    private readonly WebApplication _app;
    private readonly PrivatePostgres? _postgres;
    private readonly LocalSigningKey _key;

    private GateServer(WebApplication app, PrivatePostgres? postgres, LocalSigningKey key) =>
        (_app, _postgres, _key) = (app, postgres, key);

    /// <summary>Where it listens.</summary>
    public Uri Address =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts the database (where it is its own), migrates it, and serves.</summary>
    public static async Task<GateServer> StartAsync(GateServerOptions options, CancellationToken cancellation)
    {
        var key = await LocalSigningKey.LoadOrCreateAsync(options.DataFolder, TimeProvider.System, cancellation);
        var postgres = options.PostgresConnectionString is null
            ? await PrivatePostgres.StartAsync(Path.Combine(options.DataFolder, "postgres"), cancellation)
            : null;
        try
        {
            var connectionString = await PrepareAsync(options, postgres, cancellation);
            var app = Build(options, connectionString, key);
            await app.StartAsync(cancellation);
            if (
                options is { PostgresConnectionString: not null, PostgresOwner: null }
                && await AppRole.IsOwnerAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), cancellation)
            )
            {
                LogOwner(app.Logger);
            }
            return new GateServer(app, postgres, key);
        }
        catch
        {
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }
            throw;
        }
    }

    /// <summary>A token good for a day. Who has the server in hand may do all there is, unless told otherwise.</summary>
    public string IssueToken(string subject, Role role = Role.Admin) =>
        _key.IssueToken(subject, role, TimeSpan.FromDays(1));

    /// <summary>Waits until it is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "PerfGate serves as the owner of its tables: whoever takes it over can rewrite the audit trail. Give it a role of its own in --postgres, and the owner in --postgres-owner."
    )]
    private static partial void LogOwner(ILogger log);

    // Brings the schema to the newest; gives how the server itself reaches the database, in a role of its own where it may.
    private static async Task<string> PrepareAsync(
        GateServerOptions options,
        PrivatePostgres? postgres,
        CancellationToken cancellation
    )
    {
        var entra = options.PostgresByEntra ? options.Credential ?? new DefaultAzureCredential() : null;
        var owner = new DatabaseAccess(
            options.PostgresOwner ?? options.PostgresConnectionString ?? postgres!.ConnectionString,
            entra
        );
        await MigrationRunner.MigrateAsync(owner, cancellation);
        await JobSchema.PrepareAsync(owner, cancellation);
        if (options.PostgresConnectionString is not { } connectionString)
        {
            return await AppRole.CreateAsync(postgres!.ConnectionString, cancellation);
        }
        if (options.PostgresOwner is not null)
        {
            var role = new NpgsqlConnectionStringBuilder(connectionString).Username;
            await AppRole.GrantAsync(owner, role!, cancellation);
        }
        return connectionString;
    }

    private static WebApplication Build(GateServerOptions options, string connectionString, LocalSigningKey key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
            RequestLimits.Apply(kestrel, options.Admission.Limits.RequestBytes)
        );
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(ToStandardError);
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        // Bearer tokens use none of its keys.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        if (options.Credential is { } credential)
        {
            builder.Services.AddSingleton(credential);
        }
        var perfGate = new PerfGateOptions
        {
            PostgresConnectionString = connectionString,
            PostgresByEntra = options.PostgresByEntra,
            ArtifactFolder = Path.Combine(options.DataFolder, "artifacts"),
            BlobConnectionString = options.BlobConnectionString,
            BlobServiceUrl = options.BlobServiceUrl,
            ArtifactPatience = options.ArtifactPatience,
            Containers = options.Containers,
            Engine = options.Engine,
            SlotsPerEnvironment = options.SlotsPerEnvironment,
            ImportBytes = options.ImportBytes,
            Admission = options.Admission,
        };
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Retention);
        builder.Services.AddPerfGate(perfGate);
        if (options.Telemetry.OtlpEndpoint is not null)
        {
            builder.Services.AddPerfGateTelemetry(options.Telemetry, "perfgate");
        }
        if (options.Containers is not null)
        {
            builder.Services.AddHostedService<RunnerSweep>();
        }
        AddJobs(builder.Services, new JobWorkers(perfGate.SlotsOf));
        builder.Services.AddGuard(
            options.Issuer is { } issuer ? issuer.Believe : bearer => bearer.TokenValidationParameters = key.Validation
        );

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPerfGate();
        return app;
    }

    /// <summary>Standard output is the command's.</summary>
    private static void ToStandardError(ConsoleLoggerOptions console) =>
        console.LogToStandardErrorThreshold = LogLevel.Trace;

    private static void AddJobs(IServiceCollection services, JobWorkers workers)
    {
        // Hangfire keeps storage, activator and log in statics, where a second server in the same process takes the jobs of the
        // first, and one that ended takes the log, and with it every job, from one that lives. Here each
        // server has its own storage and activator, and the log is the process's.
        var storage = new PostgreSqlStorageOptions
        {
            // A run should begin at once, not at the next poll.
            QueuePollInterval = TimeSpan.FromMilliseconds(500),
            EnableLongPolling = true,
            // Made with the migrations: the server's role cannot.
            PrepareSchemaIfNecessary = false,
            UseSlidingInvisibilityTimeout = true,
            // A server that is killed leaves its locks, which are held for moments.
            DistributedLockTimeout = TimeSpan.FromMinutes(1),
        };
        services.AddSingleton(provider => new JobDatabase(
            provider.GetRequiredService<DatabaseAccess>().CreateSource(workers.MakeRoom),
            storage
        ));
        services.AddSingleton<JobStorage>(provider => new PostgreSqlStorage(
            provider.GetRequiredService<JobDatabase>(),
            storage
        ));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(
            provider.GetRequiredService<IServiceScopeFactory>()
        ));
        services.AddHangfire(hangfire =>
            hangfire
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings()
                .UseLogProvider(new AspNetCoreLogProvider(HangfireLog))
        );
        services.AddHangfireServer(server => server.WorkerCount = workers.Count);
        services.AddSingleton<IRunStarter, HangfireRunStarter>();
        services.AddTransient<RunJob>();
        services.AddTransient<ScheduleJob>();
        services.AddTransient<RetentionJob>();
        services.AddHostedService<ScheduleRegistration>();
        services.AddSingleton(workers);
        services.AddSingleton<RunRecovery>();
        services.AddHostedService(provider => provider.GetRequiredService<RunRecovery>());
    }
}
