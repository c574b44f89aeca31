namespace PerfGate.Runner.Artifacts;

/// <summary>A run's artifacts, as the runner needs them: a folder, or a prefix of a blob container.</summary>
internal interface IRunArtifacts
{
    /// <summary>The artifact's bytes; null where there is none.</summary>
    Task<byte[]?> ReadAsync(string name, CancellationToken cancellation);

    /// <summary>Whether it exists.</summary>
    Task<bool> ExistsAsync(string name, CancellationToken cancellation);

    /// <summary>How much has been appended to it so far, bytes; null where it does not exist.</summary>
    Task<long?> LengthAsync(string name, CancellationToken cancellation);

    /// <summary>Creates an empty artifact to append to; false where it exists already.</summary>
    Task<bool> CreateSeriesAsync(string name, CancellationToken cancellation);

    /// <summary>Appends to an artifact created so by this runner. Only one writer appends to it.</summary>
    Task AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Writes an artifact, over an earlier one: what is no result.</summary>
    Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Writes an artifact whole or not at all; false where it exists already, which is then left as it is.</summary>
    Task<bool> WriteOnceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);
}
