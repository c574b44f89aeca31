using PerfGate.Core.Runners;

namespace PerfGate.Core.Metrics;

/// <summary>The machines that made the load.</summary>
internal static class LoadGenerators
{
    /// <summary>The hardest worked one, figure by figure: one tired machine spoils the measurement. Null where none told.</summary>
    public static LoadGeneratorStats? Hardest(IReadOnlyList<RunnerEnd> ends)
    {
        var known = ends.Select(end => end.LoadGenerator).OfType<LoadGeneratorStats>().ToList();
        return known.Count == 0
            ? null
            : new LoadGeneratorStats(
                known.Min(g => g.Cores),
                known.Max(g => g.MachineCpuAvg),
                known.Max(g => g.MachineCpuMax),
                known.Max(g => g.EngineCpuAvg),
                known.Max(g => g.EngineCpuMax),
                known.Max(g => g.EngineMemoryMaxBytes),
                known.Max(g => g.MachineMemoryUsedMax),
                known.Any(g => g.TargetIsLocal)
            );
    }
}
