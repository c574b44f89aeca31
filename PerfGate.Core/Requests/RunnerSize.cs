namespace PerfGate.Core.Requests;

/// <summary>
/// What the container of each runner has; what is null is the installation's own. A runner that is a child process has its
/// machine.
/// </summary>
/// <param name="Cpu">Cores, in steps of 0.1.</param>
/// <param name="MemoryGb">Memory, GB, in steps of 0.1.</param>
public sealed record RunnerSize(double? Cpu, double? MemoryGb);
