using Cronos;
using Microsoft.Extensions.Configuration;
using Npgsql;
using PerfGate.Adapters;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;
using PerfGate.Core.Schedules;

namespace PerfGate.Functions.Settings;

/// <summary>How the function app is set up: each setting is described in docs/configuration.md.</summary>
public sealed record FunctionsSettings
{
    /// <summary>What the adapters need.</summary>
    public required PerfGateOptions PerfGate { get; init; }

    /// <summary>Which tokens are believed.</summary>
    public required TokenSettings Tokens { get; init; }

    /// <summary>How long things are kept.</summary>
    public required RetentionSettings Retention { get; init; }

    /// <summary>Where telemetry goes beside <see cref="ApplicationInsights"/>.</summary>
    public TelemetrySettings Telemetry { get; init; } = TelemetrySettings.None;

    /// <summary>Connection string of an Application Insights that telemetry goes to; null (default) for none.</summary>
    public string? ApplicationInsights { get; init; }

    /// <summary>Whether it is sent to with the app's identity, not with the connection string alone; default false.</summary>
    public bool ApplicationInsightsByIdentity { get; init; }

    /// <summary>Whether the app brings the database to the newest schema when it starts; default true.</summary>
    public bool MigrateAtStart { get; init; } = true;

    /// <summary>
    /// Who brings it, and gives the app's own role its rights; null (default) where the app does it as itself, and so owns the
    /// tables.
    /// </summary>
    public SchemaOwner? SchemaOwner { get; init; }

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="SettingsException">Settings cannot be used; it names each of them.</exception>
    public static FunctionsSettings Read(IConfiguration configuration)
    {
        var read = new SettingReader(configuration);
        var settings = new FunctionsSettings
        {
            PerfGate = ReadPerfGate(read) with
            {
                Containers = ReadContainers(read, configuration),
                Admission = ReadAdmission(read, configuration),
            },
            Tokens = ReadTokens(read),
            Retention = RetentionSettings.Read(read, configuration),
            MigrateAtStart = read.Flag("PerfGate__MigrateAtStart", true),
            SchemaOwner = SchemaOwner.Read(read),
            Telemetry = ReadTelemetry(read, configuration),
            ApplicationInsights = TelemetrySettings.IsDisabled(configuration)
                ? null
                : read.Text("APPLICATIONINSIGHTS_CONNECTION_STRING"),
            ApplicationInsightsByIdentity =
                read.Text("APPLICATIONINSIGHTS_AUTHENTICATION_STRING") is { } how
                && how.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase),
        };
        var perfGate = settings.PerfGate;
        var signs = perfGate.BlobConnectionString is null ? perfGate.BlobServiceUrl : null;
        foreach (var problem in SignatureLifetime.Problems(perfGate.Admission.Limits, signs, perfGate.Containers))
        {
            read.Refuse(problem.Field, problem.Problem, problem.Allowed);
        }
        foreach (var schedule in Schedules)
        {
            CheckSchedule(read, schedule);
        }
        return read.Errors.Count == 0 ? settings : throw new SettingsException(read.Errors);
    }

    /// <summary>The settings that hold the timers' schedules. The Functions host reads them itself, and has no defaults.</summary>
    public static IReadOnlyList<string> Schedules { get; } =
    ["NightlyEnduranceSchedule", "StartDueTestsSchedule", "SweepOrphanedRunnersSchedule", "PurgeHistorySchedule"];

    private static PerfGateOptions ReadPerfGate(SettingReader read)
    {
        var database = read.Required(
            "PerfGate__PostgresConnectionString",
            "a connection string, such as Host=...;Database=perfgate"
        );
        CheckDatabase(read, "PerfGate__PostgresConnectionString", database);
        var byEntra = ReadLogin(read, database);
        var blobs = read.Text("PerfGate__BlobConnectionString");
        var service = read.Address("PerfGate__BlobServiceUrl", "https");
        var folder = read.Text("PerfGate__ArtifactFolder");
        if (blobs is null && service is null && folder is null)
        {
            read.Refuse(
                "PerfGate__BlobConnectionString",
                "is not set",
                "the connection string of a blob service, or PerfGate__BlobServiceUrl for one that is opened with the app's "
                    + "identity, or PerfGate__ArtifactFolder for a folder on this machine"
            );
        }
        return new PerfGateOptions
        {
            PostgresConnectionString = database,
            PostgresByEntra = byEntra,
            ArtifactFolder = Path.GetFullPath(folder ?? "."),
            BlobConnectionString = blobs,
            BlobServiceUrl = service,
            Engine = read.Text("PerfGate__Engine") ?? "auto",
            SlotsPerEnvironment = (int)read.Number("PerfGate__SlotsPerEnvironment", 1, 1, 100),
            RunnerSilence = read.Duration(
                "PerfGate__RunnerSilence",
                TimeSpan.FromMinutes(1),
                TimeSpan.FromSeconds(15),
                TimeSpan.FromHours(1)
            ),
            NightlyCron =
                read.Text("NightlyEnduranceSchedule") is { } nightly && IsSchedule(nightly)
                    // The seconds are the timer's own: tests are due by the minute.
                    ? string.Join(' ', Fields(nightly)[1..])
                    : Schedule.DefaultNightly,
            ImportBytes = read.Number("PerfGate__ImportBytes", 2_000_000_000, 1, 100_000_000_000),
        };
    }

    private static ContainerInstanceOptions? ReadContainers(SettingReader read, IConfiguration configuration)
    {
        switch (read.Text("PerfGate__Runners") ?? "processes")
        {
            case "processes":
                return null;
            case "containers":
                break;
            case var other:
                read.Refuse("PerfGate__Runners", $"'{other}' cannot be used", "processes or containers");
                return null;
        }
        if (read.Text("PerfGate__BlobConnectionString") is null && read.Text("PerfGate__BlobServiceUrl") is null)
        {
            read.Refuse(
                "PerfGate__BlobServiceUrl",
                "is not set",
                "the blob service of the artifacts: runners in containers reach no folder"
            );
        }
        var (containers, problems) = ContainerInstanceSettings.Read(configuration);
        foreach (var problem in problems)
        {
            read.Refuse(problem.Field, problem.Problem, problem.Allowed);
        }
        return containers;
    }

    private static AdmissionRules ReadAdmission(SettingReader read, IConfiguration configuration)
    {
        var (rules, problems) = AdmissionSettings.Read(configuration, TargetRules.Nothing);
        foreach (var problem in problems)
        {
            read.Refuse(problem.Field, problem.Problem, problem.Allowed);
        }
        return rules;
    }

    private static TelemetrySettings ReadTelemetry(SettingReader read, IConfiguration configuration)
    {
        var (telemetry, problems) = TelemetrySettings.Read(configuration);
        foreach (var problem in problems)
        {
            read.Refuse(problem.Field, problem.Problem, problem.Allowed);
        }
        return telemetry;
    }

    private static TokenSettings ReadTokens(SettingReader read)
    {
        var authority = read.Address("PerfGate__Auth__Authority", "https");
        var folder = read.Text("PerfGate__Auth__DataFolder");
        if (read.Text("PerfGate__Auth__Authority") is null && folder is not null)
        {
            return new TokenSettings.Local(Path.GetFullPath(folder));
        }
        if (folder is not null)
        {
            read.Refuse("PerfGate__Auth__DataFolder", "is set beside PerfGate__Auth__Authority", "one of the two");
        }
        if (read.Text("PerfGate__Auth__Authority") is null)
        {
            read.Refuse(
                "PerfGate__Auth__Authority",
                "is not set",
                "https://login.microsoftonline.com/TENANT/v2.0, or PerfGate__Auth__DataFolder on an engineer's machine"
            );
            return new TokenSettings.Local(".");
        }
        var audience = read.Required(
            "PerfGate__Auth__Audience",
            "the application id of PerfGate at its identity provider"
        );
        return new TokenSettings.Issued(authority ?? new Uri("https://localhost"), audience);
    }

    private static bool ReadLogin(SettingReader read, string connectionString)
    {
        switch (read.Text("PerfGate__PostgresAuthentication") ?? EntraLogin.Password)
        {
            case EntraLogin.Password:
                return false;
            case EntraLogin.Entra:
                foreach (var problem in EntraLogin.Problems(connectionString, "PerfGate__PostgresConnectionString"))
                {
                    read.Refuse(problem.Field, problem.Problem, problem.Allowed);
                }
                return true;
            case var other:
                read.Refuse(
                    "PerfGate__PostgresAuthentication",
                    $"'{other}' cannot be used",
                    $"{EntraLogin.Password} or {EntraLogin.Entra}"
                );
                return false;
        }
    }

    /// <summary>Refuses a connection string that cannot be read or leads nowhere.</summary>
    internal static void CheckDatabase(SettingReader read, string name, string connectionString)
    {
        try
        {
            if (connectionString.Length > 0 && new NpgsqlConnectionStringBuilder(connectionString).Host is null)
            {
                read.Refuse(name, "names no host", "Host=...;Database=perfgate");
            }
        }
        catch (ArgumentException)
        {
            // Npgsql's own message may hold parts of it, a password among them.
            read.Refuse(name, "cannot be read", "Host=...;Database=perfgate");
        }
    }

    private static void CheckSchedule(SettingReader read, string name)
    {
        const string Form = "six fields, such as '0 0 2 * * *': second, minute, hour, day, month, day of week";
        var schedule = read.Required(name, Form);
        if (schedule.Length > 0 && !IsSchedule(schedule))
        {
            read.Refuse(name, $"'{schedule}' cannot be read", Form);
        }
    }

    private static bool IsSchedule(string text) => CronExpression.TryParse(text, CronFormat.IncludeSeconds, out _);

    private static string[] Fields(string schedule) => schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
