using PerfGate.Adapters.Telemetry;
using PerfGate.Host.Commands;

namespace PerfGate.Host.Server;

/// <summary>Where telemetry goes, by the environment of this process.</summary>
internal static class TelemetryChoice
{
    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">A variable cannot be used.</exception>
    public static TelemetrySettings OfEnvironment()
    {
        var (settings, problems) = TelemetrySettings.Read(ProcessSettings.Read());
        return problems.Count == 0
            ? settings
            : throw new UsageException(
                string.Join(' ', problems.Select(one => $"{one.Field}: {one.Problem}; it must be {one.Allowed}."))
            );
    }
}
