using Microsoft.Extensions.Configuration;
using PerfGate.Core.K6Output;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Telemetry;

/// <summary>Where telemetry goes, by OpenTelemetry's own settings; nowhere by default, and then none is made.</summary>
/// <param name="OtlpEndpoint">Where a collector listens; null for none.</param>
/// <param name="OverHttp">Whether it is spoken to by <c>http/protobuf</c>; by gRPC, where not.</param>
public sealed record TelemetrySettings(Uri? OtlpEndpoint, bool OverHttp = false)
{
    private const string ProtocolSetting = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>The setting of the collector's address.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string OverHttpName = "http/protobuf";

    private const string DisabledSetting = "OTEL_SDK_DISABLED";

    /// <summary>Nowhere.</summary>
    public static TelemetrySettings None { get; } = new((Uri?)null);

    /// <summary>Settings that a runner in a container needs to find the collector: those of them that are set.</summary>
    private static readonly string[] OfRunners =
    [
        EndpointSetting,
        ProtocolSetting,
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_RESOURCE_ATTRIBUTES",
    ];

    /// <summary>Reads them; what cannot be used is a problem, and never repeated where it may hold a secret.</summary>
    public static (TelemetrySettings Settings, IReadOnlyList<FieldError> Problems) Read(IConfiguration configuration)
    {
        var text = configuration[EndpointSetting];
        if (string.IsNullOrWhiteSpace(text) || IsDisabled(configuration))
        {
            return (None, []);
        }
        var problems = new List<FieldError>();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            problems.Add(
                new FieldError(
                    EndpointSetting,
                    $"'{SensitiveText.Strip(text)}' is no such address",
                    "where a collector listens, such as http://localhost:4317"
                )
            );
        }
        var protocol = configuration[ProtocolSetting];
        if (!string.IsNullOrWhiteSpace(protocol) && protocol is not ("grpc" or OverHttpName))
        {
            problems.Add(new FieldError(ProtocolSetting, $"'{protocol}' cannot be used", $"grpc or {OverHttpName}"));
        }
        return problems.Count == 0 ? (new TelemetrySettings(endpoint, protocol == OverHttpName), []) : (None, problems);
    }

    /// <summary>Whether all telemetry is switched off, whatever else is set.</summary>
    public static bool IsDisabled(IConfiguration configuration) =>
        bool.TryParse(configuration[DisabledSetting], out var disabled) && disabled;

    /// <summary>What a runner in a container is told, by name of its environment variable.</summary>
    public static IReadOnlyDictionary<string, string> ForRunners(IConfiguration configuration) =>
        Read(configuration).Settings.OtlpEndpoint is null
            ? new Dictionary<string, string>()
            : OfRunners
                .Where(name => !string.IsNullOrWhiteSpace(configuration[name]))
                .ToDictionary(name => name, name => configuration[name]!);
}
