using PerfGate.Adapters.Retention;
using PerfGate.Host.Commands;

namespace PerfGate.Host.Server;

/// <summary>
/// How long things are kept, by the environment of this process. Without settings nobody's history is deleted: only what imports
/// left that were never stored, after a day.
/// </summary>
internal static class RetentionChoice
{
    /// <summary>Where nothing is set.</summary>
    public static RetentionPeriods Default { get; } = new(null, null) { UnfinishedImports = TimeSpan.FromDays(1) };

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">Variables cannot be used; it names each of them.</exception>
    public static RetentionPeriods OfEnvironment()
    {
        var (periods, problems) = RetentionPeriods.Read(ProcessSettings.Read(), Default);
        return UsageException.Unless(problems, periods);
    }
}
