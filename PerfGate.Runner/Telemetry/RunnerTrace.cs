using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PerfGate.Core.K6Output;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;

namespace PerfGate.Runner.Telemetry;

/// <summary>
/// The runner's spans, children of the one that asked for it. Made only where the order says which that is and the environment
/// says where a collector listens; else nothing of OpenTelemetry is even loaded.
/// </summary>
public sealed class RunnerTrace : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Disabled = "OTEL_SDK_DISABLED";

    // A collector that is away keeps no runner from its end for longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly ActivitySource Source = new(RunnerSpans.Source);

    private readonly TracerProvider _provider;
    private readonly Activity? _span;

    // Whoever waited for the end record may ask the runner to go while it still sends what is left.
    private readonly PosixSignalRegistration _asked = PosixSignalRegistration.Create(
        PosixSignal.SIGTERM,
        signal => signal.Cancel = true
    );

    private RunnerTrace(TracerProvider provider, Activity? span) => (_provider, _span) = (provider, span);

    /// <summary>Begins it; null where nobody listens.</summary>
    public static RunnerTrace? Begin(RunnerOrder order)
    {
        if (
            string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(Endpoint))
            || (bool.TryParse(Environment.GetEnvironmentVariable(Disabled), out var disabled) && disabled)
            || !ActivityContext.TryParse(order.Traceparent, null, isRemote: true, out var parent)
        )
        {
            return null;
        }
        try
        {
            return Begin(order, parent);
        }
        catch (Exception unwell)
        {
            // The load is worth more than what is told of it.
            Console.Error.WriteLine(SensitiveText.Strip($"No spans are sent: {unwell.Message}"));
            return null;
        }
    }

    /// <summary>Begins a span within the current one; null where nobody listens.</summary>
    public static Activity? Begin(string name) => Source.StartActivity(name);

    /// <summary>Says on the current span how the runner ended.</summary>
    public static void Tell(RunnerEnd? end)
    {
        if (end is null || Activity.Current is not { } span)
        {
            return;
        }
        span.SetTag("perfgate.engine", end.Engine);
        span.SetTag(RunnerSpans.EndTag, EnumText.Lower(end.Cause));
        if (RunnerSpans.IsError(end.Cause))
        {
            span.SetTag("error.type", EnumText.Lower(end.Cause));
            span.SetStatus(ActivityStatusCode.Error, end.Detail);
        }
    }

    /// <summary>Ends the span and sends what is left.</summary>
    public void Dispose()
    {
        _span?.Dispose();
        _provider.Shutdown((int)Patience.TotalMilliseconds);
        _provider.Dispose();
        _asked.Dispose();
    }

    // Apart, so that its assemblies are loaded only where it is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RunnerTrace Begin(RunnerOrder order, ActivityContext parent)
    {
        var provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource =>
                resource.Clear().AddService("perfgate-runner").AddTelemetrySdk().AddEnvironmentVariableDetector()
            )
            .AddSource(RunnerSpans.Source)
            .AddOtlpExporter()
            .Build();
        var span = Source.StartActivity(RunnerSpans.Runner, ActivityKind.Consumer, parent);
        span?.SetTag("perfgate.run.id", order.RunId.ToString());
        span?.SetTag(RunnerSpans.SegmentTag, order.Segment);
        return new RunnerTrace(provider, span);
    }
}
