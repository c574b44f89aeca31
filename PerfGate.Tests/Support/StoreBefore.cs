using PerfGate.Adapters.Files;

namespace PerfGate.Tests.Support;

/// <summary>A store before another one, which hands on whatever it is asked: for tests that look at, or change, a part of it.</summary>
internal abstract class StoreBefore(IArtifactStore store) : IArtifactStore
{
    public virtual Task WriteAsync(
        Guid runId,
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation
    ) => store.WriteAsync(runId, name, content, cancellation);

    public virtual Task<Stream?> OpenReadAsync(Guid runId, string name, CancellationToken cancellation) =>
        store.OpenReadAsync(runId, name, cancellation);

    public virtual Task<RunnerAccess> AccessForAsync(
        Guid runId,
        int segment,
        DateTimeOffset until,
        CancellationToken cancellation
    ) => store.AccessForAsync(runId, segment, until, cancellation);

    public virtual Task TidyAsync(Guid runId, CancellationToken cancellation) => store.TidyAsync(runId, cancellation);

    public virtual IAsyncEnumerable<Guid> RunsAsync(CancellationToken cancellation) => store.RunsAsync(cancellation);

    public virtual Task<DateTimeOffset?> LastWrittenAsync(Guid runId, CancellationToken cancellation) =>
        store.LastWrittenAsync(runId, cancellation);

    public virtual Task DeleteAsync(Guid runId, CancellationToken cancellation) =>
        store.DeleteAsync(runId, cancellation);
}
