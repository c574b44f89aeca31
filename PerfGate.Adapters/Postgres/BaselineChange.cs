using PerfGate.Core.Baselines;

namespace PerfGate.Adapters.Postgres;

/// <summary>One change of a baseline.</summary>
/// <param name="Before">The run it rested on before; null at the first.</param>
/// <param name="After">The run it has rested on since.</param>
/// <param name="ChangedBy">Who changed it; null where unknown.</param>
/// <param name="Reason"><c>established</c>, <c>better results</c> or <c>on a person's word</c>.</param>
/// <param name="ChangedAt">When, UTC.</param>
public sealed record BaselineChange(
    AcceptedRun? Before,
    AcceptedRun After,
    string? ChangedBy,
    string Reason,
    DateTimeOffset ChangedAt
);
