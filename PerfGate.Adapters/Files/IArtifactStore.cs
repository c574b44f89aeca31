namespace PerfGate.Adapters.Files;

/// <summary>The large things of runs: in a folder, or in blob storage. Names: <see cref="Core.Runners.ArtifactNames"/>.</summary>
public interface IArtifactStore
{
    /// <summary>Writes an artifact whole, or replaces it whole.</summary>
    Task WriteAsync(Guid runId, string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Reads an artifact, also one that still grows; null where there is none.</summary>
    Task<Stream?> OpenReadAsync(Guid runId, string name, CancellationToken cancellation);

    /// <summary>Where a segment's runner finds and leaves the run's artifacts, and what it may do there until the time given.</summary>
    Task<RunnerAccess> AccessForAsync(Guid runId, int segment, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>
    /// Removes what writers that were killed left half-written, and seals what was appended, where the store can. Nobody may be
    /// writing to the run. Throws where another try may do more.
    /// </summary>
    Task TidyAsync(Guid runId, CancellationToken cancellation);

    /// <summary>Runs that have left artifacts, in no order.</summary>
    IAsyncEnumerable<Guid> RunsAsync(CancellationToken cancellation);

    /// <summary>When an artifact of a run was written last, UTC; null where it has none.</summary>
    Task<DateTimeOffset?> LastWrittenAsync(Guid runId, CancellationToken cancellation);

    /// <summary>Deletes all artifacts of a run; absent ones are no error.</summary>
    Task DeleteAsync(Guid runId, CancellationToken cancellation);
}

/// <summary>A runner's way to its artifacts.</summary>
/// <param name="Artifacts">A folder, or a URL of a blob container with the run's prefix.</param>
/// <param name="Grants">By artifact, the query of a SAS; empty for a folder.</param>
public sealed record RunnerAccess(Uri Artifacts, IReadOnlyDictionary<string, string> Grants);
