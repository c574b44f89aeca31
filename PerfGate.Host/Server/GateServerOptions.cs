using Azure.Core;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Retention;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;

namespace PerfGate.Host.Server;

/// <summary>How a one-machine server is set up.</summary>
public sealed record GateServerOptions
{
    /// <summary>Folder of everything PerfGate keeps: database, artifacts, signing key. Made where absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where to listen, as ASP.NET Core writes it; port 0 takes a free one. Default: loopback, port 5080.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Load engine: <c>auto</c> (default), <c>k6</c>, <c>embedded</c>, or a path to a k6 binary.</summary>
    public string Engine { get; init; } = "auto";

    /// <summary>A PostgreSQL to use; null (default) starts a private one in the data folder.</summary>
    public string? PostgresConnectionString { get; init; }

    /// <summary>
    /// That PostgreSQL as whoever owns the schema: migrates, and grants the other what it needs; null (default) where the other
    /// is the owner itself.
    /// </summary>
    public string? PostgresOwner { get; init; }

    /// <summary>Whether an Entra token is the password of that PostgreSQL; default false.</summary>
    public bool PostgresByEntra { get; init; }

    /// <summary>Whose tokens those are, and all others; null (default) finds an identity as Azure's tools do.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>
    /// A blob service for the artifacts: its connection string (Azurite, or an account with its key); null (default) keeps
    /// them in the data folder.
    /// </summary>
    public string? BlobConnectionString { get; init; }

    /// <summary>
    /// A blob service of the artifacts that is opened with this machine's Entra identity:
    /// <c>https://ACCOUNT.blob.core.windows.net</c>; null (default) for none.
    /// </summary>
    public Uri? BlobServiceUrl { get; init; }

    /// <summary>How long a run waits for a blob service that is out of reach; default 5 minutes.</summary>
    public TimeSpan ArtifactPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Container groups that runners run in; null (default) runs them as child processes.</summary>
    public ContainerInstanceOptions? Containers { get; init; }

    /// <summary>Whose tokens are believed; null (default): those of <c>perfgate token</c>, signed with the data folder's key.</summary>
    public TrustedIssuer? Issuer { get; init; }

    /// <summary>Where telemetry goes; nowhere by default, and then none is made.</summary>
    public TelemetrySettings Telemetry { get; init; } = TelemetrySettings.None;

    /// <summary>Runs that may be under load at once in one environment; default 1, so that none disturbs another.</summary>
    public int SlotsPerEnvironment { get; init; } = 1;

    /// <summary>How much may be asked for over time, and when.</summary>
    public AdmissionRules Admission { get; init; } = AdmissionRules.Default;

    /// <summary>How long things are kept; by default for ever, but for what imports left that were never stored: a day.</summary>
    public RetentionPeriods Retention { get; init; } = RetentionChoice.Default;

    /// <summary>The clock; the machine's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Largest import, bytes as they are sent; default 2 GB.</summary>
    public long ImportBytes { get; init; } = 2_000_000_000;
}
