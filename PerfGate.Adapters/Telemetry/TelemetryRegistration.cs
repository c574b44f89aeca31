using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Telemetry;

/// <summary>Puts OpenTelemetry together, for both hosts.</summary>
public static class TelemetryRegistration
{
    /// <summary>
    /// Registers what makes and sends telemetry. Called only where there is somewhere to send it: without, no span is made, no
    /// measurement kept, and none of OpenTelemetry is loaded.
    /// </summary>
    /// <param name="services">Where.</param>
    /// <param name="settings">Where telemetry goes.</param>
    /// <param name="serviceName">This program's name, unless <c>OTEL_SERVICE_NAME</c> says otherwise.</param>
    /// <returns>For exporters of the host's own.</returns>
    public static OpenTelemetryBuilder AddPerfGateTelemetry(
        this IServiceCollection services,
        TelemetrySettings settings,
        string serviceName
    )
    {
        var telemetry = services
            .AddOpenTelemetry()
            // Variables of the environment go before what is said here.
            .ConfigureResource(resource =>
                resource
                    .Clear()
                    .AddService(serviceName, serviceVersion: RunTelemetry.Version)
                    .AddTelemetrySdk()
                    .AddEnvironmentVariableDetector()
            )
            .WithTracing(tracing =>
                tracing
                    .AddProcessor(new WithoutPolls())
                    .AddSource(RunTelemetry.Name, RunnerSpans.Source)
                    // Of .NET and Npgsql themselves, by the semantic conventions: queries of addresses are taken out, and
                    // commands come without their parameters' values.
                    .AddSource("System.Net.Http")
                    .AddSource("Npgsql")
                    .AddAspNetCoreInstrumentation(web => web.Filter = IsOfInterest)
            )
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(RunTelemetry.Name)
                    .AddMeter("Npgsql")
                    .AddMeter("Microsoft.AspNetCore.Hosting")
                    .AddMeter("System.Runtime")
            )
            .WithLogging(
                logging => logging.AddProcessor(new CleanLogs()),
                options =>
                {
                    options.IncludeScopes = true;
                    options.IncludeFormattedMessage = true;
                }
            );
        if (settings.OtlpEndpoint is { } collector)
        {
            // Headers and timeout by OTEL_EXPORTER_OTLP_*.
            telemetry.UseOtlpExporter(
                settings.OverHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc,
                collector
            );
        }
        services.Configure<LoggerFilterOptions>(filters =>
            filters.AddFilter<OpenTelemetryLoggerProvider>("PerfGate", LogLevel.Information)
        );
        services.AddHostedService<ActiveRuns>();
        return telemetry;
    }

    // Asked every few seconds by load balancers, about nothing that happens.
    private static bool IsOfInterest(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/ready");
}
