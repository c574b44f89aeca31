using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PerfGate.Adapters.Telemetry;

namespace PerfGate.Functions.Settings;

/// <summary>Telemetry of the function app: to a collector, to Application Insights, to both, or none.</summary>
internal static class TelemetrySetup
{
    /// <summary>
    /// Tells the Functions host that the worker sends its own logs to Application Insights (its
    /// <c>RpcWorkerConstants.WorkerApplicationInsightsLoggingEnabled</c>). Without it the host sends what the worker logs a second time, and
    /// as it was before it was cleaned of secrets. What the host says of each call stays its own to send.
    /// </summary>
    private const string SendsItself = "WorkerApplicationInsightsLoggingEnabled";

    /// <summary>Registers it, where there is somewhere to send it.</summary>
    public static void AddTelemetry(this IServiceCollection services, FunctionsSettings settings)
    {
        if (settings.Telemetry.OtlpEndpoint is null && settings.ApplicationInsights is null)
        {
            return;
        }
        var telemetry = services.AddPerfGateTelemetry(settings.Telemetry, "perfgate-functions");
        if (settings.ApplicationInsights is { } insights)
        {
            // An Application Insights that knows no keys takes the app's identity, as the Functions host itself does.
            var identity = settings.ApplicationInsightsByIdentity ? new DefaultAzureCredential() : null;
            services.Configure<WorkerOptions>(worker => worker.Capabilities[SendsItself] = bool.TrueString);
            void Set(AzureMonitorExporterOptions azure) =>
                (azure.ConnectionString, azure.Credential) = (insights, identity);
            telemetry
                .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Set))
                .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Set))
                .WithLogging(logging => logging.AddAzureMonitorLogExporter(Set));
        }
    }
}
