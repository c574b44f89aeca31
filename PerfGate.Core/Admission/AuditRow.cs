namespace PerfGate.Core.Admission;

/// <summary>A row of the audit trail: exactly the texts that its hash is made of.</summary>
public sealed record AuditRow
{
    /// <summary>Place in the chain: 1, 2, 3, ... without gaps.</summary>
    public required long Id { get; init; }

    /// <summary>When, UTC by the database's clock, to the microsecond: <c>2026-03-14T09:00:00.000000Z</c>.</summary>
    public required string At { get; init; }

    /// <summary>Who: the subject of a token, <c>schedule</c>, or <c>system</c>.</summary>
    public required string Principal { get; init; }

    /// <summary>The role it was done in; null where there was none.</summary>
    public string? Role { get; init; }

    /// <summary>Where the connection came from; null where there was none.</summary>
    public string? FromAddress { get; init; }

    /// <summary>What was done: <c>run.execute</c>, <c>test.delete</c>, ...</summary>
    public required string Action { get; init; }

    /// <summary>On which environment; null where it is of none, or none could be read.</summary>
    public string? Environment { get; init; }

    /// <summary>Id of the run, test or baseline it was done to; null where there is none.</summary>
    public string? Subject { get; init; }

    /// <summary><c>accepted</c>, <c>done</c>, <c>refused</c>, or a verdict.</summary>
    public required string Outcome { get; init; }

    /// <summary>What else is worth knowing; null for nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>Hash of the row before it, 64 hexadecimal digits; zeros at the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>SHA-256 of all of the above, 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }
}
