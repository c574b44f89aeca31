using PerfGate.Core.Baselines;

namespace PerfGate.Adapters.Postgres;

/// <summary>One change of a baseline.</summary>
/// <param name="Id">Its number; later changes have greater ones.</param>
/// <param name="Before">The run it rested on before; null at the first.</param>
/// <param name="After">The run it has rested on since.</param>
/// <param name="ChangedBy">Who changed it; null where unknown.</param>
/// <param name="Reason"><c>established</c>, <c>better results</c>, <c>on a person's word</c> or <c>undone</c>.</param>
/// <param name="Note">What that person said; null where nothing.</param>
/// <param name="ChangedAt">When, UTC.</param>
/// <param name="Undoes">The change that this one took back; null where it is no undo.</param>
/// <param name="UndoneBy">The change that took this one back; null where it stands.</param>
public sealed record BaselineChange(
    long Id,
    AcceptedRun? Before,
    AcceptedRun After,
    string? ChangedBy,
    string Reason,
    string? Note,
    DateTimeOffset ChangedAt,
    long? Undoes,
    long? UndoneBy
);
