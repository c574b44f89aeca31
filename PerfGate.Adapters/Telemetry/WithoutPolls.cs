using System.Diagnostics;
using OpenTelemetry;

namespace PerfGate.Adapters.Telemetry;

/// <summary>
/// Leaves out calls of others that belong to no request and no run: queues are polled in the database all the time, and each
/// poll would be a trace.
/// </summary>
internal sealed class WithoutPolls : BaseProcessor<Activity>
{
    /// <inheritdoc />
    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Client && data.ParentSpanId == default)
        {
            // Exporters send what is recorded.
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
